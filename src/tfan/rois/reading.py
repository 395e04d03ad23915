"""What is measured in one region of one face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class RegionReading:
    """Temperatures of one region of one face; NaN where it is not seen well or surely enough.

    Pixels on the rim count by the share of them that the region covers; what the landmarks say is
    hidden, what the frame cuts off and what was not measured (NaN) does not count.

    Attributes:
        name: of the region.
        mean_celsius: mean.
        median_celsius: half of the area is cooler.
        p90_celsius: nine tenths of the area are cooler.
        max_celsius: warmest of the pixels that lie in the region by half or more; no less than
            p90.
        min_celsius: coolest of them; no more than the median.
        sd_celsius: standard deviation over the area.
        margin_celsius: with a probability of 90 %, the mean differs by no more than this from the
            mean at the landmarks' true places. It knows nothing of errors of the camera. Told where
            the temperatures are NaN because of it; NaN where the region is not seen.
        n_pixels: area measured, in pixels.
        share_visible: 0..1, share of the region that is expected to be seen: neither hidden, nor
            outside the frame, nor without measurement. Told where the rest is NaN, too.
    """

    name: str
    mean_celsius: float
    median_celsius: float
    p90_celsius: float
    max_celsius: float
    min_celsius: float
    sd_celsius: float
    margin_celsius: float
    n_pixels: float
    share_visible: float

    @property
    def seen(self) -> bool:
        """Whether the temperatures are numbers."""
        return bool(np.isfinite(self.mean_celsius))


def unseen(
    name: str, margin_celsius: float, n_pixels: float, share_visible: float
) -> RegionReading:
    """Return the reading of a region that is not seen well enough: no temperatures."""
    return RegionReading(
        name, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, margin_celsius, n_pixels, share_visible
    )
