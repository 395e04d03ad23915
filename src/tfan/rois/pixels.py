"""The pixels of many regions at once, one region after the other, and their statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfan.rois.coverage import Floats, Ints
from tfan.types import AnyArray

_INSIDE = 0.5  # least share of a pixel that makes it one of the region, for minimum and maximum
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Pixels that count, by region.

    Attributes:
        cell: (P,) where in `Coverage.shares`, ascending.
        shape: (P,) number of the region.
        celsius: (P,) degrees, finite.
        weight: (P,) above 0, how much each counts.
        total: number of regions.
    """

    cell: Ints
    shape: Ints
    celsius: Floats
    weight: Floats
    total: int

    def summed(self, values: AnyArray) -> Floats:
        """Return the sums (S,) of values (P,) of each region."""
        sums: AnyArray = np.bincount(self.shape, weights=values, minlength=self.total)
        return sums

    def areas_px(self) -> Floats:
        """Return (S,) areas."""
        return self.summed(self.weight)

    def means(self) -> Floats:
        """Return (S,) mean degrees; 0 without pixels."""
        return self.summed(self.weight * self.celsius) / np.maximum(self.areas_px(), _TINY)

    def deviations(self, means: Floats) -> Floats:
        """Return (S,) standard deviations from means (S,)."""
        squares = self.summed(self.weight * np.square(self.celsius - means[self.shape]))
        deviations: Floats = np.sqrt(squares / np.maximum(self.areas_px(), _TINY))
        return deviations

    def extremes(self) -> tuple[Floats, Floats]:
        """Return (S,) least and largest degrees of pixels that lie inside by half or more.

        Where none does, all count; infinite where there is none at all.
        """
        inside = self.weight >= _INSIDE
        whole = np.bincount(self.shape, weights=inside, minlength=self.total) > 0
        counted = inside | ~whole[self.shape]
        shape, celsius = self.shape[counted], self.celsius[counted]
        here, starts = np.unique(shape, return_index=True)
        least, most = np.full(self.total, np.inf), np.full(self.total, -np.inf)
        if len(here):
            least[here] = np.minimum.reduceat(celsius, starts)
            most[here] = np.maximum.reduceat(celsius, starts)
        return least, most

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """Return (Q, S) degrees below which shares of each region's area lie.

        Between the middles of two pixels' weights it is interpolated, so that it moves steadily
        with the weights. NaN without pixels.
        """
        found = np.full((len(shares), self.total), np.nan)
        if not len(self.cell):
            return found
        low, high = self.celsius.min(), self.celsius.max()
        order = np.argsort(self.shape + (self.celsius - low) / (2 * (high - low) + _TINY))
        celsius, weight = self.celsius[order], self.weight[order]
        upto = np.cumsum(weight)
        middle = upto - weight / 2
        bounds = np.searchsorted(self.shape, np.arange(self.total + 1))
        here = np.flatnonzero(bounds[1:] > bounds[:-1])
        first, last = bounds[here], bounds[here + 1] - 1
        before = upto[first] - weight[first]
        for row, share in zip(found, shares, strict=True):
            wanted = before + share * (upto[last] - before)
            above = np.searchsorted(middle, wanted).clip(first, last)
            below = np.maximum(above - 1, first)
            gap = np.maximum(middle[above] - middle[below], _TINY)
            part = ((wanted - middle[below]) / gap).clip(0, 1)
            row[here] = celsius[below] + part * (celsius[above] - celsius[below])
        return found
