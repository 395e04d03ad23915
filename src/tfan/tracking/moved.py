"""A face with its points laid elsewhere."""

from __future__ import annotations

from dataclasses import replace

from tfan.landmarks.schemes import load_scheme
from tfan.types import Array, Face


def moved(face: Face, points_px: Array, box_px: Array | None = None) -> Face:
    """Return a face with other points (N, 2); the five go with them, the box where it is given."""
    five = points_px[load_scheme(face.scheme).five]
    box = face.box_px if box_px is None else box_px
    return replace(face, points_px=points_px, five_px=five, box_px=box)
