"""The mean head from the front in grey, on which other tools draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.synth.head import Head
from tfan.synth.raster import rasterise, vertex_normals

_LIGHT = np.array([0.25, 0.35, 0.9])
_GROUND, _STEP = 15, 6  # few greys: a smaller file


@dataclass(frozen=True, slots=True)
class View:
    """What of the head is shown: side of the picture, its scale, and the middle in centimetres.

    Attributes:
        darkest, spread: grey of what faces away from the lamp, and how much brighter the rest is.
    """

    side_px: int
    px_per_cm: float
    middle_cm: tuple[float, float]
    darkest: int
    spread: int

    def flat_px(self, points_cm: np.ndarray) -> np.ndarray:
        """Return (N, 2) image coordinates of points (N, 3) seen from the front."""
        x, y = points_cm[:, 0] - self.middle_cm[0], self.middle_cm[1] - points_cm[:, 1]
        return np.stack([x, y], axis=1) * self.px_per_cm + self.side_px / 2

    def picture(self, head: Head) -> np.ndarray:
        """Return (side_px, side_px, 3) the mean head in grey."""
        light = _LIGHT / np.linalg.norm(_LIGHT)
        shade = np.clip(vertex_normals(head.mean, head.triangles) @ light, 0, 1)
        screen = np.concatenate([self.flat_px(head.mean) - 0.5, 50 - head.mean[:, 2:]], axis=1)
        drawn, depth = rasterise(
            screen.astype(np.float32), head.triangles,
            np.stack([shade, shade], axis=1).astype(np.float32), side_px=self.side_px,
        )  # fmt: skip
        grey = np.where(np.isfinite(depth), self.darkest + self.spread * drawn[..., 0], _GROUND)
        return np.repeat((grey // _STEP * _STEP).astype(np.uint8)[..., None], 3, axis=2)
