"""A recording in one picture: temperatures of each person over time, quality in a strip below."""

from __future__ import annotations

import cv2
import numpy as np

from tfan.evaluate.charts import Axes, Curve, Picture, Rgb, line_chart, place
from tfan.recordings.bins import Binned, Bins, choose_curves, gather, seen_words, title_of
from tfan.recordings.tracks import Rows, Summary
from tfan.types import AnyArray
from tfan.viz import confidence_colours

# Told apart by the commonest colour blindness, too (Okabe and Ito).
COLOURS: tuple[Rgb, ...] = (
    (0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233),
    (110, 100, 30), (90, 90, 90),
)  # fmt: skip
LEAST_RANGE_CELSIUS, _PAD = 1.0, 0.08
_BULK = (0.2, 99.8)  # percentiles of what is drawn; single outliers do not set the range
_STRIP_PX, _WORDS_PX, _LEGEND_ROW_PX, _LEGEND_COLUMNS = 20, 30, 22, 4
_TITLE_LETTERS = 56
NOBODY: Rgb = (222, 222, 222)
_INK: Rgb = (40, 40, 40)
_FONT, _SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.45


def draw_plot(rows: Rows, summary: Summary) -> Picture:
    """Return the RGB picture: a chart and a strip for each of the people seen longest."""
    chosen = choose_curves(rows.heading.regions)
    binned = gather(rows, summary, chosen)
    title = _short(title_of(summary))
    if not binned.people:
        return _panel(f"{title}: nobody is seen", "", binned, Bins.empty(0, len(binned.x)), ())
    panels = []
    for one, bins in binned.people:
        unit = "degC" if chosen else "quality"
        words = f"{title}, person {one.track_id}"
        panels.append(_panel(words, unit, binned, bins, chosen, f"; {seen_words(one)}"))
    left_out = len(summary.people) - len(binned.people)
    if left_out:
        panels.append(_words_row(f"{left_out} more people were seen for a shorter time."))
    return np.concatenate(panels)


def _short(name: str) -> str:
    return name if len(name) <= _TITLE_LETTERS else f"{name[: _TITLE_LETTERS - 3]}..."


def _panel(
    title: str,
    unit: str,
    binned: Binned,
    bins: Bins,
    regions: tuple[str, ...],
    said: str = "",
) -> Picture:
    x, means = binned.x, bins.means()
    curves = _curves(x, means, regions)
    label = binned.label
    ends = (float(x.min()), float(max(x.max(), x.min() + 1e-3)))
    span = _span(means[:-1]) if regions else (0.0, 1.0)
    axes = Axes(title, label, unit, ends, span, legend="none")
    chart = line_chart(curves, axes)
    width = chart.shape[1]
    parts = [chart, _strip(x, means[-1], axes, (width, said))]
    if regions:
        parts.append(_legend(curves, axes, width))
    return np.concatenate(parts)


def _curves(x: AnyArray, means: AnyArray, regions: tuple[str, ...]) -> list[Curve]:
    """Return one curve a region; the quality without regions."""
    if not regions:
        return [Curve("quality", x, means[-1], COLOURS[0])]
    return [
        Curve(name.replace("_", " "), x, means[i], colour, dashed=dashed)
        for i, (name, (colour, dashed)) in enumerate(zip(regions, styles(regions), strict=True))
    ]


def styles(regions: tuple[str, ...]) -> list[tuple[Rgb, bool]]:
    """Return the colour of each region and whether it is dashed: of a pair the left one is."""
    keys = [name.removeprefix("right_").removeprefix("left_") for name in regions]
    order = list(dict.fromkeys(keys))
    return [
        (COLOURS[order.index(key) % len(COLOURS)], name.startswith("left_"))
        for name, key in zip(regions, keys, strict=True)
    ]


def _span(values: AnyArray) -> tuple[float, float]:
    """Return from where to where the temperatures go."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 30.0, 38.0
    low, high = np.percentile(finite, _BULK)
    pad = max(_PAD * (high - low), (LEAST_RANGE_CELSIUS - (high - low)) / 2)
    return float(low - pad), float(high + pad)


def _strip(x: AnyArray, quality: AnyArray, axes: Axes, rest: tuple[int, str]) -> Picture:
    """Return the quality over time: red, yellow, light blue; grey where nobody was measured."""
    width, said = rest
    strip = np.full((_STRIP_PX + _WORDS_PX, width, 3), 255, np.uint8)
    columns = place(x, np.full(len(x), axes.y_range[0]), axes)[:, 0]
    left, right = round(float(columns[0])), round(float(columns[-1]))
    places = np.arange(left, right + 1)
    nearest = np.abs(columns[:, None] - places).argmin(axis=0)
    colours = confidence_colours(quality)
    colours[~np.isfinite(quality)] = NOBODY
    strip[:_STRIP_PX, left : right + 1] = colours[nearest]
    _write(strip, "quality", (left - 62, 15))
    words = "red 0, yellow 0.5, blue 1, grey: not measured" + said
    _write(strip, words, (left, _STRIP_PX + 18))
    return strip


def _legend(curves: list[Curve], axes: Axes, width: int) -> Picture:
    n_rows = -(-len(curves) // _LEGEND_COLUMNS)
    area = np.full((n_rows * _LEGEND_ROW_PX + 14, width, 3), 255, np.uint8)
    left = round(float(place([axes.x_range[0]], [axes.y_range[0]], axes)[0, 0]))
    step = (width - left) // _LEGEND_COLUMNS
    for i, curve in enumerate(curves):
        x = left + (i % _LEGEND_COLUMNS) * step
        y = (i // _LEGEND_COLUMNS) * _LEGEND_ROW_PX + 10
        parts = ((0, 10), (16, 26)) if curve.dashed else ((0, 26),)
        for start, end in parts:
            cv2.line(area, (x + start, y), (x + end, y), curve.colour, 2, cv2.LINE_AA)
        _write(area, curve.name, (x + 32, y + 5))
    return area


def _words_row(text: str) -> Picture:
    row = np.full((_WORDS_PX, 840, 3), 255, np.uint8)
    _write(row, text, (84, 20))
    return row


def _write(canvas: Picture, text: str, at: tuple[int, int]) -> None:
    cv2.putText(canvas, text, at, _FONT, _SIZE, _INK, 1, cv2.LINE_AA)
