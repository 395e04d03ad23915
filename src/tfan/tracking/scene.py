"""Whether a frame goes on with the one before: cuts, frozen frames, steps of the whole picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from tfan.thermal.plane import Plane
from tfan.tracking.types import Event
from tfan.types import AnyArray, Array

_THUMB = (40, 30)  # width, height
_ALIKE = 0.6  # correlation of two thumbnails below which the scene may be another one
_CHANGED, _CHANGED_SHARE = 0.02, 0.6  # of the contrast; of the thumbnail: a person alone is less
_STEP_SHARE = 0.04  # of the scene's contrast: a step of the median that counts
_STEADY = 0.5  # of a step must be common to most of the picture
_EVERY_ROW = 4  # sensor noise alone makes these rows of two frames differ


@dataclass(slots=True)
class SceneWatch:
    """Compares each frame with the one before; keeps some rows and a thumbnail of that one."""

    _rows: AnyArray | None = field(default=None, repr=False)
    _thumb: Array | None = field(default=None, repr=False)
    _hw: tuple[int, int] = (0, 0)

    def __call__(self, plane: Plane) -> tuple[Event, float]:
        """Return what happened, and the change of the median in the plane's unit."""
        rows, thumb = plane.values[::_EVERY_ROW], thumbnail(plane.values)
        last_rows, last, last_hw = self._rows, self._thumb, self._hw
        self._hw = plane.hw
        if last_rows is None or last is None or last_hw != plane.hw:
            self._rows, self._thumb = rows.copy(), thumb
            return ("first" if last is None else "cut"), 0.0
        if (thumb == last).all() and np.array_equal(rows, last_rows):
            return "freeze", 0.0
        if last_rows.dtype == rows.dtype:
            np.copyto(last_rows, rows)  # cameras write into the same array again
        else:
            self._rows = rows.copy()
        self._thumb = thumb
        return judged(last, thumb, contrast=max(plane.high - plane.low, plane.floor))

    def reset(self) -> None:
        """Forget the last frame."""
        self._rows = self._thumb = None


def thumbnail(values: AnyArray) -> Array:
    """Return values (H, W) as (30, 40) float32: means of some pixels each."""
    step = max(1, min(values.shape[0] // (2 * _THUMB[1]), values.shape[1] // (2 * _THUMB[0])))
    few = np.ascontiguousarray(values[::step, ::step])
    return np.asarray(cv2.resize(few, _THUMB, interpolation=cv2.INTER_AREA), np.float32)


def judged(last: Array, thumb: Array, *, contrast: float) -> tuple[Event, float]:
    """Return what lies between two thumbnails of different frames, and the step of the median.

    Args:
        last: (h, w) of the frame before.
        thumb: (h, w).
        contrast: of the newer frame, in its unit.
    """
    change = (thumb - last).reshape(-1)
    middle = change.size // 2
    step = float(np.partition(change, middle)[middle])
    n_changed = np.count_nonzero(np.abs(change) > _CHANGED * contrast)
    much = n_changed > _CHANGED_SHARE * change.size
    if much and _likeness(last, thumb) < _ALIKE:
        return "cut", step
    if abs(step) > _STEP_SHARE * contrast:
        rest = float(np.median(np.abs(change - step)))
        return ("step" if rest < _STEADY * abs(step) else "none"), step
    return "none", step


def _likeness(one: Array, other: Array) -> float:
    """Return the correlation of two thumbnails; 1 where neither shows anything."""
    a, b = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return 1.0 if norm == 0 else float((a * b).sum()) / norm
