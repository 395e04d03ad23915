"""The long tables of a recording: their columns, and the rows of each frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tfan.landmarks.schemes import load_scheme
from tfan.recordings.rows import FrameRow, Heading, PersonRow

Cell = int | float | bool | str
_PX, _SHARE, _DEGREES, _SECONDS, _CELSIUS = 3, 4, 2, 6, 3  # decimals


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name and what it holds, "int", "float", "bool" or "str"."""

    name: str
    kind: str
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One long table.

    Attributes:
        columns: in order; the first four are those of `_KEYS` but for the table of frames.
        rows: of one frame, in the order of the columns.
    """

    columns: tuple[Column, ...]
    rows: Callable[[FrameRow, Heading], Iterator[tuple[Cell, ...]]]


def _floats(decimals: int, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "float", decimals) for name in names)


_FRAME = (Column("frame", "int"), Column("time_s", "float", _SECONDS))
_KEYS = (*_FRAME, Column("track_id", "int"), Column("held", "bool"))


def _frame_rows(row: FrameRow, heading: Heading) -> Iterator[tuple[Cell, ...]]:
    del heading
    n_held = sum(one.held for one in row.people)
    yield row.frame, row.time_s, row.event, row.step, len(row.people) - n_held, n_held


def _face_rows(row: FrameRow, heading: Heading) -> Iterator[tuple[Cell, ...]]:
    del heading
    for one in row.people:
        face = one.face
        size = float(np.sqrt(max(np.prod(np.ptp(face.box_px.reshape(2, 2), axis=0)), 0)))
        numbers = (*face.box_px.tolist(), *face.pose_deg.tolist())
        sigma = float(face.sigma_px.mean())
        yield (*_key(row, one), face.score, face.quality, size, sigma, *numbers)


def _point_rows(row: FrameRow, heading: Heading) -> Iterator[tuple[Cell, ...]]:
    names = load_scheme(heading.scheme).names
    for one in row.people:
        key, face = _key(row, one), one.face
        columns = (
            face.points_px[:, 0], face.points_px[:, 1], face.sigma_px, face.confidence,
            face.visibility, one.celsius,
        )  # fmt: skip
        values = np.stack(columns, axis=1).astype(np.float64).tolist()
        for index, (name, each) in enumerate(zip(names, values, strict=True)):
            yield (*key, index, name, *each)


def _region_rows(row: FrameRow, heading: Heading) -> Iterator[tuple[Cell, ...]]:
    del heading
    for one in row.people:
        key = _key(row, one)
        for each in one.readings:
            yield (
                *key, each.name, each.mean_celsius, each.median_celsius, each.p90_celsius,
                each.max_celsius, each.min_celsius, each.sd_celsius, each.margin_celsius,
                each.n_pixels, each.share_visible,
            )  # fmt: skip


def _key(row: FrameRow, one: PersonRow) -> tuple[Cell, ...]:
    return row.frame, row.time_s, one.track_id, one.held


TABLES = {
    "frames": Table(
        (*_FRAME, Column("event", "str"), *_floats(_CELSIUS, "step"),
         Column("n_measured", "int"), Column("n_held", "int")),
        _frame_rows,
    ),
    "faces": Table(
        (*_KEYS, *_floats(_SHARE, "score", "quality"), *_floats(_PX, "size_px", "sigma_px"),
         *_floats(_PX, "box_left_px", "box_top_px", "box_right_px", "box_bottom_px"),
         *_floats(_DEGREES, "yaw_deg", "pitch_deg", "roll_deg")),
        _face_rows,
    ),
    "points": Table(
        (*_KEYS, Column("landmark", "int"), Column("name", "str"),
         *_floats(_PX, "x_px", "y_px", "sigma_px"), *_floats(_SHARE, "confidence", "visibility"),
         *_floats(_CELSIUS, "celsius")),
        _point_rows,
    ),
    "regions": Table(
        (*_KEYS, Column("region", "str"),
         *_floats(_CELSIUS, "mean_celsius", "median_celsius", "p90_celsius", "max_celsius",
                  "min_celsius", "sd_celsius", "margin_celsius"),
         *_floats(_DEGREES, "n_pixels"), *_floats(_SHARE, "share_visible")),
        _region_rows,
    ),
}  # fmt: skip
"""Name of a table -> what is in it; "regions" is empty without temperatures."""
