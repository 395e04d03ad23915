"""A recording in one picture: temperatures of each person over time, quality in a strip below."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tfan.evaluate.charts import Axes, Curve, Picture, Rgb, line_chart, place
from tfan.recordings.rows import FrameRow
from tfan.recordings.tracks import Person, Rows, Summary
from tfan.types import AnyArray
from tfan.viz import confidence_colours

MAX_PEOPLE, MAX_CURVES = 6, 8
_BINS = 700  # as many as the chart has columns, nearly
_USUAL = (
    "nose_tip", "forehead", "right_inner_canthus", "left_inner_canthus", "right_cheek",
    "left_cheek", "right_nostril", "upper_lip",
)  # fmt: skip
# Told apart by the commonest colour blindness, too (Okabe and Ito).
_COLOURS: tuple[Rgb, ...] = (
    (0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233),
    (110, 100, 30), (90, 90, 90),
)  # fmt: skip
_LEAST_RANGE_CELSIUS, _PAD = 1.0, 0.08
_BULK = (0.2, 99.8)  # percentiles of what is drawn; single outliers do not set the range
_STRIP_PX, _WORDS_PX, _LEGEND_ROW_PX, _LEGEND_COLUMNS = 20, 30, 22, 4
_TITLE_LETTERS = 56
_NOBODY: Rgb = (222, 222, 222)
_INK: Rgb = (40, 40, 40)
_FONT, _SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.45


@dataclass(slots=True, eq=False)
class _Bins:
    """Sums of one person over stretches of the recording, one column a bin.

    Attributes:
        total: (K, B) of K quantities: the regions', then quality.
        count: (K, B) of their values.
    """

    total: AnyArray
    count: AnyArray

    def means(self) -> AnyArray:
        """Return (K, B), NaN where nothing was measured."""
        with np.errstate(invalid="ignore"):
            means: AnyArray = np.where(self.count > 0, self.total / self.count, np.nan)
        return means


def draw_plot(rows: Rows, summary: Summary) -> Picture:
    """Return the RGB picture: a chart and a strip for each of the people seen longest."""
    people = sorted(summary.people, key=lambda one: -one.n_measured)[:MAX_PEOPLE]
    people.sort(key=lambda one: one.track_id)
    chosen = _chosen(rows.heading.regions)
    x, timed, bins = _gathered(rows, summary, people, chosen)
    title = _short(Path(summary.source).name or summary.source)
    if not people:
        return _panel(f"{title}: nobody is seen", "", x, timed, _empty(0, len(x)), ())
    panels = []
    for one in people:
        unit = "degC" if chosen else "quality"
        words = f"{title}, person {one.track_id}"
        panels.append(_panel(words, unit, x, timed, bins[one.track_id], chosen, _seen(one)))
    left_out = len(summary.people) - len(people)
    if left_out:
        panels.append(_words_row(f"{left_out} more people were seen for a shorter time."))
    return np.concatenate(panels)


def _short(name: str) -> str:
    return name if len(name) <= _TITLE_LETTERS else f"{name[: _TITLE_LETTERS - 3]}..."


def _seen(one: Person) -> str:
    return (
        f"; {one.n_measured} frames measured, {one.coverage:.0%} of those from {one.first} to "
        f"{one.last}"
    )


def _chosen(regions: tuple[str, ...]) -> tuple[str, ...]:
    if len(regions) <= MAX_CURVES:
        return regions
    usual = [name for name in _USUAL if name in regions]
    others = [name for name in regions if name not in usual]
    return tuple((usual + others)[:MAX_CURVES])


def _empty(n_regions: int, n_bins: int) -> _Bins:
    shape = (n_regions + 1, n_bins)
    return _Bins(np.zeros(shape), np.zeros(shape))


def _gathered(
    rows: Rows, summary: Summary, people: list[Person], chosen: tuple[str, ...]
) -> tuple[AnyArray, bool, dict[int, _Bins]]:
    """Return (B,) times or numbers of frames, which of both, and the people's bins."""
    n_bins = max(2, min(_BINS, summary.n_read))
    bins = {one.track_id: _empty(len(chosen), n_bins) for one in people}
    picked = [rows.heading.regions.index(name) for name in chosen]
    x, n_in_bin = np.zeros(n_bins), np.zeros(n_bins)
    timed = not any(np.isnan(row.time_s) for row in rows)
    for number, row in enumerate(rows):
        at = min(number * n_bins // max(summary.n_read, 1), n_bins - 1)
        x[at] += row.time_s if timed else row.frame
        n_in_bin[at] += 1
        _add(bins, row, at, picked)
    filled = n_in_bin > 0
    x[filled] /= n_in_bin[filled]
    x[~filled] = x[filled].max(initial=0.0) + 1
    return x, timed, bins


def _add(bins: dict[int, _Bins], row: FrameRow, at: int, picked: list[int]) -> None:
    for one in row.people:
        mine = bins.get(one.track_id)
        if mine is None or one.held:
            continue
        means = [one.readings[i].mean_celsius if one.readings else np.nan for i in picked]
        values = np.array([*means, one.face.quality])
        known = np.isfinite(values)
        mine.total[known, at] += values[known]
        mine.count[known, at] += 1


def _panel(
    title: str,
    unit: str,
    x: AnyArray,
    timed: bool,
    bins: _Bins,
    regions: tuple[str, ...],
    said: str = "",
) -> Picture:
    means = bins.means()
    curves = _curves(x, means, regions)
    label = "time, s" if timed else "frame (the file tells no times)"
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
    """Return one curve a region, of a pair the left one dashed; the quality without regions."""
    if not regions:
        return [Curve("quality", x, means[-1], _COLOURS[0])]
    keys = [name.removeprefix("right_").removeprefix("left_") for name in regions]
    order = list(dict.fromkeys(keys))
    return [
        Curve(
            name.replace("_", " "), x, means[i], _COLOURS[order.index(key) % len(_COLOURS)],
            dashed=name.startswith("left_"),
        )
        for i, (name, key) in enumerate(zip(regions, keys, strict=True))
    ]  # fmt: skip


def _span(values: AnyArray) -> tuple[float, float]:
    """Return from where to where the temperatures go."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 30.0, 38.0
    low, high = np.percentile(finite, _BULK)
    pad = max(_PAD * (high - low), (_LEAST_RANGE_CELSIUS - (high - low)) / 2)
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
    colours[~np.isfinite(quality)] = _NOBODY
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
