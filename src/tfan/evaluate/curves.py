"""A report's JSON -> its two charts: cumulative error, risk and coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tfan.evaluate.charts import COLOURS, Axes, Curve, Picture, Rgb, lighter, line_chart
from tfan.evaluate.numbers import FAILED_ABOVE
from tfan.evaluate.record import Record
from tfan.evaluate.sample import Floats

_FEW = 5
_HEADROOM = 1.15  # of the risk's axis above its greatest value


def cumulative_chart(record: Record, earlier: Record | None = None) -> Picture:
    """Return the share of the faces with an error up to x; not found ones never have one."""
    curves: list[Curve] = []
    for i, (name, each) in enumerate(record["schemes"].items()):
        data, colour = each["cumulative_error"], COLOURS[i]
        x = _array(data["error"])
        curves.append(Curve(f"{name}, all", x, _array(data["share"]), colour))
        curves.append(Curve(f"{name}, surely annotated", x, _array(data["share_sure"]), colour,
                            dashed=True))  # fmt: skip
    for name, data, colour in _earlier(earlier, "cumulative_error", record):
        x, share = _array(data["error"]), _array(data["share"])
        curves.append(Curve(f"{name}, all, earlier", x, share, colour))
    axes = Axes(
        title="Cumulative error",
        x_label=f"nme5: mean distance of five points / {record['normaliser']}",
        y_label="share of the faces with annotated points",
        x_range=(0, 0.2),
        y_range=(0, 1),
        marks=((FAILED_ABOVE, "failed above"),),
    )
    return line_chart(curves, axes)


def risk_chart(record: Record, earlier: Record | None = None) -> Picture:
    """Return the mean error of the faces kept over their share, the least certain refused first."""
    curves: list[Curve] = []
    for i, (name, each) in enumerate(record["schemes"].items()):
        data = each["risk_coverage"]
        by, colour = f"{name}, refused by {data['certainty']}", COLOURS[i]
        curves.append(_risk(by, data, "nme5", colour))
        best = _risk(f"{name}, by the true error", data, "nme5_best_order", colour)
        curves.append(replace(best, dashed=True))
    for name, data, colour in _earlier(earlier, "risk_coverage", record):
        curves.append(_risk(f"{name}, earlier", data, "nme5", colour))
    top = max((np.nanmax(c.y, initial=0) for c in curves if len(c.y)), default=0.0)
    axes = Axes(
        title="Error of the faces kept when the least certain are refused",
        x_label="share of the found faces that is kept",
        y_label="nme5, mean of those kept",
        x_range=(0, 1),
        y_range=(0, float(top) * _HEADROOM or 1.0),
    )
    return line_chart(curves, axes)


def _risk(name: str, data: Mapping[str, Any], key: str, colour: Rgb) -> Curve:
    """Return a curve without the means of a few faces, which say nothing."""
    rows = slice(min(_FEW, len(data["coverage"])) - 1, None)
    return Curve(name, _array(data["coverage"])[rows], _array(data[key])[rows], colour)


def _earlier(
    earlier: Record | None, key: str, record: Record
) -> Iterator[tuple[str, Mapping[str, Any], Rgb]]:
    """Give what the earlier report says of each scheme of this one, in a lighter colour."""
    for i, name in enumerate(record["schemes"]):
        if earlier is not None and name in earlier["schemes"]:
            yield name, earlier["schemes"][name][key], lighter(COLOURS[i])


def _array(values: list[float | None]) -> Floats:
    return np.array(values, np.float64)
