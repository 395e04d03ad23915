"""The One-Euro filter for faces, by true frame times: steady at rest, quick in motion.

Casiez, Roussel, Vogel 2012: a first-order low pass whose cut-off grows with the speed. Speeds are
counted in sizes of the face a second, so that near and far faces are smoothed alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tfan.types import AnyArray, Array


@dataclass(frozen=True, slots=True, kw_only=True)
class EuroSettings:
    """How strongly points are smoothed.

    Attributes:
        rest_hz: cut-off of a face at rest; lower is steadier and slower.
        per_speed: by which the cut-off grows, in Hz for each size of the face a second.
        speed_hz: cut-off of the speed itself.
    """

    rest_hz: float = 1.0
    per_speed: float = 12.0
    speed_hz: float = 1.5


class OneEuro:
    """Filters the points of one face. Keeps one frame."""

    def __init__(self, settings: EuroSettings) -> None:
        self.settings = settings
        self._time_s = -math.inf
        self._raw: AnyArray | None = None
        self._speed = np.zeros(0)
        self._out: AnyArray = np.zeros(0)

    def __call__(self, points_px: AnyArray, size_px: float, time_s: float) -> Array:
        """Return points (N, 2) smoothed; the same time again gives the same answer.

        Args:
            points_px: as measured.
            size_px: of the face.
            time_s: after the last call's.
        """
        new = np.asarray(points_px, np.float64)
        if self._raw is None:
            self._raw, self._out, self._speed = new, new, np.zeros_like(new)
            self._time_s = time_s
            return new.astype(np.float32)
        passed = time_s - self._time_s
        if passed > 0:
            speed = (new - self._raw) / (passed * max(size_px, 1.0))
            speed -= self._speed
            speed *= 1 - math.exp(-2 * math.pi * self.settings.speed_hz * passed)
            self._speed = self._speed + speed
            fast = np.sqrt(np.add.reduce(self._speed**2, axis=1, keepdims=True))
            common = math.hypot(*self._speed.mean(axis=0).tolist())  # the head moves all points
            cutoff = self.settings.rest_hz + self.settings.per_speed * np.maximum(fast, common)
            share = 1 - np.exp((-2 * math.pi * passed) * cutoff)  # of a first-order low pass
            self._out = self._out + share * (new - self._out)
            self._raw, self._time_s = new, time_s
        return self._out.astype(np.float32)
