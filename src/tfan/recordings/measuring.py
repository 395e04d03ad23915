"""People who were followed in a frame -> rows with what is measured of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tfan.io.frame import Frame
from tfan.recordings.rows import FrameRow, PersonRow
from tfan.rois import Region, measure
from tfan.rois.points import values_under
from tfan.tracking import Followed, TrackedFace
from tfan.types import Array

_SEEN_FROM = 0.5  # visibility below which the pixel under a point is something else


def row_of(followed: Followed, regions: Sequence[Region]) -> FrameRow:
    """Return the row of a frame.

    Args:
        followed: its `frame` is a `tfan.io.Frame`.
        regions: to be measured where the frame has temperatures.
    """
    frame: Frame = followed.frame
    celsius = frame.celsius() if has_celsius(frame) and followed.faces else None
    people = tuple(_person(face, celsius, regions) for face in followed.faces)
    time_s = float("nan") if frame.time_s is None else frame.time_s
    step = followed.note.step * (frame.reading.scale or 1.0 if has_celsius(frame) else 1.0)
    return FrameRow(
        frame.index, time_s, followed.note.event, step, people, time_guessed=frame.time_guessed
    )


def has_celsius(frame: Frame) -> bool:
    """Whether the numbers of a frame are temperatures."""
    return frame.reading.scale is not None and frame.values.ndim == 2


def _person(tracked: TrackedFace, celsius: Array | None, regions: Sequence[Region]) -> PersonRow:
    face = tracked.face
    if celsius is None:
        nothing = np.full(len(face.points_px), np.nan, np.float32)
        return PersonRow(tracked.track_id, tracked.held, face, nothing, ())
    if tracked.held:  # nobody was looked at: nothing may be told of the skin
        face = replace(face, visibility=np.zeros_like(face.visibility))
    at_points = np.where(
        face.visibility >= _SEEN_FROM, values_under(celsius, face.points_px), np.nan
    )
    readings = measure(celsius, face, regions)
    return PersonRow(tracked.track_id, tracked.held, face, at_points.astype(np.float32), readings)
