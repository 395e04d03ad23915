"""Temperatures at single points, as against those of regions."""

from __future__ import annotations

import numpy as np

from tfan.geometry.coordinates import pixel_of
from tfan.types import AnyArray, Array


def values_under(values: AnyArray, points_px: AnyArray) -> Array:
    """Return the (N,) values of the pixels that hold points (N, 2), NaN outside the image."""
    height, width = values.shape
    columns, rows = pixel_of(np.nan_to_num(points_px, nan=-1.0)).T
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found = np.full(len(points_px), np.nan, np.float32)
    found[inside] = values[rows[inside].astype(int), columns[inside].astype(int)]
    return found
