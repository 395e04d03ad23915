"""Windows that look everywhere in an image, at every size of face: the sliding window."""

from __future__ import annotations

import math
from numbers import Integral, Real

import numpy as np

from tfan.errors import InputError
from tfan.geometry.crop import Windows

WINDOW_PX = 224  # of the finest level: eta and stride are counted from it, as published
_FINEST_SHARE = 0.5  # of an image's shorter side, where the image is smaller than two windows


def check_pyramid(eta: float, stride: float, max_lvl: int) -> None:
    """Raise the sentence for the first setting that makes no pyramid."""
    if not (isinstance(eta, Real) and 0 < eta < 1):
        raise InputError("eta", expected="a factor between 0 and 1", got=repr(eta))
    if not (isinstance(stride, Real) and 0 < stride < math.inf):
        raise InputError("stride", expected="pixels above 0", got=repr(stride))
    if not (isinstance(max_lvl, Integral) and max_lvl >= 0):
        raise InputError("max_lvl", expected="0 or more", got=repr(max_lvl))


def pyramid_windows(
    image_hw: tuple[int, int], *, eta: float, stride: float, max_lvl: int
) -> Windows:
    """Return upright windows over an image, coarse to fine.

    Args:
        image_hw: height and width of the image.
        eta: each coarser level sees the image smaller by that factor.
        stride: pixels between windows of 224 at their own level.
        max_lvl: finest level, 0 the image as it is; a larger number looks for larger faces only.
    """
    check_pyramid(eta, stride, max_lvl)
    height, width = image_hw
    finest = min(WINDOW_PX, _FINEST_SHARE * min(height, width))
    sides = [float(max(height, width))]  # whatever the levels are, once at the whole image
    level = max_lvl
    while finest / eta**level < sides[0]:
        sides.insert(1, finest / eta**level)
        level += 1
    rows = []
    for side in sides:
        step = stride / WINDOW_PX * side
        rows += [(x, y, side / 2) for y in _places(height, side, step)
                 for x in _places(width, side, step)]  # fmt: skip
    table = np.array(rows, np.float32)
    return Windows(table[:, :2], table[:, 2], np.zeros(len(table), np.float32))


def _places(length: int, side: float, step: float) -> list[float]:
    """Return the middles of windows along one axis, from border to border, evenly spread."""
    middle = (length - 1) / 2
    room = length - side
    if room <= 0:
        return [middle]
    count = int(np.ceil(room / step)) + 1
    return [float(place) for place in np.linspace(middle - room / 2, middle + room / 2, count)]
