"""Time series as they come in: checked, as columns, without what was not measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.types import AnyArray

LEAST_QUALITY = 0.05  # one chance in twenty that the landmarks are right


def as_series(time_s: Any, values: Any) -> tuple[AnyArray, AnyArray]:
    """Return times (T,) and values (T, R) as float64; infinite values become NaN.

    Raises:
        InputError: lengths differ, or times do not grow.
    """
    times, columns = np.asarray(time_s, np.float64), np.asarray(values, np.float64)
    if columns.ndim == 1:
        columns = columns[:, None]
    if times.ndim != 1 or columns.ndim != 2 or len(times) != len(columns):
        got = f"times {np.shape(time_s)} and values {np.shape(values)}"
        raise InputError("series", expected="times (T,) and values (T,) or (T, R)", got=got)
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError(
            "times",
            expected="finite seconds, each after the one before",
            got="others",
            fix="Sort the rows of one person by time.",
        )
    return times, np.where(np.isfinite(columns), columns, np.nan)


def where_telling(values: Any, quality: Any = None, *, least: float = LEAST_QUALITY) -> AnyArray:
    """Return values (T,) or (T, R) with NaN in the samples of a face of no quality.

    Args:
        values: of regions of one face.
        quality: (T,) of the face (`Face.quality`), NaN where unknown; None where none is.
        least: below it the landmarks lie elsewhere, and the regions measure something else.

    Raises:
        InputError: lengths differ.
    """
    out = np.array(values, np.float64)
    if quality is None:
        return out
    qualities = np.asarray(quality, np.float64)
    if qualities.shape != out.shape[:1]:
        got = f"{qualities.shape} beside values {out.shape}"
        raise InputError("quality", expected="one number a sample, (T,)", got=got)
    out[qualities < least] = np.nan
    return out


def spread(values: AnyArray) -> float:
    """Return the standard deviation of finite values as the median deviation tells it."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0
    return float(1.4826 * np.median(np.abs(finite - np.median(finite))))
