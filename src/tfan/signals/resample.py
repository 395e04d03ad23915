"""Values at uneven times -> values at even times; gaps stay gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.signals.series import as_series
from tfan.types import AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Even:
    """A series at even times.

    Attributes:
        time_s: (S,) rate_hz apart.
        values: (S,) or (S, R) as handed in; NaN in gaps that are too long to bridge.
        rate_hz: samples a second.
    """

    time_s: AnyArray
    values: AnyArray
    rate_hz: float


def resample_evenly(
    time_s: Any, values: Any, *, rate_hz: float | None = None, max_gap_s: float = 0.5
) -> Even:
    """Return a series at even times, from the first to the last.

    Where several values fall into one step they are averaged, so that noise above the new rate
    does not fold down; where none does, the line between its neighbours is taken.

    Args:
        time_s: (T,) growing.
        values: (T,) or (T, R); NaN where nothing was measured.
        rate_hz: samples a second; None takes the median rate of the times.
        max_gap_s: values farther apart than this are not joined.

    Raises:
        InputError: fewer than two times, lengths that differ, times that do not grow.
    """
    times, columns = as_series(time_s, values)
    if len(times) < 2:
        raise InputError("series", expected="two or more times", got=str(len(times)))
    rate = 1 / float(np.median(np.diff(times))) if rate_hz is None else float(rate_hz)
    if not rate > 0:
        raise InputError("rate_hz", expected="more than 0", got=str(rate_hz))
    even = times[0] + np.arange(int((times[-1] - times[0]) * rate + 1e-6) + 1) / rate
    out = np.stack([_column(times, each, even, rate, max_gap_s) for each in columns.T], axis=1)
    return Even(even, out[:, 0] if np.ndim(values) == 1 else out, rate)


def _column(
    times: AnyArray, values: AnyArray, even: AnyArray, rate: float, max_gap_s: float
) -> AnyArray:
    measured = np.isfinite(values)
    out = np.full(len(even), np.nan)
    if not measured.any():
        return out
    times, values = times[measured], values[measured]
    out = np.interp(even, times, values)
    after = np.searchsorted(times, even - 1e-9)
    before = np.searchsorted(times, even + 1e-9, "right") - 1
    inside = (before >= 0) & (after < len(times))
    gap = times[after.clip(None, len(times) - 1)] - times[before.clip(0)]
    out[~inside | (gap > max_gap_s)] = np.nan
    steps = np.rint((times - even[0]) * rate).astype(int).clip(0, len(even) - 1)
    count = np.bincount(steps, minlength=len(even))
    total = np.bincount(steps, values, minlength=len(even))
    several = count > 1
    out[several] = total[several] / count[several]
    return out
