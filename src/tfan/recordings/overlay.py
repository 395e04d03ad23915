"""Frames with what was measured drawn on them: palette, colour bar, regions, points, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from tfan.errors import InputError
from tfan.evaluate.charts import ticks
from tfan.io import Frame, Source, write_png
from tfan.io.files import replace_file
from tfan.recordings.measuring import has_celsius
from tfan.recordings.rows import FrameRow, PersonRow
from tfan.recordings.tracks import Rows
from tfan.recordings.video import open_video
from tfan.rois import Region
from tfan.thermal.plane import prepare
from tfan.types import AnyArray, Array, Face
from tfan.viz import colourise, draw_faces, draw_outlines, shown_span
from tfan.viz.palettes import Picture

_PALETTE = "iron"
_LONG_SIDE_PX, _MOST_ZOOM = 960, 8
_BAR_PX, _BAR_WIDTH, _BAR_MARGIN = 84, 16, 14
_FOLLOWS = 0.1  # of the way that the colours follow the frame's range: no flicker
_WORDS_UP_TO = 4  # regions that get their temperature written on them
_FONT, _SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.5
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_RATE_HZ = 30.0  # of videos whose source tells no times

PICTURE = "{}.frame_{:06d}.png"
VIDEO = "{}.overlay.mp4"
Span = tuple[float, float]


@dataclass(slots=True)
class Range:
    """The range of temperatures that the colours show: follows the frames slowly."""

    _span: Span | None = None

    def __call__(self, values: AnyArray) -> Span:
        """Return the range for the next frame."""
        low, high = shown_span(values)
        if self._span is not None:
            before = self._span
            low = before[0] + _FOLLOWS * (low - before[0])
            high = before[1] + _FOLLOWS * (high - before[1])
        self._span = (low, high)
        return self._span


def draw_overlay(
    frame: Frame, row: FrameRow, regions: tuple[Region, ...] = (), span: Span | None = None
) -> Picture:
    """Return an RGB picture of a frame, enlarged, with its people and a colour bar on the right.

    Args:
        frame: as it came from the source.
        row: what was measured in it.
        regions: to be drawn.
        span: values of the first and last colour; None takes the frame's.
    """
    measured = has_celsius(frame)
    values = frame.celsius() if measured else prepare(frame.values).values
    span = shown_span(values) if span is None else span
    picture = colourise(values, palette=_PALETTE, span=span)
    zoom = int(np.clip(-(-_LONG_SIDE_PX // max(frame.hw)), 1, _MOST_ZOOM))
    size = (picture.shape[1] * zoom, picture.shape[0] * zoom)
    canvas = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    for one in row.people:
        canvas = _with_person(canvas, one, regions, zoom)
    _write(canvas, _moment(row), (6, canvas.shape[0] - 8))
    return np.concatenate([canvas, _bar(len(canvas), span, "degC" if measured else "")], axis=1)


def _with_person(
    canvas: Picture, one: PersonRow, regions: tuple[Region, ...], zoom: int
) -> Picture:
    face = _enlarged(one.face, zoom)
    outlines = {region.name: region.polygons_px(face.points_px) for region in regions}
    seen = {each.name: each.seen for each in one.readings}
    words: dict[str, str | None] = {name: None for name in outlines if not seen.get(name, False)}
    if len(regions) <= _WORDS_UP_TO:
        words |= {each.name: f"{each.mean_celsius:.1f}" for each in one.readings if each.seen}
    canvas = draw_faces(canvas, [face], long_side_px=1)
    canvas = draw_outlines(canvas, outlines, words=words)
    held = " (held)" if one.held else ""
    if np.isfinite(face.box_px).all():
        left, bottom = (round(float(edge)) for edge in face.box_px[[0, 3]])
        _write(canvas, f"id {one.track_id}{held}", (max(left, 0) + 4, bottom + 16))
    return canvas


def _enlarged(face: Face, zoom: int) -> Face:
    points: Array = face.points_px * zoom
    return replace(face, points_px=points, box_px=face.box_px * zoom, five_px=face.five_px * zoom)


def _moment(row: FrameRow) -> str:
    when = "" if np.isnan(row.time_s) else f", {row.time_s:.2f} s"
    what = "" if row.event in ("none", "first") else f", {row.event}"
    return f"frame {row.frame}{when}{what}"


def _bar(height: int, span: Span, unit: str) -> Picture:
    """Return the colours from span's end down to its start with their values beside them."""
    area = np.zeros((height, _BAR_PX, 3), np.uint8)
    low, high = span
    length = max(height - 2 * _BAR_MARGIN - 16, 8)
    shares = np.linspace(1, 0, length)[:, None]
    colours = colourise(np.repeat(shares, _BAR_WIDTH, axis=1), palette=_PALETTE, span=(0.0, 1.0))
    top = _BAR_MARGIN + 16
    area[top : top + length, 8 : 8 + _BAR_WIDTH] = colours
    for value in ticks(low, high) if high > low else []:
        y = top + round((high - value) / (high - low) * (length - 1))
        cv2.line(area, (8 + _BAR_WIDTH, y), (12 + _BAR_WIDTH, y), _WHITE, 1)
        _write(area, f"{value:g}", (16 + _BAR_WIDTH, y + 5))
    _write(area, unit, (8, 18))
    return area


def _write(canvas: Picture, text: str, at: tuple[int, int]) -> None:
    for x, y in product((-1, 0, 1), repeat=2):  # thicker letters would be wider, too
        cv2.putText(canvas, text, (at[0] + x, at[1] + y), _FONT, _SIZE, _BLACK, 1, cv2.LINE_AA)
    cv2.putText(canvas, text, at, _FONT, _SIZE, _WHITE, 1, cv2.LINE_AA)


def _drawn(
    source: Source, rows: Rows, regions: tuple[Region, ...], every: int
) -> Iterator[tuple[FrameRow, Picture]]:
    """Read a source again and yield its frames with what was measured; damaged ones are missing."""
    spans = Range()
    frames = iter(source.frames())
    frame = next(frames, None)
    for row in rows:
        try:
            while frame is not None and frame.index < row.frame:
                frame = next(frames, None)
        except InputError:  # told when the rows were measured
            return
        if frame is None:
            return
        if frame.index == row.frame and row.frame % every == 0:
            values = frame.celsius() if has_celsius(frame) else prepare(frame.values).values
            yield row, draw_overlay(frame, row, regions, spans(values))


def write_pictures(
    place: Path, source: Source, rows: Rows, regions: tuple[Region, ...], every: int
) -> None:
    """Write a PNG of every so many frames of a recording, the first one included."""
    for row, picture in _drawn(source, rows, regions, every):
        write_png(place.parent / PICTURE.format(place.name, row.frame), picture)


def write_video(
    place: Path,
    source: Source,
    rows: Rows,
    regions: tuple[Region, ...],
    tell: Callable[[str, int, int | None], None],
) -> None:
    """Write a video of a recording, in its own times where it tells them."""
    n_frames = source.n_frames  # a folder may have to count its files

    def write(beside: Path) -> None:
        with open_video(beside, _RATE_HZ) as video:
            for row, picture in _drawn(source, rows, regions, 1):
                video.add(picture, row.time_s)
                tell("draw", row.frame + 1, n_frames)

    replace_file(place.parent / VIDEO.format(place.name), write, kind="video")
