"""Curves as pictures, drawn with OpenCV: the base install has no library for plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from tfan.evaluate.sample import Floats

Picture = npt.NDArray[np.uint8]
Rgb = tuple[int, int, int]

# Told apart by the commonest colour blindness, too (Okabe and Ito).
COLOURS: tuple[Rgb, ...] = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167))
GREY: Rgb = (130, 130, 130)
_INK: Rgb = (40, 40, 40)
_RULE: Rgb = (225, 225, 225)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FINE = 2  # drawn so many times larger, then shrunk: smooth lines and words
_SIZE_HW = (560, 840)
_MARGINS = (52, 28, 66, 84)  # top, right, bottom, left
_DASH_PX, _GAP_PX = 9.0, 6.0
_LINE_PX = 2
_WORDS, _TITLE = 0.5, 0.62  # of OpenCV's font size
_TICKS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a chart.

    Attributes:
        name: what the legend says.
        x: (N,).
        y: (N,); NaN breaks the line.
    """

    name: str
    x: Floats
    y: Floats
    colour: Rgb
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axes:
    """What a chart shows, and from where to where.

    Attributes:
        marks: values of x that get a line and a word left of it.
    """

    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    legend: Literal["lower right", "upper left", "upper right", "none"] = "lower right"
    marks: tuple[tuple[float, str], ...] = ()


def line_chart(curves: Sequence[Curve], axes: Axes) -> Picture:
    """Return an RGB picture of curves with axes, labels and a legend."""
    canvas = np.full((_SIZE_HW[0] * _FINE, _SIZE_HW[1] * _FINE, 3), 255, np.uint8)
    _draw_axes(canvas, axes)
    for curve in reversed(curves):  # the first ends on top
        _draw_curve(canvas, curve, axes)
    if axes.legend != "none":
        _draw_legend(canvas, curves, axes.legend)
    small = cv2.resize(canvas, _SIZE_HW[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def lighter(colour: Rgb) -> Rgb:
    """Return a colour half way to white, for what is shown to compare with."""
    red, green, blue = ((channel + 255) // 2 for channel in colour)
    return red, green, blue


def ticks(low: float, high: float, *, count: int = _TICKS) -> list[float]:
    """Return about `count` round numbers from low to high: steps of 1, 2 or 5 times 10^k."""
    rough = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, 1 - math.floor(math.log10(step)))
    return [round(k * step, decimals) for k in range(first, last + 1)]


def place(x: npt.ArrayLike, y: npt.ArrayLike, axes: Axes) -> Floats:
    """Return the (N, 2) pixels of the finished picture for values x (N,), y (N,)."""
    top, right, bottom, left = _MARGINS
    (x0, x1), (y0, y1) = axes.x_range, axes.y_range
    width, height = _SIZE_HW[1] - left - right, _SIZE_HW[0] - top - bottom
    columns = left + (np.asarray(x, np.float64) - x0) / (x1 - x0) * width
    rows = top + (y1 - np.asarray(y, np.float64)) / (y1 - y0) * height
    placed: Floats = np.stack([columns, rows], axis=-1)
    return placed


def _draw_axes(canvas: Picture, axes: Axes) -> None:
    (x0, x1), (y0, y1) = axes.x_range, axes.y_range
    for value in ticks(x0, x1):
        _segment(canvas, (value, y0), (value, y1), axes, _RULE)
        _words(canvas, f"{value:g}", _at(value, y0, axes, down=20), align=0.5)
    for value in ticks(y0, y1):
        _segment(canvas, (x0, value), (x1, value), axes, _RULE)
        _words(canvas, f"{value:g}", _at(x0, value, axes, right=-8, down=5), align=1)
    for value, name in axes.marks:
        _segment(canvas, (value, y0), (value, y1), axes, GREY)
        _words(canvas, name, _at(value, y0, axes, right=-6, down=-10), align=1, colour=GREY)
    _segment(canvas, (x0, y0), (x1, y0), axes, _INK)
    _segment(canvas, (x0, y0), (x0, y1), axes, _INK)
    middle = (x0 + x1) / 2
    _words(canvas, axes.title, _at(x0, y1, axes, down=-22), size=_TITLE)
    _words(canvas, axes.x_label, _at(middle, y0, axes, down=48), align=0.5)
    _upright_words(canvas, axes.y_label, int(place([x0], [(y0 + y1) / 2], axes)[0, 1]))


def _draw_curve(canvas: Picture, curve: Curve, axes: Axes) -> None:
    points = place(curve.x, np.clip(curve.y, *axes.y_range), axes)
    whole: npt.NDArray[np.bool_] = np.isfinite(curve.x) & np.isfinite(curve.y)
    for run in np.split(np.arange(len(points)), np.flatnonzero(np.diff(whole)) + 1):
        if len(run) > 1 and whole[run[0]]:
            _polyline(canvas, points[run], curve)


def _polyline(canvas: Picture, points: Floats, curve: Curve) -> None:
    pieces = _dashes(points) if curve.dashed else [points]
    for piece in pieces:
        line = np.rint(piece * _FINE).astype(np.int32)
        cv2.polylines(canvas, [line], False, curve.colour, _LINE_PX * _FINE, cv2.LINE_AA)


def _dashes(points: Floats) -> list[Floats]:
    """Return pieces of a polyline (N, 2): a dash, a gap, a dash ... along its length."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0, along[-1], _DASH_PX + _GAP_PX)
    pieces: list[Floats] = []
    for start in starts:
        inner = along[(along > start) & (along < start + _DASH_PX)]
        at = np.array([start, *inner, min(start + _DASH_PX, along[-1])])
        piece: Floats = np.stack([np.interp(at, along, points[:, i]) for i in (0, 1)], axis=1)
        pieces.append(piece)
    return pieces


def _draw_legend(canvas: Picture, curves: Sequence[Curve], corner: str) -> None:
    top, right, bottom, left = _MARGINS
    row, sample, gap = 22, 34, 10
    width = sample + 3 * gap + max((_width(curve.name) for curve in curves), default=0)
    height = row * len(curves) + gap
    x = left + gap if "left" in corner else _SIZE_HW[1] - right - gap - width
    y = top + gap if "upper" in corner else _SIZE_HW[0] - bottom - gap - height
    box = (x * _FINE, y * _FINE), ((x + width) * _FINE, (y + height) * _FINE)
    cv2.rectangle(canvas, *box, (255, 255, 255), cv2.FILLED)
    cv2.rectangle(canvas, *box, _RULE, _FINE)
    for i, curve in enumerate(curves):
        middle = y + gap / 2 + row * (i + 0.5)
        _polyline(canvas, np.array([[x + gap, middle], [x + gap + sample, middle]]), curve)
        _words(canvas, curve.name, (x + sample + 2 * gap, middle + 5))


def _segment(
    canvas: Picture, first: tuple[float, float], last: tuple[float, float], axes: Axes, colour: Rgb
) -> None:
    ends = place([first[0], last[0]], [first[1], last[1]], axes)
    start, end = np.rint(ends * _FINE).astype(int).tolist()
    cv2.line(canvas, start, end, colour, _FINE, cv2.LINE_AA)


def _at(
    x: float, y: float, axes: Axes, *, right: float = 0, down: float = 0
) -> tuple[float, float]:
    column, row = place([x], [y], axes)[0]
    return float(column) + right, float(row) + down


def _words(
    canvas: Picture, text: str, at: tuple[float, float], *, align: float = 0, size: float = _WORDS,
    colour: Rgb = _INK,
) -> None:  # fmt: skip
    """Write on a base line at `at`; align 0 begins there, 0.5 centres, 1 ends there."""
    origin = (round((at[0] - align * _width(text, size)) * _FINE), round(at[1] * _FINE))
    cv2.putText(canvas, text, origin, _FONT, size * _FINE, colour, _FINE, cv2.LINE_AA)


def _upright_words(canvas: Picture, text: str, row: int) -> None:
    """Write from below to above beside the y axis, centred on a row."""
    height = 24
    strip = np.full((height * _FINE, (_width(text) + 8) * _FINE, 3), 255, np.uint8)
    _words(strip, text, (4, height - 8))
    turned = np.rot90(strip)
    start = max(0, row * _FINE - len(turned) // 2)
    target = canvas[start : start + len(turned), 6 * _FINE : (6 + height) * _FINE]
    target[:] = turned[: len(target)]


def _width(text: str, size: float = _WORDS) -> int:
    (width, _), _ = cv2.getTextSize(text, _FONT, size * _FINE, _FINE)
    return -int(-width // _FINE)
