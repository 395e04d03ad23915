"""Scalar frames to RGB pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.types import AnyArray, Array

Picture = npt.NDArray[np.uint8]

# Colours at equal steps from the lowest to the highest value, red, green, blue.
PALETTES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "grey": ((0, 0, 0), (255, 255, 255)),
    "iron": (
        (0, 0, 10), (60, 0, 130), (150, 10, 155), (205, 45, 90),
        (235, 100, 15), (250, 165, 0), (255, 225, 70), (255, 255, 245),
    ),
    "confidence": ((215, 40, 75), (250, 170, 50), (235, 235, 90), (95, 225, 140), (60, 215, 255)),
}  # fmt: skip
_NO_VALUE = (30, 30, 60)  # where nothing was measured
_SHOWN_PERCENTILES = (0.5, 99.5)  # one burning pixel must not darken the rest


def colours(shares: AnyArray, palette: str) -> Picture:
    """Return (..., 3) colours of (...) shares 0..1 of a palette; shares outside are clipped."""
    if palette not in PALETTES:
        raise InputError("palette", expected=f"one of {', '.join(PALETTES)}", got=repr(palette))
    table = np.array(PALETTES[palette], np.float64)
    steps = np.linspace(0, 1, len(table))
    channels = [np.interp(shares, steps, table[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def colourise(values: Array, *, palette: str = "grey") -> Picture:
    """Return the (H, W, 3) picture of (H, W) values, darkest at the coldest half per cent.

    Values that are not finite are shown dark blue.
    """
    valid = np.isfinite(values)
    low, high = np.percentile(values[valid], _SHOWN_PERCENTILES) if valid.any() else (0.0, 1.0)
    shares = (np.where(valid, values, low) - low) / max(high - low, np.finfo(np.float32).tiny)
    picture = colours(shares, palette)
    picture[~valid] = _NO_VALUE
    return picture
