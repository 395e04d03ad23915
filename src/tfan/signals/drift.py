"""Slow change of a whole series: a camera that warms up, or a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.signals.series import as_series
from tfan.types import AnyArray

_MOST = 240  # values from which all pairs are drawn
_ONE_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Drift:
    """The median slope of a series.

    Attributes:
        per_min: change a minute, in the unit of the values; NaN where too little was measured.
        low: of its 95 % range, as blocks of the series tell it.
        high: of the same.
        flagged: the range excludes 0 and the change over the series exceeds what was asked.
    """

    per_min: float
    low: float
    high: float
    flagged: bool


def drift(time_s: Any, values: Any, *, least: float = 0.1) -> Drift:
    """Return the slope (Theil and Sen) of a series, which single outliers cannot turn.

    Args:
        time_s: (T,) growing.
        values: (T,) or (T, R), of which the mean over R is taken; NaN is left out.
        least: change over the whole series that is flagged (degC).
    """
    times, columns = as_series(time_s, values)
    known = np.isfinite(columns).all(axis=1)
    times, level = times[known], columns[known].mean(axis=1)
    if len(times) < 8:
        return Drift(np.nan, np.nan, np.nan, False)
    times, level = _blocks(times), _blocks(level)
    earlier, later = np.triu_indices(len(times), 1)
    slopes = (level[later] - level[earlier]) / (times[later] - times[earlier])
    slope = float(np.median(slopes))
    rest = level - slope * times
    half = 1.96 * _slope_error(times, rest)
    change = abs(slope) * float(times[-1] - times[0])
    flagged = abs(slope) > half and change >= least
    minute = _ONE_MINUTE_S
    return Drift(slope * minute, (slope - half) * minute, (slope + half) * minute, flagged)


def _slope_error(times: AnyArray, rest: AnyArray) -> float:
    """Return the standard error of a slope whose residuals are alike from value to value."""
    rest = rest - rest.mean()
    power = float((rest * rest).mean())
    if power == 0:
        return 0.0
    alike = float((rest[1:] * rest[:-1]).mean()) / power
    alike = min(max(alike, 0.0), 0.95)
    wide = float(((times - times.mean()) ** 2).sum())
    return float(np.sqrt(power * (1 + alike) / (1 - alike) / wide))


def _blocks(values: AnyArray) -> AnyArray:
    """Return means of so many values each that no more than _MOST are left."""
    size = -(-len(values) // _MOST)
    return np.array([part.mean() for part in np.split(values, range(size, len(values), size))])
