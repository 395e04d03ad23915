"""What the published landmark network sees of an image's values: grey from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from tfan.thermal.plane import Plane
from tfan.types import AnyArray, Array

WINDOW_CELSIUS = (20.0, 40.0)
_LEVELS = 255.0


def published_tone(plane: Plane, *, stretch: bool = True) -> Callable[[AnyArray], Array]:
    """Return the function from values of a plane to grey 0..1, as published.

    Temperatures are clipped to 20..40 degC and stretched by the frame's own smallest and largest
    of them; brightness is taken as it is. Where the published way would leave one grey of a frame
    that has contrast (temperatures beside the window, counts above 255), the frame's 1st to 99th
    percentile is stretched instead.

    Args:
        plane: the frame.
        stretch: False leaves the window of temperatures as it is.
    """
    reading = plane.reading
    if reading.scale is not None and reading.offset is not None:
        low, high = _window(plane, reading.scale, reading.offset, stretch=stretch)
    elif reading.unit == "counts":
        low, high = plane.low, max(plane.high, plane.low + plane.floor)
    else:
        low, high = 0.0, 1.0 if reading.unit == "0..1" else _LEVELS
    return partial(_stretched, low=low, high=high)


def _window(plane: Plane, scale: float, offset: float, *, stretch: bool) -> tuple[float, float]:
    """Return the values that become 0 and 1."""
    first, last = ((celsius - offset) / scale for celsius in WINDOW_CELSIUS)
    smallest, largest = float(plane.values.min()), float(plane.values.max())
    if smallest >= last or largest <= first:
        return plane.low, max(plane.high, plane.low + plane.floor)
    if not stretch:
        return first, last
    return max(first, smallest), min(last, largest)


def _stretched(values: AnyArray, *, low: float, high: float) -> Array:
    if high <= low:
        return np.zeros(values.shape, np.float32)
    grey = (values - np.float32(low)) / np.float32(high - low)
    clipped: Array = np.clip(grey, 0, 1, dtype=np.float32)
    return clipped
