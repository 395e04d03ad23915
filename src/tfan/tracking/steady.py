"""The points and the pose of one live face, smoothed at once by One-Euro filters."""

from __future__ import annotations

import numpy as np

from tfan.tracking.moved import moved
from tfan.tracking.one_euro import EuroSettings, OneEuro
from tfan.types import AnyArray, Array, Face

# A turn of one radian moves what is turned by about half the size of a face: angles are filtered
# as if they were points of a face of that size, which turns as fast as points walk.
_SIZE_RAD = 2.0


class Steady:
    """Smooths one face from frame to frame. Keeps one frame."""

    def __init__(self, settings: EuroSettings) -> None:
        self._points, self._pose = OneEuro(settings), OneEuro(settings)
        self._last_deg: AnyArray | None = None

    def __call__(self, face: Face, size_px: float, time_s: float) -> Face:
        """Return a face with steadier points and pose; the same time gives the same answer.

        Args:
            face: as measured.
            size_px: of the face.
            time_s: after the last call's.
        """
        points = self._points(face.points_px, size_px, time_s)
        return moved(face, points, pose_deg=self._posed(face.pose_deg, time_s))

    def _posed(self, pose_deg: Array, time_s: float) -> Array:
        if not np.isfinite(pose_deg).all():  # too few landmarks for one
            return pose_deg
        last = pose_deg if self._last_deg is None else self._last_deg
        self._last_deg = unwrapped(pose_deg, last)
        turned = self._pose(np.radians(self._last_deg)[:, None], _SIZE_RAD, time_s)
        return wrapped(np.degrees(turned[:, 0]))


def unwrapped(pose_deg: AnyArray, near_deg: AnyArray) -> AnyArray:
    """Return angles (..., 3) plus whole turns, so that they lie nearest to others."""
    change = np.asarray(pose_deg, np.float64) - near_deg
    nearest: AnyArray = near_deg + wrapped(change)
    return nearest


def wrapped(angles_deg: AnyArray) -> Array:
    """Return angles within -180..180 degrees."""
    return np.asarray((angles_deg + 180) % 360 - 180, np.float32)
