"""Pixels that measured nothing, and lone dead or burning ones, replaced by their neighbours."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tfan.types import AnyArray

FAR_CONTRASTS = 1.0  # beyond the frame's own contrast by that much is suspicious
FAR_FLOORS = 5.0  # and by that many floors: 10 degC, 40 levels
LONE_PX = 6  # suspicious pixels in a 5 x 5 neighbourhood up to which they count as faults
_FEW_PX = 1000  # so many are mended one by one
_REACH_PX = 5.0  # nearer to a sound pixel a hole takes its value, farther the frame's low end


def repair(values: AnyArray, *, low: float, high: float, floor: float) -> AnyArray:
    """Return (H, W) values without NaN, infinities and lone far-off pixels.

    Small holes take sound values beside them; the inside of large ones (a masked background) takes
    the frame's low end, so that no face edge is smeared across it.

    Args:
        values: (H, W); returned as it is when there is nothing to repair.
        low: 1st percentile of the sound values.
        high: 99th percentile.
        floor: smallest contrast that counts.
    """
    if is_sound(values, low=low, high=high, floor=floor):
        return values
    margin = _margin(low, high, floor)
    far = _outside(values, low - margin, high + margin)
    bad = _lone(far) | (far & (values == 0))  # far-off zeros are what masks and dead pixels hold
    if values.dtype.kind == "f":
        bad |= ~np.isfinite(values)
    return _filled(values, bad, low) if bad.any() else values


def is_sound(values: AnyArray, *, low: float, high: float, floor: float) -> bool:
    """Say whether all (H, W) values lie so near a contrast that there is nothing to repair."""
    margin = _margin(low, high, floor)
    smallest, largest = _extremes(values)
    return smallest >= low - margin and largest <= high + margin  # NaN is neither


def _margin(low: float, high: float, floor: float) -> float:
    return FAR_CONTRASTS * (high - low) + FAR_FLOORS * floor


def _extremes(values: AnyArray) -> tuple[float, float]:
    """Return the smallest and the largest value; NaN, if there is one."""
    if values.dtype.kind == "f" or values.dtype.itemsize > 2:  # OpenCV passes over NaN
        return float(values.min()), float(values.max())
    smallest, largest, _, _ = cv2.minMaxLoc(values)
    return smallest, largest


def _outside(values: AnyArray, lowest: float, highest: float) -> npt.NDArray[np.bool_]:
    outside: npt.NDArray[np.bool_] = (values < lowest) | (values > highest)  # NaN is neither
    return outside


def _lone(far: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    neighbours = cv2.boxFilter(
        far.view(np.uint8), cv2.CV_8U, (5, 5), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    lone: npt.NDArray[np.bool_] = far & (neighbours <= LONE_PX)
    return lone


def _filled(values: AnyArray, bad: npt.NDArray[np.bool_], low: float) -> AnyArray:
    filled = values.copy()
    rows, columns = np.nonzero(bad)
    if len(rows) <= _FEW_PX and _patch(filled, bad, rows, columns):
        return filled
    distance, labels = cv2.distanceTransformWithLabels(
        bad.view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    sound = ~bad
    of_label = np.empty(int(labels.max()) + 1, values.dtype)
    of_label[labels[sound]] = values[sound]
    filled[bad] = of_label[labels[bad]]
    filled[bad & (distance > _REACH_PX)] = low
    return filled


def _patch(filled: AnyArray, bad: npt.NDArray[np.bool_], rows: AnyArray, columns: AnyArray) -> bool:
    """Set each bad pixel to the median of the sound ones around it; False if some has none."""
    height, width = filled.shape
    offsets = np.arange(-2, 3)
    y = np.clip(rows[:, None, None] + offsets[:, None], 0, height - 1)  # (N, 5, 1)
    x = np.clip(columns[:, None, None] + offsets, 0, width - 1)  # (N, 1, 5)
    around = np.where(bad[y, x], np.inf, filled[y, x]).reshape(len(rows), 25)
    around.sort(axis=1)
    sound = np.isfinite(around).sum(axis=1)
    if (sound == 0).any():
        return False
    filled[rows, columns] = around[np.arange(len(rows)), (sound - 1) // 2]
    return True
