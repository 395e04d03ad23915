"""A benchmark on disk: results.json, report.md, faces.csv and two curves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tfan.evaluate.benchmark.beside import beside_table
from tfan.evaluate.benchmark.published import PublishedNumber
from tfan.evaluate.benchmark.record import faces_csv
from tfan.evaluate.benchmark.run import BenchmarkRun
from tfan.evaluate.charts import COLOURS, Axes, Curve, Picture, lighter, line_chart
from tfan.evaluate.record import Record
from tfan.evaluate.tables import Column, Table, markdown
from tfan.io import write_png
from tfan.io.files import replace_text

POINTS = (
    Column("faces", "faces", "d"),
    Column("measured", "measured", "d"),
    Column("recall", "recall"),
    Column("nme", "NME"),
    Column("nme_error", "±"),
    Column("nme_median", "median"),
    Column("fail8", "FR 8 %"),
    Column("fail10", "FR 10 %"),
    Column("auc8", "AUC 8 %"),
    Column("auc10", "AUC 10 %"),
)
BOXES = (
    Column("images", "images", "d"),
    Column("ap50", "AP50"),
    Column("ap40", "AP40"),
    Column("false_per_img", "false/img"),
    Column("seconds", "s/img", ".3f"),
)
_WORDS = """\
faces: all that are annotated; measured: those with points by which an error is known; recall:
share of all faces that were found (boxes with an intersection over union of at least {min_iou});
NME: mean distance of the compared points over the normaliser, {formula}, of the found faces; ±:
standard error of that mean; FR: share of the measured faces that were missed or have a greater
error; AUC: area under the cumulative error curve from 0 to there, over its width, in which a missed
face adds nothing; AP: average precision of the boxes; false/img: boxes without a face, an image;
s/img: median time of the model."""
_PUBLISHED_WORDS = """\
The first rows are this run; none of the others was measured here. Their normalisers, points, splits
and ways to treat missed faces differ from each other and from the above: where the normaliser is
not one of those above, or not said, the numbers do not compare."""


def printed_tables(record: Record) -> list[Table]:
    """Return what is worth seeing at once."""
    tables = [points_table(record), boxes_table(record), normaliser_table(record)]
    tables += [*subset_tables(record), risk_table(record)]
    return [table for table in tables if table.rows]


def points_table(record: Record) -> Table:
    """Return the numbers of the points."""
    name = record["protocol"]["normaliser"]
    row = (name, *(column.cell(record["summary"]) for column in POINTS))
    return Table("Points", ("normaliser", *(column.heading for column in POINTS)), (row,))


def boxes_table(record: Record) -> Table:
    """Return the numbers of the boxes."""
    row = (record["about"]["model"]["name"], *(column.cell(record["summary"]) for column in BOXES))
    return Table("Boxes", ("model", *(column.heading for column in BOXES)), (row,))


def normaliser_table(record: Record) -> Table:
    """Return the same errors by each normaliser."""
    rows = tuple(
        (name, row["formula"], *(column.cell(row) for column in POINTS[1:]))
        for name, row in record["normalisers"].items()
        if row["nme"] is not None
    )
    heading = ("normaliser", "formula", *(column.heading for column in POINTS[1:]))
    return Table("By normaliser", heading, rows)


def subset_tables(record: Record) -> list[Table]:
    """Return a table of points for each subset, and one of boxes where the set has them."""
    tables = _tables(record["subsets"], POINTS, "By {}")
    if record["summary"]["ap50"] is not None:
        tables += _tables(record["box_subsets"], BOXES, "Boxes by {}")
    return tables


def _tables(subsets: Record, columns: tuple[Column, ...], title: str) -> list[Table]:
    heading = tuple(column.heading for column in columns)
    return [
        Table(
            title.format(subset),
            (subset, *heading),
            tuple((part, *(c.cell(row) for c in columns)) for part, row in parts.items()),
        )
        for subset, parts in subsets.items()
    ]


def risk_table(record: Record) -> Table:
    """Return the mean error of the most certain faces."""
    risk, number = record["risk_coverage"], Column("x", "")
    cells = tuple(number.cell({"x": value}) for value in risk["kept"].values())
    rank = Column("rank_correlation", "", ".2f").cell(risk)
    heading = ("kept", *risk["kept"], "rank correlation")
    return Table("NME of the faces kept", heading, (("NME", *cells, rank),))


def write_benchmark(
    out: Path, run: BenchmarkRun, *, record: Record, published: Iterable[PublishedNumber]
) -> None:
    """Write results.json, report.md, faces.csv, ced.png and risk_coverage.png into a folder."""
    numbers = list(published)
    write_png(out / "ced.png", cumulative_chart(record))
    write_png(out / "risk_coverage.png", risk_chart(record))
    whole = record | {"published": [asdict(number) for number in numbers]}
    replace_text(out / "results.json", json.dumps(whole, indent=1, allow_nan=False) + "\n")
    replace_text(out / "faces.csv", faces_csv(run))
    replace_text(out / "report.md", report_page(record, numbers))


def report_page(record: Record, published: Iterable[PublishedNumber] = ()) -> str:
    """Return report.md."""
    about, protocol = record["about"], record["protocol"]
    parts = [f"# {about['model']['name']} on {about['dataset']['name']}", ""]
    parts += [f"Written by `tfan benchmark` of tfan {about['tfan']}.", ""]
    parts += [*_facts(about), "", *_compared(record), ""]
    parts += _section(points_table(record), _WORDS.format(**protocol))
    parts += _section(boxes_table(record))
    parts += _section(normaliser_table(record))
    for table in subset_tables(record):
        parts += _section(table)
    parts += ["## Curves", "", "![Cumulative error](ced.png)", ""]
    parts += ["![Risk and coverage](risk_coverage.png)", "", *_section(risk_table(record))]
    parts += _section(beside_table(record, published), _PUBLISHED_WORDS)
    parts += _failed("Images that cannot be read, which count for nothing", record["unread"])
    parts += _failed("Images that the model refused, which count as missed", record["refused"])
    return "\n".join(parts).rstrip() + "\n"


def cumulative_chart(record: Record) -> Picture:
    """Return the cumulative error curve."""
    curve = record["cumulative_error"]
    line = Curve(_name(record), _floats(curve["error"]), _floats(curve["share"]), COLOURS[0])
    formula = record["protocol"]["formula"]
    axes = Axes(
        "Share of all faces with points that have no greater error", f"error, {formula}",
        "share of faces", (0.0, 0.2), (0.0, 1.0), marks=((0.08, "8 %"), (0.1, "10 %")),
    )  # fmt: skip
    return line_chart([line], axes)


def risk_chart(record: Record) -> Picture:
    """Return the mean error of the faces kept when the least certain are refused."""
    risk = record["risk_coverage"]
    coverage, nme, best = (_floats(risk[key]) for key in ("coverage", "nme", "nme_best_order"))
    top = float(np.nanmax(nme)) * 1.1 if len(nme) else 0.1
    curves = [
        Curve(_name(record), coverage, nme, COLOURS[0]),
        Curve("had it known its errors", coverage, best, lighter(COLOURS[0]), dashed=True),
    ]
    axes = Axes(
        "Mean error when the least certain faces are refused", "share of found faces kept", "NME",
        (0.0, 1.0), (0.0, max(top, 1e-6)), legend="lower right",
    )  # fmt: skip
    return line_chart(curves, axes)


def _name(record: Record) -> str:
    return str(record["about"]["model"]["name"])


def _floats(values: Iterable[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _facts(about: Record) -> list[str]:
    """Return a line for each thing that was measured."""
    kinds = {"data": about["dataset"], "model": about["model"], "machine": about["machine"]}
    lines = [
        f"- {kind}: " + "; ".join(f"{k} {v}" for k, v in facts.items() if v not in ("", None))
        for kind, facts in kinds.items()
    ]
    lines += [f"- default for this data set: {about['usual']}"] if about.get("usual") else []
    licences = "; ".join(about["licences"]) or "not said by the reader"
    return [*lines, f"- sha256 of the truth: {about['truth_sha256']}", f"- licence: {licences}"]


def _compared(record: Record) -> list[str]:
    lines = [f"- {faces} faces: {way}" for way, faces in record["compared"].items()]
    return ["Compared were:", "", *(lines or ["- nothing: no face was found"])]


def _section(table: Table, words: str = "") -> list[str]:
    if not table.rows:
        return []
    return [f"## {table.title}", "", *([words, ""] if words else []), markdown(table)]


def _failed(title: str, failures: list[Record]) -> list[str]:
    if not failures:
        return []
    return [f"## {title}", "", *(f"- {each['image']}: {each['error']}" for each in failures), ""]
