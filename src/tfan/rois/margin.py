"""What the uncertainty of the landmarks makes of the mean of a region.

Where a rim moves outwards by d, it takes in d times its length of what lies there: the mean changes
by that times (degrees there - mean) / area. Summed along the rim this is the gradient of the mean
with respect to every landmark that defines the region. Errors of neighbouring landmarks are
alike; how far is a constant, measured as the rest on synthetic truth (tools/measure_regions.py).
"""

from __future__ import annotations

import numpy as np

from tfan.rois.coverage import Coverage, Floats
from tfan.rois.pixels import Pixels
from tfan.rois.plan import Placed
from tfan.types import Face

ALIKE_SHARE = 0.18  # of the face's size: errors of landmarks so far apart are alike by 1 / e
# The gradient tells nothing of a hot spot in the middle of a region, nor of what is hidden beside
# the seen part. In shares of the standard deviation within the region:
ROUND_SHARE = 0.3  # where landmarks may be off by the region's width
HIDDEN_SHARE = 0.6  # where nothing of it is seen
LEAST_CELSIUS = 0.03
FACTOR = 1.25  # from the standard deviation so found to what holds 90 % of the errors
_TINY = 1e-9


def margins_celsius(
    pixels: Pixels,
    means: Floats,
    deviations: Floats,
    share_visible: Floats,
    *,
    placed: Placed,
    covered: Coverage,
    face: Face,
) -> Floats:
    """Return (S,) how far means may be off, with a probability of 90 %.

    Args:
        pixels: of S regions.
        means: (S,) of them.
        deviations: (S,) standard deviations of them.
        share_visible: (S,) of them.
        placed: the regions on the face.
        covered: what they cover of the image.
        face: whose landmarks have `sigma_px`.
    """
    area = np.maximum(pixels.areas_px(), _TINY)
    sigma = face.sigma_px[placed.plan.used].astype(np.float64)
    gradient = _gradient(pixels, means, placed, covered)
    variance = _variance(gradient, placed, sigma) / np.square(area)
    off = np.minimum((placed.plan.usual @ sigma) * placed.rim_px / area, 1)
    rest = np.square(ROUND_SHARE * off) + np.square(HIDDEN_SHARE * (1 - share_visible))
    whole = variance + rest * np.square(deviations) + LEAST_CELSIUS**2
    margins: Floats = FACTOR * np.sqrt(whole)
    return margins


def _variance(gradient: Floats, placed: Placed, sigma_px: Floats) -> Floats:
    """Return (S,) what landmarks' errors make of degrees times area, from slopes (C, 2)."""
    plan, total = placed.plan, placed.outlines.total
    x, y = placed.points_px[plan.used].astype(np.float32).T
    apart = np.sqrt(np.square(x[:, None] - x) + np.square(y[:, None] - y))
    alike = np.exp(apart * np.float32(-1 / max(ALIKE_SHARE * placed.size_px, _TINY)))
    both = np.concatenate(  # x of all regions, then y
        [np.add.reduceat(plan.shares * slope[:, None], plan.first) for slope in gradient.T]
    )
    both = (both * sigma_px).astype(np.float32)
    variance: Floats = ((both @ alike) * both).sum(axis=1, dtype=np.float64)
    return np.maximum(variance[:total] + variance[total:], 0)


def _gradient(pixels: Pixels, means: Floats, placed: Placed, covered: Coverage) -> Floats:
    """Return (C, 2) by how much each corner's x and y change degrees times area."""
    pieces, total = covered.pieces, len(placed.plan.following)
    cells = np.zeros(len(covered.shares) + 1)  # the last one stands for what lies outside
    cells[pixels.cell] = pixels.celsius - means[pixels.shape]
    there = cells[pieces.cell]
    gradient = np.empty((total, 2))
    for axis, normal in ((0, pieces.step_px[:, 1]), (1, -pieces.step_px[:, 0])):
        flow = there * normal
        at_start = flow * (1 - pieces.share)
        gradient[:, axis] = np.bincount(pieces.edge, weights=at_start, minlength=total)
        at_end = np.bincount(pieces.edge, weights=flow - at_start, minlength=total)
        gradient[placed.plan.following, axis] += at_end
    return gradient
