"""Values -> what the networks see. The networks never see units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tfan.types import AnyArray, Array

CROP_QUANTILES = (0.05, 0.5, 0.95)
CROP_LIMIT = 2.0  # clipped to -2..2: what is far hotter than the face says no more
CROP_FLOOR_SHARE = 0.02  # of the frame's own 1st..99th percentile range
FRAME_LIMIT = 0.7  # the frame's 1st..99th percentile becomes -0.5..0.5; a little beyond is kept
_TINY = 1e-6  # a constant crop becomes zeros instead of 0 / 0


def normalise_crop(values: AnyArray, floor: float | npt.ArrayLike) -> Array:
    """Return (x - median) / (p95 - p5 + floor), clipped to -2..2, crop by crop.

    Percentiles are nearest ranks: element int(q * (n - 1) + 0.5) of the n sorted values.

    Args:
        values: (..., H, W) one or many crops in any unit, without NaN.
        floor: a number, or one for each crop, in the unit of the values: the smallest contrast
            that counts as one; keeps noise from being blown up.

    Returns:
        (..., H, W) float32.
    """
    values = np.asarray(values, np.float32)
    flat = values.reshape(-1, values.shape[-2] * values.shape[-1])
    low, median, high = np.array([_ranked(crop) for crop in flat]).reshape(-1, 3).T  # each (B,)
    floors = np.asarray(floor, np.float32).reshape(-1)
    contrast = np.maximum(high - low + floors, _TINY)
    scaled: Array = flat - median[:, None]
    scaled /= contrast[:, None]
    np.clip(scaled, -CROP_LIMIT, CROP_LIMIT, out=scaled)
    return scaled.reshape(values.shape)


def _ranked(values: Array) -> tuple[np.float32, np.float32, np.float32]:
    """Return the elements of the crop's quantiles among sorted values (N,).

    Parted thrice, each time a part of the one before: half the time of sorting.
    """
    last = len(values) - 1
    low, middle, high = (int(q * last + 0.5) for q in CROP_QUANTILES)
    parted = values.copy()
    parted.partition(middle)
    below, above = parted[:middle], parted[middle + 1 :]
    least, most = parted[middle], parted[middle]
    if low < middle:
        below.partition(low)
        least = below[low]
    if high > middle:
        above.partition(high - middle - 1)
        most = above[high - middle - 1]
    return least, parted[middle], most


def normalise_frame(
    values: AnyArray, *, low: float, high: float, floor: float, out: Array | None = None
) -> Array:
    """Return (values - low) / max(high - low, floor) - 0.5, clipped to -0.7..0.7.

    Args:
        values: (...) in any unit, without NaN.
        low: 1st percentile of the frame, in the unit of the values.
        high: 99th percentile.
        floor: smallest contrast that counts as one.
        out: where the result is written, of the shape of the values.
    """
    scale = 1.0 / max(high - low, floor, _TINY)
    scaled = np.multiply(values, np.float32(scale), out=out)
    scaled -= np.float32(low * scale + 0.5)
    return np.clip(scaled, -FRAME_LIMIT, FRAME_LIMIT, out=scaled)
