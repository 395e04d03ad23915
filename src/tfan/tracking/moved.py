"""A face with its points laid elsewhere."""

from __future__ import annotations

from dataclasses import replace

from tfan.landmarks.schemes import load_scheme
from tfan.types import Array, Face


def moved(
    face: Face, points_px: Array, box_px: Array | None = None, pose_deg: Array | None = None
) -> Face:
    """Return a face with other points (N, 2) and their five; box and pose where they are given."""
    five = points_px[load_scheme(face.scheme).five]
    box = face.box_px if box_px is None else box_px
    pose = face.pose_deg if pose_deg is None else pose_deg
    return replace(face, points_px=points_px, five_px=five, box_px=box, pose_deg=pose)
