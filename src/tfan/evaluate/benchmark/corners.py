"""The outer corners of the eyes in each landmark scheme."""

from __future__ import annotations

import numpy as np

from tfan.evaluate.sample import NAMED, Floats, TrueFace
from tfan.landmarks.convert import correspondence, weighed

_IN_68 = [36, 45]  # outer corner of the right eye, of the left eye, in the 68 of iBUG


def outer_eye_corners(face: TrueFace) -> Floats:
    """Return the (2, 2) outer corners of the right and the left eye; NaN where not annotated."""
    if face.scheme == NAMED:
        return np.full((2, 2), np.nan)
    matrix = correspondence(face.scheme, "ibug68").matrix[_IN_68]
    return weighed(np.asarray(face.points_px, np.float64), matrix)
