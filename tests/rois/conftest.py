"""Faces whose points lie exactly where the mean head's do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tfan.landmarks import load_scheme
from tfan.rois.mean_face import flat, mean_face
from tfan.types import Face

HW = (240, 320)
FACE_CM = 15.3  # sqrt(width x height) of the mean face's landmarks


def mean_face_px(scheme: str, size_px: float, centre_px: tuple[float, float]) -> np.ndarray:
    """Points (N, 2) of the mean head, size_px across, in image coordinates."""
    return flat(mean_face(scheme)) * (size_px / FACE_CM) + centre_px


@pytest.fixture
def make_face() -> Callable[..., Face]:
    def make(
        scheme: str = "mediapipe478", *, size_px: float = 100.0, centre_px=(160.0, 120.0),
        sigma_px: float = 1.0, visibility=1.0, pose_deg=(0.0, 0.0, 0.0), points_px=None,
    ) -> Face:  # fmt: skip
        points = mean_face_px(scheme, size_px, centre_px) if points_px is None else points_px
        n = len(points)
        return Face(
            box_px=np.float32([0, 0, 1, 1]),
            score=1.0,
            points_px=np.asarray(points, np.float32),
            sigma_px=np.full(n, sigma_px, np.float32),
            confidence=np.ones(n, np.float32),
            visibility=np.broadcast_to(np.float32(visibility), n).copy(),
            scheme=scheme,
            five_px=np.asarray(points, np.float32)[load_scheme(scheme).five],
            quality=1.0,
            pose_deg=np.float32(pose_deg),
        )

    return make


@pytest.fixture
def slope() -> np.ndarray:
    """(240, 320) degrees that rise evenly: 0.02 a pixel to the right, 0.01 a pixel down."""
    y, x = np.mgrid[: HW[0], : HW[1]] + 0.5
    return 30 + 0.02 * (x - 160) + 0.01 * (y - 120)
