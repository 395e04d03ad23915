"""Each part of a person as warm as its record says, with warm and cool places kept within it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tfan.synth.head import Floats, Head
from tfan.synth.raster import vertex_normals
from tfan.synth.tfake.parts import NUMBER, ORDER, shares
from tfan.synth.tfake.record import Warmth

SIDEWAYS_WEIGHT = 0.05  # of what is seen only from the side, against what faces ahead


def settled(head: Head, celsius: Floats, fields: Floats, warmth: Warmth) -> Floats:
    """Return (V,) temperatures whose mean over each part is the wanted one.

    Args:
        head: the morphable head.
        celsius: (V,) a dressed head.
        fields: (P, V) of the parts (`tfake.parts`).
        warmth: the wanted means, and how much of the unevenness within a part stays.
    """
    weights = _seen_area(head)
    share = shares(fields)
    wanted = [warmth.segment_celsius[NUMBER[name]] for name in (*ORDER, "skin")]
    level = np.zeros_like(celsius)
    uneven = celsius.copy()
    for part, celsius_wanted in zip(share, wanted, strict=True):
        area = part * weights
        total = float(area.sum())
        if total > 1e-6:
            level += part * np.float32(celsius_wanted)
            uneven -= part * np.float32((area * celsius).sum() / total)
    return np.asarray(level + warmth.detail * uneven, np.float32)


@lru_cache(maxsize=2)
def _seen_area(head: Head) -> Floats:
    """Return (V,) area about each vertex as seen from the front."""
    corners = head.mean[head.triangles]
    double = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.zeros(len(head.mean), np.float32)
    for k in range(3):
        np.add.at(area, head.triangles[:, k], np.linalg.norm(double, axis=1) / 6)
    ahead = vertex_normals(head.mean, head.triangles)[:, 2]
    return np.asarray(area * (SIDEWAYS_WEIGHT + np.maximum(ahead, 0)), np.float32)
