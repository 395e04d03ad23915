"""Some values of an image, sorted: what its percentiles and its meaning are read from."""

from __future__ import annotations

import numpy as np

from tfan.errors import InputError
from tfan.types import AnyArray, Array

SAMPLE_PX = 8_000  # percentiles of so many pixels are steady to a fraction of a per cent


def sorted_sample(values: AnyArray) -> Array:
    """Return the finite ones of about 8,000 evenly spread values, sorted, as float32."""
    step = max(1, int((values.size / SAMPLE_PX) ** 0.5))
    for candidate in (values[::step, ::step], values):
        flat = as_float32(candidate).reshape(-1)  # numpy sorts these fastest
        flat.sort()
        finite = flat
        if not (flat[0] > -np.inf and flat[-1] < np.inf):  # NaN are sorted to the end
            finite = flat[np.searchsorted(flat, -np.inf, "right") : np.searchsorted(flat, np.inf)]
        if len(finite):
            return finite if values.dtype == np.uint8 else _without_empty(finite)
    raise InputError(
        "image",
        expected="finite values",
        got="only NaN or infinite ones",
        fix="Hand in the frame before it was masked.",
    )


def _without_empty(values: Array) -> Array:
    """Return sorted values (N,) without zeros that lie far below all others: masked pixels."""
    if values[0] != 0:
        return values
    others = values[np.searchsorted(values, 0, "right") :]
    masked = len(others) > 0 and others[0] > others[len(others) // 2] / 2
    return others if masked else values


def as_float32(values: AnyArray) -> Array:
    """Return a copy as float32; what is too large for it becomes infinite, and so no value."""
    if values.dtype.itemsize <= np.dtype(np.float32).itemsize:
        return values.astype(np.float32)
    with np.errstate(over="ignore"):
        return values.astype(np.float32)
