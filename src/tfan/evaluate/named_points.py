"""Where points that people annotate lie among the landmarks of each scheme."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.sample import Floats
from tfan.landmarks.convert import named_sums
from tfan.landmarks.schemes import SCHEMES
from tfan.types import Face

FIVE = ("right_eye", "left_eye", "nose", "right_mouth", "left_mouth")
"""The points that `nme5` is measured on."""
NAMES = (*FIVE, "chin")


def _rows(scheme: str) -> Mapping[str, Mapping[int, float]]:
    sums = {name: {int(i): w for i, w in row.items()} for name, row in named_sums(scheme).items()}
    return {name: sums[name] for name in NAMES if name in sums}


# Landmark: weight. People put the tip of the nose between two landmarks in every scheme; the eye
# is its pupil, or the middle of its lids where the scheme has no pupils.
NAMED_POINTS: Mapping[str, Mapping[str, Mapping[int, float]]] = {
    scheme: _rows(scheme) for scheme in SCHEMES
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
