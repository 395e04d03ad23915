"""One picture an axis: what the detector finds, where the landmarks lie, what they claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tfan.io.files import replace_file
from tfan.robustness.axes import AXES
from tfan.robustness.shots import Picture
from tfan.robustness.suite import AxisResult
from tfan.robustness.summary import Stat, step_stats
from tfan.types import AnyArray

_PANEL_HW = (300, 460)
_LEFT, _RIGHT, _TOP = 44, 12, 64
_BELOW = 26
_GLYPH_PX = 7  # width of a letter
_TITLE_PX = 30
_LEGEND_PX = 116  # width of an entry
_INK, _RULE, _WHITE = (40, 40, 40), (225, 225, 225), 255
_FONT, _SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.4
_TICKS = 5
_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # between two ticks, times a power of ten
_PALE = 0.6  # the earlier run, towards white
_LONG_LABEL = 5  # letters from which labels stand upright

BLUE, RED, GREEN = (180, 90, 20), (40, 60, 210), (70, 140, 30)  # BGR


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the picture: measures with their colours, shown times a factor.

    Attributes:
        lines: (measure, name in the legend, colour).
        top: least value that the axis reaches, None lets the data decide alone.
        full: whether it ends exactly at top.
    """

    title: str
    lines: tuple[tuple[str, str, tuple[int, int, int]], ...]
    top: float
    full: bool = False
    factor: float = 100.0


PANELS = (
    Panel(
        "found, %",
        (("detector_recall", "detector", BLUE), ("recall", "pipeline", RED)),
        top=100,
        full=True,
    ),
    Panel(
        "NME, % of sqrt(box)",
        (("nme_478", "478, true box", BLUE), ("nme_70", "70, true box", GREEN),
         ("found_nme_478", "478 of found", RED)),
        top=4,
    ),
    Panel(
        "claimed and true error, % of sqrt(box)",
        (("sigma", "sigma", BLUE), ("error", "error", RED)),
        top=4,
    ),
    Panel("confidence", (("confidence", "confidence", BLUE),), top=1, full=True, factor=1),
)  # fmt: skip


def write_plot(folder: Path, result: AxisResult, earlier: AxisResult | None = None) -> None:
    """Write the picture of an axis; an earlier run is drawn pale behind it."""
    picture = draw_plot(result, earlier)
    _, stream = cv2.imencode(".png", picture)
    replace_file(folder / f"{result.name}.png", lambda beside: beside.write_bytes(stream.tobytes()))


def draw_plot(result: AxisResult, earlier: AxisResult | None = None) -> Picture:
    """Return the (H, W, 3) picture, BGR, of an axis."""
    axis = AXES[result.name]
    unit = f" ({axis.unit})" if axis.unit else ""
    runs = [(step_stats(earlier), _PALE)] if _same_steps(result, earlier) and earlier else []
    runs.append((step_stats(result), 0.0))
    panels = [_draw_panel(panel, result.labels, runs) for panel in PANELS]
    rows = [np.concatenate(panels[start : start + 2], axis=1) for start in (0, 2)]
    head = np.full((_TITLE_PX, rows[0].shape[1], 3), _WHITE, np.uint8)
    said = f"{axis.title}{unit}; bars: standard error; {result.pictures.shape[1]} faces a step"
    said += "; pale: the earlier run" if len(runs) > 1 else ""
    _write(head, said, (10, 20))
    return np.concatenate([head, *rows], axis=0)


def _same_steps(result: AxisResult, earlier: AxisResult | None) -> bool:
    return earlier is not None and earlier.labels == result.labels


def _draw_panel(
    panel: Panel, labels: Sequence[str], runs: Sequence[tuple[list[dict[str, Stat]], float]]
) -> Picture:
    names = [name for name, _, _ in panel.lines]
    highest = [
        panel.factor * (one.mean + np.nan_to_num(one.error))
        for stats, _ in runs
        for step in stats
        for name in names
        if np.isfinite((one := step[name]).mean)
    ]
    top = panel.top if panel.full else _round_top(max([panel.top, *highest]))
    long = max(map(len, labels)) > _LONG_LABEL
    below = _BELOW + (max(map(len, labels)) * _GLYPH_PX if long else 0)
    canvas = np.full((_PANEL_HW[0] + below, _PANEL_HW[1], 3), _WHITE, np.uint8)
    x = np.linspace(_LEFT + 14, _PANEL_HW[1] - _RIGHT - 14, len(labels))
    _draw_frame(canvas, panel, top, labels, x, upright=long)
    for stats, pale in runs:
        for name, _, colour in panel.lines:
            ink = tuple(round(c + (_WHITE - c) * pale) for c in colour)
            _draw_line(canvas, [step[name] for step in stats], x, panel.factor / top, ink)
    return canvas


def _round_top(highest: float) -> float:
    """Return the least round number of ticks that reaches above a value."""
    step = 10.0 ** np.floor(np.log10(highest / _TICKS))
    return float(next(step * n * _TICKS for n in _ROUND if step * n * _TICKS >= highest))


def _draw_frame(
    canvas: Picture,
    panel: Panel,
    top: float,
    labels: Sequence[str],
    x: AnyArray,
    *,
    upright: bool,
) -> None:
    _write(canvas, panel.title, (_LEFT, 16))
    for place, (_, name, colour) in enumerate(panel.lines):
        at = _LEFT + place * _LEGEND_PX
        cv2.line(canvas, (at, 34), (at + 16, 34), colour, 2, cv2.LINE_AA)
        _write(canvas, name, (at + 20, 38))
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        row = _row(share)
        cv2.line(canvas, (_LEFT, row), (_PANEL_HW[1] - _RIGHT, row), _RULE, 1)
        _write(canvas, f"{share * top:.3g}", (4, row + 4))
    for label, column in zip(labels, x, strict=True):
        if upright:
            _write_upright(canvas, label, (round(column), _PANEL_HW[0] + 6))
        else:
            half = len(label) * _GLYPH_PX // 2
            _write(canvas, label, (round(column) - half, _PANEL_HW[0] + 16))


def _row(share: float) -> int:
    return round(_PANEL_HW[0] - share * (_PANEL_HW[0] - _TOP))


def _draw_line(
    canvas: Picture, steps: Sequence[Stat], x: AnyArray, scale: float, colour: tuple[int, ...]
) -> None:
    """Draw means joined by lines, with their standard errors; steps without a value leave a gap."""
    previous: tuple[int, int] | None = None
    for column, one in zip(np.rint(x).astype(int), steps, strict=True):
        if not np.isfinite(one.mean):
            previous = None
            continue
        here = (int(column), _row(min(one.mean * scale, 1.0)))
        if np.isfinite(one.error):
            ends = [_row(float(np.clip((one.mean + s * one.error) * scale, 0, 1))) for s in (-1, 1)]
            cv2.line(canvas, (here[0], ends[0]), (here[0], ends[1]), colour, 1, cv2.LINE_AA)
            for end in ends:
                cv2.line(canvas, (here[0] - 3, end), (here[0] + 3, end), colour, 1)
        cv2.circle(canvas, here, 3, colour, -1, cv2.LINE_AA)
        if previous is not None:
            cv2.line(canvas, previous, here, colour, 1, cv2.LINE_AA)
        previous = here


def _write(canvas: Picture, text: str, at: tuple[int, int]) -> None:
    cv2.putText(canvas, text, at, _FONT, _SIZE, _INK, 1, cv2.LINE_AA)


def _write_upright(canvas: Picture, text: str, at: tuple[int, int]) -> None:
    """Write from below to above, ending at a point."""
    strip = np.full((14, len(text) * _GLYPH_PX + 4, 3), _WHITE, np.uint8)
    (width, _), _ = cv2.getTextSize(text, _FONT, _SIZE, 1)
    _write(strip, text, (max(0, strip.shape[1] - width - 1), 10))
    turned = cv2.rotate(strip, cv2.ROTATE_90_COUNTERCLOCKWISE)
    left, top = at[0] - 7, at[1]
    area = canvas[top : top + turned.shape[0], left : left + turned.shape[1]]
    area[:] = turned[: area.shape[0], : area.shape[1]]
