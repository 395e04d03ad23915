"""From pixel centres, which samplers count from, to image coordinates, which faces are told in.

The half pixel between them also stands where an image is scaled (geometry/crop.py): scaling by k
multiplies image coordinates, not positions of centres. Rendering and training have their own.
"""

from __future__ import annotations

import numpy as np

from tfan.types import AnyArray, Array

_HALF_PX = np.float32(0.5)


def to_image_px(centres: AnyArray) -> Array:
    """Return positions counted from the image's corner, given such counted from pixel centres."""
    return np.asarray(centres + _HALF_PX, np.float32)


def to_centre_px(image: AnyArray) -> Array:
    """Return positions counted from the centre of the top left pixel, as samplers want them."""
    return np.asarray(image - _HALF_PX, np.float32)


def pixel_of(image: AnyArray) -> AnyArray:
    """Return the column and row of the pixel that holds each position (..., 2)."""
    return np.floor(image)
