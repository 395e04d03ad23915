"""Answers after calibration, in shares of the true face's size, ready to be counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.calibration.observe import Bools, Observed
from tfan.geometry.head_pose import head_poses
from tfan.models.calibration import NEAR_SHARE, Calibration
from tfan.models.landmarker import Answers, Landmarks, calibrated, face_size_px
from tfan.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """B faces with N points.

    Attributes:
        ratio: (B, N) distance from the truth over sigma_px.
        near: (B, N) whether a point lies within 5 % of the face's size of the truth.
        confidence: (B, N) what was said of that.
        visibility: (B, N) what was said of being seen.
        nme: (B,) mean distance over the face's size.
        quality: (B,) what was said of that.
        turned_deg: (B, 3) said less true yaw, pitch and roll.
        shape: of the law that says how ratios are spread.
    """

    ratio: Array
    near: Bools
    confidence: Array
    visibility: Array
    nme: Array
    quality: Array
    turned_deg: Array
    shape: int


def result(seen: Observed, calibration: Calibration) -> Result:
    """Return what faces get with a calibration, against the truth."""
    marks = _landmarks(seen, calibration)
    away_px = np.linalg.norm(marks.points_px - seen.true_px, axis=-1)
    size_px = face_size_px(seen.true_px)[:, None]
    turned = head_poses(marks.points_px, marks.sigma_px) - seen.pose_deg
    return Result(
        ratio=(away_px / marks.sigma_px).astype(np.float32),
        near=away_px < NEAR_SHARE * size_px,
        confidence=marks.confidence,
        visibility=marks.visibility,
        nme=(away_px / size_px).mean(axis=1).astype(np.float32),
        quality=marks.quality,
        turned_deg=((turned + 180) % 360 - 180).astype(np.float32),
        shape=calibration.shape,
    )


def _landmarks(seen: Observed, calibration: Calibration) -> Landmarks:
    parts = []
    for i, (height, width) in enumerate(seen.hw.tolist()):
        one = Answers(*(getattr(seen.said, n)[i : i + 1] for n in Answers.__dataclass_fields__))
        parts.append(calibrated(one, calibration, hw=(height, width)))
    names = Landmarks.__dataclass_fields__
    return Landmarks(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))
