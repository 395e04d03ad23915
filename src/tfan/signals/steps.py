"""Steps of a camera that corrects itself (NUC, flat-field correction): found, and taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.signals.series import as_series, spread, where_telling
from tfan.types import AnyArray

_SIGMAS = 6.0  # of the noise from value to value
_EACH_SIDE_S = 1.0  # over which the levels before and after are told
_LONGEST_GAP_S = 3.0  # that a closed shutter leaves; after more, anything may have changed
_USUAL = 3.0  # times what the level changes over such a gap in the minutes around: breaths, drift
_AROUND_S = 60.0
_STAYS = 0.6  # of a step must be left there: else it was a spike or a breath


@dataclass(frozen=True, slots=True, eq=False)
class NucSteps:
    """Steps that all regions make at once.

    Attributes:
        rows: (K,) the first value after each step.
        time_s: (K,) its time.
        step: (K,) by which the level rose, in the unit of the values.
    """

    rows: AnyArray
    time_s: AnyArray
    step: AnyArray


def nuc_steps(time_s: Any, values: Any, *, least: float = 0.15, quality: Any = None) -> NucSteps:
    """Return where the whole series steps from one value to the next and stays there.

    Up to 3 s may lie between both values, as a closed shutter leaves them; the step must then be
    clearly more than the series changes over such a time elsewhere.

    Args:
        time_s: (T,) growing.
        values: (T,) or (T, R) of several regions: a step counts where their median makes it, so
            give as many as there are, of the background too.
        least: smallest step that is told, in the unit of the values (degC).
        quality: (T,) of the face; samples that say nothing (see `where_telling`) make no step.
    """
    times, columns = as_series(time_s, where_telling(values, quality))
    rows = np.flatnonzero(np.isfinite(columns).any(axis=1))
    if len(rows) < 4:
        return NucSteps(np.zeros(0, int), np.zeros(0), np.zeros(0))
    kept_times, kept = times[rows], columns[rows]
    jumps = _median(np.diff(kept, axis=0))
    bound = max(least, _SIGMAS * spread(jumps))
    found, sizes, clear_s = [], [], -np.inf
    for i in np.flatnonzero(np.abs(jumps) >= bound) + 1:
        size = _level_change(kept_times, kept, int(i))
        if kept_times[i] < clear_s or size * jumps[i - 1] <= 0 or abs(size) < least:
            continue
        stays = abs(size) >= _STAYS * abs(jumps[i - 1])
        if stays and abs(size) >= _USUAL * _usual_change(kept_times, kept, int(i)):
            found.append(i)
            sizes.append(size)
            clear_s = kept_times[i] + 0.2 * _EACH_SIDE_S
    at = np.array(found, int)
    return NucSteps(rows[at], kept_times[at], np.array(sizes))


def without_steps(values: Any, steps: NucSteps) -> AnyArray:
    """Return values (T,) or (T, R) with the steps taken out; the level before the first stays."""
    out = np.array(values, np.float64)
    for row, step in zip(steps.rows, steps.step, strict=True):
        out[row:] -= step
    return out


def _level_change(times: AnyArray, columns: AnyArray, row: int) -> float:
    """Return how the median level changes at a row; 0 where nobody can tell."""
    if times[row] - times[row - 1] > _LONGEST_GAP_S:
        return 0.0
    before = (times <= times[row - 1]) & (times > times[row - 1] - _EACH_SIDE_S)
    after = (times >= times[row]) & (times < times[row] + _EACH_SIDE_S)
    if before.sum() < 2 or after.sum() < 2:
        return 0.0
    measured = [np.isfinite(columns[rows]).any(axis=0) for rows in (before, after)]
    both = measured[0] & measured[1]
    if not both.any():
        return 0.0
    first, then = (np.nanmedian(columns[rows][:, both], axis=0) for rows in (before, after))
    return float(np.median(then - first))


def _usual_change(times: AnyArray, columns: AnyArray, row: int) -> float:
    """Return the spread of changes over a time as long as the one before a row, but not there."""
    near = slice(*np.searchsorted(times, times[row] + [-_AROUND_S, _AROUND_S]))
    times, columns, row = times[near], columns[near], row - near.start
    later = np.searchsorted(times, times + (times[row] - times[row - 1]))
    first = np.arange(len(times))
    elsewhere = (later < len(times)) & ((later < row) | (first >= row))
    return spread(_median(columns[later[elsewhere]] - columns[first[elsewhere]]))


def _median(columns: AnyArray) -> AnyArray:
    """Return the median (T,) of columns (T, R); 0 where none is measured."""
    known = np.isfinite(columns).any(axis=1)
    out = np.zeros(len(columns))
    out[known] = np.nanmedian(columns[known], axis=1)
    return out
