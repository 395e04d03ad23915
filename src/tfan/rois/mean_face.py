"""Where the landmarks of both conventions lie on the mean head that looks into the camera."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np

from tfan.geometry.head_pose import mean_head
from tfan.types import AnyArray

_TINY = 1e-12


@cache
def mean_face(scheme: str) -> AnyArray:
    """Return (N, 3) centimetres of a convention's landmarks: x to the subject's left, y up."""
    if scheme == "mediapipe478":
        return mean_head().points_cm
    file = resources.files("tfan.rois") / "data" / "mean_face70.npz"  # tools/write_regions.py
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as table:
        return np.asarray(table["points_cm"], np.float64)


def flat(points_cm: AnyArray) -> AnyArray:
    """Return (N, 2) of points (N, 3) as the image shows them: x to the right, y down."""
    return points_cm[:, :2] * [1.0, -1.0]


def facing(normals: AnyArray, pose_deg: AnyArray) -> AnyArray:
    """Return the cosines (S,) between directions on the head and the line of sight, or NaN.

    Args:
        normals: (S, 3) x to the subject's left, y up, z out of the face; of length 1.
        pose_deg: (3,) yaw, pitch, roll of the head.
    """
    angles = np.radians(np.asarray(pose_deg, np.float64))
    (sin_yaw, sin_pitch, _), (cos_yaw, cos_pitch, _) = np.sin(angles), np.cos(angles)
    towards = [-cos_pitch * sin_yaw, sin_pitch, cos_pitch * cos_yaw]
    cosines: AnyArray = normals @ np.array(towards)
    return cosines


def normal_of(outline_cm: AnyArray) -> AnyArray:
    """Return the direction (3,) in which an outline (C, 3) on the face looks."""
    summed = np.cross(outline_cm, np.roll(outline_cm, -1, axis=0)).sum(axis=0)
    summed *= np.sign(summed[2]) or 1.0  # out of the face, whichever way it runs round
    unit: AnyArray = summed / max(float(np.linalg.norm(summed)), _TINY)
    return unit
