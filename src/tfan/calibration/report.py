"""What was measured, as tables and pictures: report.md, report.json, two charts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfan.calibration.measures import Record
from tfan.evaluate.charts import COLOURS, GREY, Axes, Curve, Picture, line_chart
from tfan.evaluate.tables import Column, Table, markdown
from tfan.io import write_png
from tfan.io.files import replace_text
from tfan.models.calibration import Calibration

SIGMA = (
    Column("points", "points", "d"),
    Column("within_1", "within 1 sigma", ".3f"),
    Column("within_2", "within 2 sigma", ".3f"),
    Column("largest_difference", "largest difference", "+.3f"),
    Column("distance_over_sigma", "distance / sigma", ".3f"),
    Column("confidence", "confidence said", ".3f"),
    Column("near", "true", ".3f"),
)
VISIBILITY = (
    Column("points", "points", "d"),
    Column("hidden_share", "hidden", ".3f"),
    Column("visible_precision", "visible: precision", ".3f"),
    Column("visible_recall", "recall", ".3f"),
    Column("hidden_precision", "hidden: precision", ".3f"),
    Column("hidden_recall", "recall", ".3f"),
)
BINS = (
    Column("count", "count", "d"),
    Column("said", "mean said", ".3f"),
    Column("true", "share true", ".3f"),
)
KEPT = (Column("nme", "mean NME", ".4f"), Column("ideal", "ideal ranking", ".4f"))
POSE = (
    Column("faces", "faces", "d"),
    *(
        Column(f"{angle}_{name}", f"{angle} {word}", form)
        for angle in ("yaw", "pitch", "roll")
        for name, word, form in (("mean", "error", ".2f"), ("outwards", "outwards", "+.2f"))
    ),
)
NOTHING = (
    Column("crops", "crops", "d"),
    Column("confidence_mean", "mean confidence", ".3f"),
    Column("confidence_p99", "99 % below", ".3f"),
    Column("share_above_0.5", "share above 0.5", ".4f"),
    Column("quality_mean", "mean quality", ".3f"),
)
_WORDS = """\
`sigma_px` is the expected (mean) distance of a point from its true place. Where calibration is
perfect, {one:.1%} of the errors lie within 1 sigma and {two:.1%} within 2 (Erlang's law of shape
{shape}; 59.4 % and 90.8 % under the density of the training, shape 2). *largest difference*: of the
two shares from these. *confidence*: said and true probability that a point lies within 5 % of the
face's size, sqrt(width x height) of the hull of its points. A quarter of the faces are cut by the
frame; crops are placed as a detector places them."""


def printed_tables(record: Record) -> list[Table]:
    """Return the tables of one calibration."""
    sigma = {
        f"{group}: {label}" if group != "all" else "all": row
        for group, labels in record["sigma"].items()
        for label, row in labels.items()
    }
    named: Callable[[list[Record]], dict[str, Record]] = lambda bins: {  # noqa: E731
        f"{row['low']:.1f} to {row['high']:.1f}": row for row in bins
    }
    tables = [
        _table("Shares within sigma, and confidence, by group", "group", sigma, SIGMA),
        _table("Reliability of confidence", "confidence", named(record["confidence"]), BINS),
        _table("Visibility at 0.5", "group", record["visibility"], VISIBILITY),
        _table("Reliability of visibility", "said", named(record["visibility_bins"]), BINS),
        _table("Faces kept by quality", "kept", record["quality"]["kept"], KEPT),
        _table("Reliability of quality", "quality", named(record["quality_bins"]), BINS),
        _table("Head pose, degrees, by yaw", "yaw", record["pose"], POSE),
    ]
    if "nothing" in record:
        tables.append(_table("Crops without a face", "", {"all": record["nothing"]}, NOTHING))
    return tables


def _table(title: str, name: str, rows: Mapping[str, Record], columns: tuple[Column, ...]) -> Table:
    heading = (name, *(column.heading for column in columns))
    cells = ((label, *(column.cell(row) for column in columns)) for label, row in rows.items())
    return Table(title, heading, tuple(cells))


def constants(calibration: Calibration) -> str:
    """Return what goes into the row of `tfan.models.registry`, as Python text."""
    fields = Calibration.__dataclass_fields__
    values = ", ".join(f"{name}={getattr(calibration, name)!r}" for name in fields)
    return f"calibration=Calibration({values}),"


def report_page(records: Mapping[str, Record], calibrations: Mapping[str, Calibration]) -> str:
    """Return report.md; records and calibrations go by the same names, the last one counts."""
    about = next(iter(records.values()))["about"]
    parts = ["# Are the certainties true?", "", "Written by `tfan calibration`. "
             + "; ".join(f"{key}: {value}" for key, value in about.items()) + ".", ""]  # fmt: skip
    for name, record in records.items():
        law, shape = record["nominal"], calibrations[name].shape
        parts += [f"## {name.capitalize()}", "", f"`{constants(calibrations[name])}`", ""]
        parts += [_WORDS.format(one=law["1"], two=law["2"], shape=shape), ""]
        for table in printed_tables(record):
            parts += [f"### {table.title}", "", markdown(table)]
    parts += ["## Pictures", "", "![Reliability](reliability.png)", "",
              "![Faces kept](quality.png)", ""]  # fmt: skip
    return "\n".join(parts)


def write_report(
    out: Path, records: Mapping[str, Record], calibrations: Mapping[str, Calibration]
) -> None:
    """Write report.md, report.json, reliability.png and quality.png into a folder."""
    write_png(out / "reliability.png", reliability_chart(records))
    write_png(out / "quality.png", quality_chart(records))
    replace_text(out / "report.json", json.dumps(records, indent=1, allow_nan=False) + "\n")
    replace_text(out / "report.md", report_page(records, calibrations))


def reliability_chart(records: Mapping[str, Record]) -> Picture:
    """Return said against true confidence, with the diagonal of perfect calibration."""
    line = np.array([0.0, 1.0])
    curves = [Curve("perfect", line, line, GREY, dashed=True)]
    for (name, record), colour in zip(records.items(), COLOURS, strict=False):
        x, y = _known(record["confidence"])
        curves.append(Curve(f"confidence, {name}", x, y, colour))
    last = list(records.values())[-1]
    curves.append(Curve("visibility", *_known(last["visibility_bins"]), COLOURS[2]))
    axes = Axes("Reliability", "probability said", "share true", (0, 1), (0, 1))
    return line_chart(curves, axes)


def quality_chart(records: Mapping[str, Record]) -> Picture:
    """Return the mean error of the faces kept over their share."""
    kept = list(records.values())[-1]["quality"]["kept"]
    share = np.array([float(key.rstrip("%")) / 100 for key in kept])
    columns: dict[str, Any] = {k: np.array([row[k] for row in kept.values()]) for k in
                               ("nme", "ideal")}  # fmt: skip
    curves = [
        Curve("by quality", share, columns["nme"], COLOURS[0]),
        Curve("ideal ranking", share, columns["ideal"], GREY, dashed=True),
    ]
    top = float(columns["nme"].max()) * 1.1
    words = ("Mean error of the faces kept", "share of faces kept", "NME")
    return line_chart(curves, Axes(*words, (float(share.min()), 1.0), (0.0, top)))


def _known(bins: list[Record]) -> tuple[Any, Any]:
    rows = [(row["said"], row["true"]) for row in bins if row["count"]]
    x, y = np.array(rows, float).T
    return x, y
