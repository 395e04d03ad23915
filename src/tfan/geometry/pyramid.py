"""Windows that look everywhere in an image, at every size of face: the sliding window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from tfan.errors import InputError
from tfan.geometry.crop import Windows
from tfan.types import AnyArray, Array

WINDOW_PX = 224  # of the finest level: eta and stride are counted from it, as published
_MAX_LEVELS = 100
_LEAST_PX = 16  # shorter side of the coarsest level: smaller images hold no face
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


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One level of the published pyramid: the image made smaller, and windows on it.

    Attributes:
        hw: height and width of the level.
        image_hw: height and width of the image.
        padding: ((above, below), (left, right)) of zeros around the level.
        corners: (M, 2) x, y of the windows in the padded level.
        side_px: of each window.
    """

    hw: tuple[int, int]
    image_hw: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]
    corners: AnyArray
    side_px: int = WINDOW_PX

    def in_image(self, rows: list[int]) -> Array:
        """Return windows (R, 4), left, top, right, bottom, counted from the image's corner."""
        zoom = np.array([self.image_hw[1] / self.hw[1], self.image_hw[0] / self.hw[0]])
        first = self.corners[rows] - [self.padding[1][0], self.padding[0][0]]
        places: AnyArray = np.concatenate([first * zoom, (first + self.side_px) * zoom], axis=1)
        return places.astype(np.float32)


def published_levels(
    image_hw: tuple[int, int], *, eta: float, stride: float, max_lvl: int
) -> list[Level]:
    """Return the levels of the published pyramid, coarse to fine.

    Each level is padded evenly to whole windows, by a whole one where it needed none; windows
    start at its corner, one stride apart. Asked to begin beyond the coarsest level, the coarsest
    is all there is.

    Args:
        image_hw: height and width of the image.
        eta: each coarser level is smaller by that factor.
        stride: pixels between windows of 224 at their own level.
        max_lvl: finest level, 0 the image as it is.
    """
    check_pyramid(eta, stride, max_lvl)
    height, width = image_hw
    steps = math.log(_LEAST_PX / min(image_hw)) / math.log(eta)
    deepest = int(min(max(0, steps + 1e-9), _MAX_LEVELS))
    levels = []
    for number in range(deepest, min(max_lvl, deepest) - 1, -1):
        zoom = eta**number
        hw = max(1, round(height * zoom)), max(1, round(width * zoom))
        padding = _padding(hw[0]), _padding(hw[1])
        rows, columns = (
            _steps(length + sum(pad), stride) for length, pad in zip(hw, padding, strict=True)
        )
        corners = np.array([(x, y) for y in rows for x in columns])
        levels.append(Level(hw, image_hw, padding, corners))
    return levels


def _padding(length: int) -> tuple[int, int]:
    missing = WINDOW_PX - length % WINDOW_PX
    return missing // 2, missing - missing // 2


def _steps(length: int, stride: float) -> list[int]:
    """Return where windows begin along one axis; what is left at its end holds no whole one."""
    count = int((length - WINDOW_PX) / stride) + 1
    return [int(step * stride) for step in range(count)]


def _places(length: int, side: float, step: float) -> list[float]:
    """Return the middles of windows along one axis, from border to border, evenly spread."""
    middle = (length - 1) / 2
    room = length - side
    if room <= 0:
        return [middle]
    count = int(np.ceil(room / step)) + 1
    return [float(place) for place in np.linspace(middle - room / 2, middle + room / 2, count)]
