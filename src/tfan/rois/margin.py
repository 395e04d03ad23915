"""What the uncertainty of the landmarks makes of the mean of a region.

Where a rim moves outwards by d, it takes in d times its length of what lies there: the mean changes
by that times (degrees there - mean) / area. Summed along the rim this is the gradient of the mean
with respect to every landmark that defines the region. Errors of neighbouring landmarks are
alike; how far is a constant, measured as the rest on synthetic truth (tools/measure_regions.py).
"""

from __future__ import annotations

import numpy as np

from tfan.rois.coverage import Coverage, Floats
from tfan.rois.pixels import Moments, Pixels
from tfan.rois.plan import Placed
from tfan.types import Face

ALIKE_SHARE = 0.18  # of the face's size: errors of landmarks so far apart are alike by 1 / e
# The gradient tells nothing of a hot spot in the middle of a region, nor of what is hidden beside
# the seen part. In shares of the standard deviation within the region:
ROUND_SHARE = 0.3  # where landmarks may be off by the region's width
HIDDEN_SHARE = 0.6  # where nothing of it is seen
LEAST_CELSIUS = 0.03
FACTOR = 1.25  # from the standard deviation so found to what holds 90 % of the errors
_TURNED = np.array([[1.0], [-1.0]])
_TINY = 1e-9


def margins_celsius(
    pixels: Pixels,
    moments: Moments,
    share_visible: Floats,
    *,
    placed: Placed,
    covered: Coverage,
    face: Face,
) -> Floats:
    """Return (S,) how far means may be off, with a probability of 90 %.

    Args:
        pixels: of S regions, in the cells of `covered`.
        moments: of them.
        share_visible: (S,) of them.
        placed: the regions on the face.
        covered: what they cover of the image.
        face: whose landmarks have `sigma_px`.
    """
    parts = placed.plan.parts
    area = np.maximum(moments.area_px, _TINY)
    sigma = face.sigma_px.astype(np.float64).take(parts.landmark)
    gradient = _gradient(pixels, moments, placed, covered)
    variance = _variance(gradient, placed, sigma) / np.square(area)
    usual = np.add.reduceat(parts.usual * sigma, parts.first)
    off = np.minimum(usual * placed.rim_px / area, 1)
    rest = np.square(ROUND_SHARE * off) + np.square(HIDDEN_SHARE * (1 - share_visible))
    whole = variance + rest * np.square(moments.deviation) + LEAST_CELSIUS**2
    margins: Floats = FACTOR * np.sqrt(whole)
    return margins


def _variance(gradient: Floats, placed: Placed, sigma_px: Floats) -> Floats:
    """Return (S,) what landmarks' errors make of degrees times area.

    Args:
        gradient: (2, C) by how much corners change them.
        placed: the regions on the face.
        sigma_px: (M,) of their parts.
    """
    parts, mixture = placed.plan.parts, placed.plan.mixture
    first, second = parts.pairs
    slopes = gradient.take(mixture.corner, axis=1) * mixture.weight
    x, y = (np.bincount(mixture.part, slope) * sigma_px for slope in slopes)
    at_x, at_y = placed.points_px.take(parts.landmark, axis=1)
    apart = np.square(at_x.take(first) - at_x.take(second))
    apart += np.square(at_y.take(first) - at_y.take(second))
    apart = np.sqrt(apart, out=apart)
    alike = np.exp(apart * (-1 / max(ALIKE_SHARE * placed.size_px, _TINY)))
    both = x.take(first) * x.take(second) + y.take(first) * y.take(second)
    variance: Floats = np.add.reduceat(alike * parts.times * both, parts.first_pair)
    return np.maximum(variance, 0)


def _gradient(pixels: Pixels, moments: Moments, placed: Placed, covered: Coverage) -> Floats:
    """Return (2, C) by how much each corner's x and y change degrees times area."""
    pieces, outlines = covered.pieces, placed.outlines
    there = moments.from_mean.take(pieces.cell) * pieces.length
    there *= pixels.weight.take(pieces.cell) > 0
    whole = np.add.reduceat(there, pieces.first)
    at_end = np.add.reduceat(there * pieces.share, pieces.first)
    normal = (outlines.end_px - outlines.start_px)[::-1] * _TURNED
    gradient: Floats = normal * (whole - at_end)
    gradient += (normal * at_end).take(placed.plan.leading, axis=1)
    return gradient
