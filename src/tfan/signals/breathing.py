"""Breaths a minute from the temperature of the nostrils: cooled going in, warmed going out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.signals.resample import resample_evenly
from tfan.signals.series import as_series, spread
from tfan.signals.steps import nuc_steps, without_steps
from tfan.types import AnyArray

RATE_HZ = 5.0  # 40 breaths a minute and their first overtone lie well below half of it
LEAST_SECONDS = 12.0
_LEAST_SHARE = 0.5  # of the time must be measured
_MOST_GAP_S = 1.0  # that is bridged
_STRETCH_S = 120.0  # longer series are the mean of the power in stretches: a rate wanders
_SLOW_SHARE = 0.6  # of the lowest rate: slower changes are the skin's or the camera's
_CLIP_SPREADS = 4.0
_GRID_PER_MIN = 0.05
_OVERTONE = 0.5  # weight of the power at twice the rate
_NEAR_PER_MIN = 1.0
# Confidence: a logistic function, fitted by tools/fit_breathing_confidence.py to how often the rate
# was right in 2,400 synthetic series (20 to 180 s, waves of 0.02 to 0.5 degC or, in a quarter of
# them, none; noise, motion, gaps).
_BIAS, _ODDS_WEIGHT, _LEAD_WEIGHT, _BREATHS_WEIGHT = -11.31, 0.744, 1.171, 3.766
MOST_BREATHS = 10.0  # more of them make it no surer
_SELDOM = "less than half of the time is measured"
_LEAST_POWER = 1e-10  # of a wave of 0.01 mK
_LOGIT_LIMIT = 5.0  # nothing is surer than 0.993


@dataclass(frozen=True, slots=True)
class Breathing:
    """A rate and how far to trust it.

    Attributes:
        rate_per_min: NaN where the series cannot tell one.
        confidence: 0..1, probability that the rate is within 1 a minute of the true one.
        amplitude: half the height of the wave at that rate, in the unit of the values (degC).
        seconds: that were measured.
        reason: why there is no rate; empty where there is one.
    """

    rate_per_min: float
    confidence: float
    amplitude: float
    seconds: float
    reason: str = ""


def breathing_rate(
    time_s: Any, values: Any, *, range_per_min: tuple[float, float] = (5.0, 45.0)
) -> Breathing:
    """Return the breaths a minute of one person over the whole of a series.

    Camera steps are taken out, slow changes and outliers cut; the rate is the peak of the power
    spectrum that the measured values have, gaps left out. Of more than two minutes it is the mean
    spectrum of stretches that long; for how the rate changes see `breathing_over_time`.

    Args:
        time_s: (T,) growing.
        values: (T,) mean temperature of the nostrils, or (T, R) of several regions that breathe:
            left and right, upper lip; NaN where nothing was measured.
        range_per_min: rates that are looked for.

    Raises:
        InputError: lengths differ, times do not grow, no such range.
    """
    low, high = range_per_min
    if not 0 < low < high <= 60 * RATE_HZ / 4:
        expected = f"two rates, 0 < low < high <= {60 * RATE_HZ / 4:g}"
        raise InputError("range_per_min", expected=expected, got=str(range_per_min))
    times, columns = as_series(time_s, values)
    if len(times) < 8:
        return _nothing(0.0, "fewer than 8 values")
    if len(times) * _MOST_GAP_S < _LEAST_SHARE * (times[-1] - times[0]):
        return _nothing(len(times) * _MOST_GAP_S, _SELDOM)
    columns = without_steps(columns, nuc_steps(times, columns))
    even = resample_evenly(times, columns, rate_hz=RATE_HZ, max_gap_s=_MOST_GAP_S)
    share = np.isfinite(even.values).any(axis=1).mean() if len(even.time_s) else 0.0
    seconds = float(share * len(even.time_s) / RATE_HZ)
    if seconds < LEAST_SECONDS:
        return _nothing(seconds, f"{seconds:.0f} s measured, at least {LEAST_SECONDS:.0f} needed")
    if share < _LEAST_SHARE:
        return _nothing(seconds, _SELDOM)
    rates = np.arange(low, high + _GRID_PER_MIN / 2, _GRID_PER_MIN)
    parts = [
        _mean_power(even.time_s, _banded(each, low), rates)
        for each in even.values.T
        if np.isfinite(each).mean() >= _LEAST_SHARE
    ]
    if not parts:
        return _nothing(seconds, f"{_SELDOM} in any region")
    return _judged(rates, np.array(parts), seconds)


def breathing_over_time(
    time_s: Any,
    values: Any,
    *,
    window_s: float = 30.0,
    step_s: float = 5.0,
    range_per_min: tuple[float, float] = (5.0, 45.0),
) -> list[tuple[float, Breathing]]:
    """Return the middle and the rate of windows that move along a series; none of empty ones.

    Args:
        time_s: (T,) growing.
        values: see `breathing_rate`.
        window_s: length of each window.
        step_s: from one to the next.
        range_per_min: rates that are looked for.
    """
    if not (window_s > 0 and step_s > 0):
        got = f"window_s={window_s}, step_s={step_s}"
        raise InputError("window", expected="lengths above 0", got=got)
    times, columns = as_series(time_s, values)
    found = []
    n = int((times[-1] + step_s / 2 - window_s - times[0]) // step_s) + 1 if len(times) else 0
    number = 0
    while number < n:
        start = times[0] + number * step_s
        first, end = np.searchsorted(times, [start, start + window_s])
        if first == end:  # nothing was measured: on to the first window with the next value
            after = times[min(first, len(times) - 1)]
            number += max(int((after - start - window_s) // step_s), 0) + 1
            continue
        rows = slice(first, end)
        one = breathing_rate(times[rows], columns[rows], range_per_min=range_per_min)
        found.append((float(start + window_s / 2), one))
        number += 1
    return found


def _nothing(seconds: float, reason: str) -> Breathing:
    return Breathing(np.nan, 0.0, np.nan, seconds, reason)


def _banded(values: AnyArray, low_per_min: float) -> AnyArray:
    """Return values (S,) without what changes slowly, outliers cut; NaN stays."""
    slow_hz = _SLOW_SHARE * low_per_min / 60
    sigma = RATE_HZ / (2 * np.pi * slow_hz)
    reach = int(4 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    known = np.isfinite(values)
    middle = float(np.median(values[known]))
    filled = np.where(known, values - middle, 0.0)
    weight = np.convolve(known.astype(float), kernel)[reach:-reach]
    slow = np.convolve(filled, kernel)[reach:-reach] / np.maximum(weight, 1e-9)
    fast = np.where(known, values - middle - slow, np.nan)
    bound = _CLIP_SPREADS * spread(fast)
    return np.clip(fast, -bound, bound)


def _mean_power(times: AnyArray, values: AnyArray, rates: AnyArray) -> AnyArray:
    """Return the power (2, F) of a series, the mean over stretches of a long one."""
    size = int(_STRETCH_S * RATE_HZ)
    n = max(1, -(-2 * len(times) // size) - 1)  # each begins half way through the one before
    starts = np.linspace(0, max(len(times) - size, 0), n).astype(int)
    stretches = [slice(start, start + size) for start in starts]
    shares = [np.isfinite(values[each]).mean() for each in stretches]
    least = min(_LEAST_SHARE, max(shares))
    parts = [
        _power(times[each], values[each], rates)
        for each, share in zip(stretches, shares, strict=True)
        if share >= least
    ]
    mean: AnyArray = np.mean(parts, axis=0)
    return mean


def _power(times: AnyArray, values: AnyArray, rates: AnyArray) -> AnyArray:
    """Return the power (2, F) of the best sine at each rate, and at twice that rate."""
    known = np.isfinite(values)
    t, x = times[known] - times[known].mean(), values[known] - values[known].mean()
    taper = np.cos(np.pi * t / (np.ptp(t) + 1 / RATE_HZ)) ** 2 * 0.9 + 0.1
    x = (x - (taper * x).sum() / taper.sum()) * taper
    return np.stack([_at(t, x, taper, factor * rates / 60) for factor in (1, 2)])


def _at(t: AnyArray, x: AnyArray, taper: AnyArray, hertz: AnyArray) -> AnyArray:
    wave = np.exp(-2j * np.pi * hertz[:, None] * t)
    amplitude = 2 * np.abs(wave @ x) / taper.sum()
    power: AnyArray = amplitude**2 / 2
    return power


def _judged(rates: AnyArray, parts: AnyArray, seconds: float) -> Breathing:
    """Return the rate of the highest peak of power (R, 2, F); clear regions count most."""
    first = parts[:, 0]
    if not first.max() > _LEAST_POWER:
        return _nothing(seconds, "the temperature does not change")
    clear = first.max(axis=1) / np.maximum(np.median(first, axis=1), 1e-12)
    weights = clear / clear.sum()
    scaled = parts / np.maximum(first.sum(axis=1), 1e-12)[:, None, None]
    base, overtone = np.tensordot(weights, scaled, axes=1)
    total = base + _OVERTONE * np.minimum(overtone, base)
    tops = np.flatnonzero((total[1:-1] >= total[:-2]) & (total[1:-1] > total[2:])) + 1
    if not len(tops):  # what rises towards the edge is no breathing
        return _nothing(seconds, "no wave stands out")
    peak = int(tops[np.argmax(total[tops])])
    rate = _refined(rates, total, peak)
    width = max(_NEAR_PER_MIN, 90 / seconds)  # of a peak of that many seconds
    near = np.abs(rates - rate) <= width
    explained = near | (np.abs(rates - 2 * rate) <= width) | (np.abs(rates - 3 * rate) <= width)
    noise = float(np.median(base[~explained])) if (~explained).any() else 0.0
    odds = np.log(max(float(base[peak]), 1e-12) / max(noise, 1e-12))
    others = tops[~explained[tops]]
    rival = float(total[others].max()) if len(others) else noise
    lead = np.log(total[peak] / max(rival, 1e-12))
    amplitude = float(np.sqrt(2 * weights @ first[:, peak]))
    return Breathing(rate, confidence(odds, lead, rate * seconds / 60), amplitude, seconds)


def confidence(odds: float, lead: float, breaths: float) -> float:
    """Return the probability that a peak is the breathing.

    Args:
        odds: logarithm of the peak's power over the median of the rest.
        lead: of the peak over the next best that is no overtone.
        breaths: that the series held.
    """
    rest = _LEAD_WEIGHT * lead + _BREATHS_WEIGHT * np.log(np.clip(breaths, 1.0, MOST_BREATHS))
    z = np.clip(_BIAS + _ODDS_WEIGHT * odds + rest, -_LOGIT_LIMIT, _LOGIT_LIMIT)
    return float(1 / (1 + np.exp(-z)))


def _refined(rates: AnyArray, total: AnyArray, peak: int) -> float:
    """Return the top of the parabola through a peak and its neighbours."""
    left, top, right = total[peak - 1 : peak + 2]
    bend = left - 2 * top + right
    offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(rates[peak] + offset * (rates[1] - rates[0]))
