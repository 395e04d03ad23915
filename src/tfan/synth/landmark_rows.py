"""Where the landmarks lie on the head: rows of (triangle corners, barycentric weights)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

N_MEDIAPIPE = 478
N_LANDMARKS = 548
FIVE_ROWS = (468, 473, 1, 61, 291)  # right eye, left eye, nose tip, right and left mouth corner
PUPILS = (468, 473)
BROWS_68 = slice(17, 27)
# Face vertices near the hairline, 2 cm above MediaPipe's topmost point: the annotated boxes reach
# 0.11 of their height above the mesh (feasibility study), which is there on the mean head.
HAIRLINE_CM = ((0.0, 10.25), (-2.2, 10.1), (2.2, 10.1))


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkRows:
    """The 478 and 68 points as rows on the head, and the two ends of the brow height.

    Attributes:
        corners: (546, 3) vertex indices, 478 MediaPipe rows, then 68 iBUG rows.
        weights: (546, 3) barycentric weights.
        brow_corners: (2, 10, 3) the highest and the lowest course of the brow points.
        brow_weights: (2, 10, 3) their weights.
    """

    corners: Ints
    weights: Floats
    brow_corners: Ints
    brow_weights: Floats

    def points(self, vertices: Floats, *, brow: float = 0.5) -> Floats:
        """Return (548, D) landmarks of (V, D) vertices.

        Args:
            vertices: positions, in 3-D or projected.
            brow: where this face's brow runs, 0 = highest course, 1 = lowest.
        """
        rows = (vertices[self.corners] * self.weights[..., None]).sum(1)
        high, low = (vertices[self.brow_corners] * self.brow_weights[..., None]).sum(2)
        rows[N_MEDIAPIPE:][BROWS_68] = high * (1 - brow) + low * brow
        return np.concatenate([rows, rows[list(PUPILS)]]).astype(np.float32)


@lru_cache(maxsize=1)
def landmark_rows() -> LandmarkRows:
    """Return the table that ships with the package."""
    file = resources.files("tfan.landmarks") / "data" / "mp478_on_ict.npz"
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as table:
        return LandmarkRows(
            corners=np.concatenate([table["tri"], table["lm68_tri"]]).astype(np.int32),
            weights=np.concatenate([table["bary"], table["lm68_bary"]]).astype(np.float32),
            brow_corners=np.stack([table["brow_hi_tri"], table["brow_lo_tri"]]).astype(np.int32),
            brow_weights=np.stack([table["brow_hi_bary"], table["brow_lo_bary"]]).astype(
                np.float32
            ),
        )


def hairline_vertices(mean: Floats) -> Ints:
    """Return the vertices of the mean head nearest to the hairline positions."""
    front = np.flatnonzero(mean[:, 2] > 2.0)
    return np.array(
        [front[np.linalg.norm(mean[front, :2] - at, axis=1).argmin()] for at in HAIRLINE_CM],
        np.int32,
    )
