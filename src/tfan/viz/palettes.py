"""Scalar frames to RGB pictures, in grey or in a palette that tfan.thermal knows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.types import AnyArray

Picture = npt.NDArray[np.uint8]

# From 0 to 1 at equal steps; told apart by the commonest colour blindness, too.
_CONFIDENCE = ((215, 40, 75), (250, 170, 50), (235, 235, 90), (95, 225, 140), (60, 215, 255))
_GREY = ((0, 0, 0), (255, 255, 255))
_NO_VALUE = (30, 30, 60)  # where nothing was measured
_TINY = float(np.finfo(np.float32).tiny)
_SHOWN_PERCENTILES = (0.5, 99.5)  # one burning pixel must not darken the rest


def palette_names() -> tuple[str, ...]:
    """Return the names that `colourise` takes."""
    from tfan.thermal.palettes import load_palettes

    return ("grey", *load_palettes())


def confidence_colours(confidence: AnyArray) -> Picture:
    """Return the (..., 3) colours of (...) confidences: red at 0, yellow, light blue at 1."""
    return _colours(np.nan_to_num(confidence), np.array(_CONFIDENCE))


def colourise(
    values: AnyArray, *, palette: str = "grey", span: tuple[float, float] | None = None
) -> Picture:
    """Return the (H, W, 3) picture of (H, W) values, darkest at the coldest half per cent.

    Values that are not finite are shown dark blue.

    Args:
        values: (H, W).
        palette: one of `palette_names`.
        span: values of the first and the last colour; None takes `shown_span`.
    """
    valid = np.isfinite(values)
    low, high = shown_span(values) if span is None else span
    shares = (np.where(valid, values, low) - low) / max(high - low, _TINY)
    picture = _colours(shares, _table(palette))
    picture[~valid] = _NO_VALUE
    return picture


def shown_span(values: AnyArray) -> tuple[float, float]:
    """Return the values of the first and the last colour of a picture of values (H, W)."""
    valid = np.isfinite(values)
    if not valid.any():
        return 0.0, 1.0
    low, high = np.percentile(values[valid], _SHOWN_PERCENTILES)
    return float(low), float(high)


def _table(palette: str) -> AnyArray:
    if palette == "grey":
        return np.array(_GREY)
    from tfan.thermal.palettes import load_palettes

    if palette not in palette_names():
        known = ", ".join(palette_names())
        raise InputError("palette", expected=f"one of {known}", got=repr(palette))
    return load_palettes()[palette]


def _colours(shares: AnyArray, table: AnyArray) -> Picture:
    """Look (...) shares 0..1 up in a table (N, 3) of equal steps; shares outside are clipped."""
    steps = np.linspace(0, 1, len(table))
    channels = [np.interp(shares, steps, table[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
