"""The report on disk: report.md, report.json and the pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tfan.evaluate.curves import cumulative_chart, risk_chart
from tfan.evaluate.difference import difference_tables, same_data
from tfan.evaluate.judge import Evaluation
from tfan.evaluate.record import Record
from tfan.evaluate.tables import (
    BIAS,
    COLUMN_WORDS,
    Table,
    false_table,
    group_tables,
    markdown,
    point_tables,
    risk_table,
    summary_table,
    undivided,
    worst_table,
)
from tfan.evaluate.worst import worst_sheet
from tfan.io import write_png
from tfan.io.files import replace_text

_OTHER_DATA = "The earlier report is of other annotations: the two cannot be compared face by face."


def printed_tables(record: Record, earlier: Record | None = None) -> list[Table]:
    """Return what is worth seeing at once."""
    first = next(iter(record["schemes"]))
    tables = [summary_table(record), *group_tables(record), *point_tables(record)]
    tables += [risk_table(record), worst_table(record, first), false_table(record, first)]
    if earlier is not None:
        tables += difference_tables(record, earlier)
    return [table for table in tables if table.rows]


def write_report(
    out: Path,
    evaluations: Mapping[str, Evaluation],
    *,
    record: Record,
    earlier: Record | None = None,
) -> None:
    """Write report.md, report.json, worst.png, ced.png and risk_coverage.png into a folder.

    Args:
        out: the folder; it is made.
        evaluations: as the record was made from.
        record: what `report_record` returned.
        earlier: an earlier report to compare with.
    """
    first = next(iter(evaluations.values()))
    write_png(out / "ced.png", cumulative_chart(record, earlier))
    write_png(out / "risk_coverage.png", risk_chart(record, earlier))
    write_png(out / "worst.png", worst_sheet(first))
    replace_text(out / "report.json", json.dumps(record, indent=1, allow_nan=False) + "\n")
    replace_text(out / "report.md", report_page(record, earlier))


def report_page(record: Record, earlier: Record | None = None) -> str:
    """Return report.md."""
    parts = ["# Where it fails", "", *_about(record), ""]
    parts += _section(summary_table(record), COLUMN_WORDS.format(normaliser=record["normaliser"]))
    if earlier is not None:
        parts += [] if same_data(record, earlier) else [_OTHER_DATA, ""]
        parts += _sections(difference_tables(record, earlier))
    parts += ["## By group", "", *_sections(group_tables(record), level=3)]
    parts += [f"- {group}: every face is {label!r}" for group, label in undivided(record).items()]
    parts += ["", "## Error curves", ""]
    parts += ["![Cumulative error](ced.png)", "", "![Risk and coverage](risk_coverage.png)", ""]
    parts += _section(risk_table(record), _risk_words(record), level=3)
    parts += ["## Shifts and lengths", "", _SHIFT_WORDS.format(normaliser=record["normaliser"]), ""]
    parts += _sections(point_tables(record), level=3)
    parts += _sections(group_tables(record, BIAS, title="Shift and scale by {}"), level=3)
    parts += ["## Worst faces", "", "![Worst faces](worst.png)", ""]
    for scheme in record["schemes"]:
        parts += _sections([worst_table(record, scheme), false_table(record, scheme)], level=3)
    parts += _failed(record)
    return "\n".join(parts).rstrip() + "\n"


_SHIFT_WORDS = """\
Answer minus annotation in the image's axes, right and down positive, over {normaliser}. A mean
that is much larger than its spread over the root of the number of faces is no noise: the two mean
different places. Left and right in names are the subject's."""


def _risk_words(record: Record) -> str:
    name = next(iter(record["schemes"].values()))["risk_coverage"]["certainty"]
    return f"The least certain of the found faces refused first, by {name}."


def _about(record: Record) -> list[str]:
    about = {name: value for name, value in record["about"].items() if value is not None}
    return ["Written by `tfan evaluate`. " + "; ".join(f"{k}: {v}" for k, v in about.items()) + "."]


def _sections(tables: Iterable[Table], *, level: int = 2) -> list[str]:
    return [line for table in tables if table.rows for line in _section(table, level=level)]


def _section(table: Table, words: str = "", *, level: int = 2) -> list[str]:
    text = [words, ""] if words else []
    return [f"{'#' * level} {table.title}", "", *text, markdown(table)]


def _failed(record: Record) -> list[str]:
    if not record["failed"]:
        return []
    rows = [f"- {failed['image']}: {failed['error']}" for failed in record["failed"]]
    return ["## Images without a result", "", *rows]
