"""Where points that people annotate lie among the landmarks of each scheme."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.sample import Floats
from tfan.types import Face

FIVE = ("right_eye", "left_eye", "nose", "right_mouth", "left_mouth")
"""The points that `nme5` is measured on."""
NAMES = (*FIVE, "chin")

# Landmark: weight. People put the tip of the nose between two landmarks in both schemes.
NAMED_POINTS: Mapping[str, Mapping[str, Mapping[int, float]]] = {
    "facesynthetics70": {
        "right_eye": {68: 1},
        "left_eye": {69: 1},
        "nose": {30: 2 / 3, 33: 1 / 3},
        "right_mouth": {48: 1},
        "left_mouth": {54: 1},
        "chin": {8: 1},
    },
    "mediapipe478": {
        "right_eye": {468: 1},
        "left_eye": {473: 1},
        "nose": {1: 1 / 2, 4: 1 / 2},
        "right_mouth": {61: 1},
        "left_mouth": {291: 1},
        "chin": {152: 1},
    },
}


def named_points(face: Face, names: tuple[str, ...] = NAMES) -> Floats:
    """Return the (len(names), 2) points of these names, NaN for a name without landmarks."""
    points = np.asarray(face.points_px, np.float64)
    if face.scheme not in NAMED_POINTS:
        known = " or ".join(NAMED_POINTS)
        raise InputError("a face's scheme", expected=known, got=repr(face.scheme))
    rows = NAMED_POINTS[face.scheme]
    nowhere = {0: float("nan")}
    return np.array(
        [sum(w * points[i] for i, w in rows.get(name, nowhere).items()) for name in names]
    ).reshape(-1, 2)
