"""Image coordinates and pixel centres: the only place where the half pixel between them stands."""

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
