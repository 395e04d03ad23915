"""The pixels of many regions at once, one region after the other, and their statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.rois.coverage import Floats, Ints
from tfan.types import AnyArray

# least share of a pixel that makes it one of the region, for minimum and maximum: half, rounded
_INSIDE = 0.5 - 1e-9
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Pixels by region.

    Attributes:
        starts: (S,) where those of each region start; each has one or more.
        counts: (S,) how many it has.
        celsius: (P,) degrees, finite.
        weight: (P,) how much each counts; 0 where not at all.
    """

    starts: Ints
    counts: Ints
    celsius: Floats
    weight: Floats

    def summed(self, values: AnyArray) -> Floats:
        """Return the sums (S,) of values (P,) of each region."""
        sums: Floats = np.add.reduceat(values, self.starts)
        return sums

    def each(self, values: AnyArray) -> AnyArray:
        """Return (P,) what values (S,) of regions are for their pixels."""
        return values.repeat(self.counts)

    def extremes(self) -> tuple[Floats, Floats]:
        """Return (S,) least and largest degrees of pixels that lie inside by half or more.

        Where none does, all count; infinite where there is none at all.
        """
        left_out = self.weight < _INSIDE
        largest = np.maximum.reduceat(self.weight, self.starts)
        for i in (largest < _INSIDE).nonzero()[0]:
            here = slice(self.starts[i], self.starts[i] + self.counts[i])
            left_out[here] = self.weight[here] <= 0
        celsius = self.celsius.copy()
        celsius[left_out] = np.inf
        least = np.minimum.reduceat(celsius, self.starts)
        celsius[left_out] = -np.inf
        return least, np.maximum.reduceat(celsius, self.starts)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Area, mean and spread of the degrees of regions.

    Attributes:
        area_px: (S,) areas.
        mean: (S,) mean degrees; 0 without pixels.
        deviation: (S,) standard deviations.
        from_mean: (P,) degrees less the mean of the region.
    """

    area_px: Floats
    mean: Floats
    deviation: Floats
    from_mean: Floats


def moments_of(pixels: Pixels) -> Moments:
    """Return the moments of regions."""
    area = pixels.summed(pixels.weight)
    divisor = np.maximum(area, _TINY)
    mean = pixels.summed(pixels.weight * pixels.celsius) / divisor
    from_mean = pixels.each(mean)
    np.subtract(pixels.celsius, from_mean, out=from_mean)
    squares = np.square(from_mean)
    squares *= pixels.weight
    deviation: Floats = np.sqrt(pixels.summed(squares) / divisor)
    return Moments(area, mean, deviation, from_mean)
