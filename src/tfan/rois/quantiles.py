"""Weighted quantiles of the pixels of many regions without sorting them all.

Degrees are counted in bins; only what lies in the bin of a quantile, and in the next ones that are
not empty on either side of it, is sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from tfan.rois.coverage import Floats, Ints
from tfan.rois.pixels import Moments, Pixels

_REACH = 3.0  # standard deviations from the mean to the outer bins, which take the rest
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """Some pixels by region and degrees.

    Attributes:
        bin: (K,) in which each lies.
        celsius: (K,) degrees.
        middle: (K,) weight of all pixels before it, and half of its own.
    """

    bin: Ints
    celsius: Floats
    middle: Floats


def quantiles(pixels: Pixels, moments: Moments, shares: Sequence[float]) -> Floats:
    """Return (Q, S) degrees below which shares of each region's area lie.

    Between the middles of two pixels' weights it is interpolated, so that it moves steadily
    with the weights. Pixels as warm as each other count in their order. NaN without pixels.
    """
    total = len(pixels.starts)
    n_bins = 2 * isqrt(len(pixels.weight)) + 2
    bins = _bins(pixels, moments, n_bins)
    upto = np.bincount(bins, pixels.weight, total * n_bins).cumsum()
    ends = upto[n_bins - 1 :: n_bins]
    begins = np.concatenate([[0], ends[:-1]])
    wanted = begins + np.array(shares)[:, None] * (ends - begins)
    near = _sorted(pixels, bins, upto, _around(upto, wanted, n_bins))
    if not len(near.bin):
        return np.full(wanted.shape, np.nan)
    borders = near.bin.searchsorted(np.arange(total + 1) * n_bins)
    first, last = np.minimum(borders[:-1], len(near.bin) - 1), np.maximum(borders[1:] - 1, 0)
    above = np.minimum(np.maximum(near.middle.searchsorted(wanted), first), last)
    below = np.maximum(above - 1, first)
    low, high = near.celsius[below], near.celsius[above]
    gap = np.maximum(near.middle[above] - near.middle[below], _TINY)
    part = np.minimum(np.maximum((wanted - near.middle[below]) / gap, 0), 1)
    found: Floats = np.where(ends > begins, low + part * (high - low), np.nan)
    return found


def _bins(pixels: Pixels, moments: Moments, n_bins: int) -> Ints:
    """Return (P,) bins, the same number for each region, that ascend with the degrees."""
    half = n_bins / 2
    scale = half / (_REACH * np.maximum(moments.deviation, _TINY))
    place: Floats = pixels.each(scale)
    place *= moments.from_mean
    np.maximum(place, -half, out=place)
    np.minimum(place, half * (1 - _TINY), out=place)
    place += pixels.each(np.arange(len(scale)) * n_bins + half)
    return place.astype(np.int64)


def _around(upto: Floats, wanted: Floats, n_bins: int) -> Ints:
    """Return the bins in which weights wanted (Q, S) are reached, and the next ones with pixels.

    Args:
        upto: weight up to the end of each bin.
        wanted: weights from the first pixel of the first region on.
        n_bins: of each region.
    """
    first = np.arange(wanted.shape[1]) * n_bins
    hit = upto.searchsorted(wanted)
    before = upto.searchsorted(upto[np.maximum(hit - 1, 0)])
    after = upto.searchsorted(upto[hit], side="right")
    return np.concatenate([before, hit, np.minimum(after, first + n_bins - 1)])


def _sorted(pixels: Pixels, bins: Ints, upto: Floats, some: Ints) -> _Sorted:
    """Return the pixels that count in some of the bins."""
    chosen = np.zeros(len(upto), np.bool_)
    chosen[some] = True
    places = chosen.take(bins).nonzero()[0]
    places = places[pixels.weight.take(places) > 0]
    places = places[np.lexsort((pixels.celsius.take(places), bins.take(places)))]
    of_bin, weight = bins.take(places), pixels.weight.take(places)
    middle = weight.cumsum() - weight / 2
    new = np.ones(len(places), np.bool_)
    np.not_equal(of_bin[1:], of_bin[:-1], out=new[1:])
    first = new.nonzero()[0]
    before = np.where(of_bin[first] > 0, upto[of_bin[first] - 1], 0)
    shift = before - (middle[first] - weight[first] / 2)
    middle += shift.take(new.cumsum() - 1)
    return _Sorted(of_bin, pixels.celsius.take(places), middle)
