"""What is handed in as an image -> what the networks' front end wants."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from tfan.thermal.plane import Plane, prepare


def plane_of(image: Any, mode: str = "auto") -> Plane:
    """Return the plane of an image, see `thermal.plane.prepare`.

    An array of Python objects that are numbers is one of numbers, as the published package has it.
    """
    if isinstance(image, np.ndarray) and image.dtype == object:
        with suppress(ValueError, OverflowError):  # lists of unequal length
            image = np.array(image.tolist())
    return prepare(image, mode)
