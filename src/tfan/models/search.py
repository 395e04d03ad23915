"""The sliding window: the best face that windows over a whole image see, without a detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tfan.geometry.crop import windows_for_points
from tfan.geometry.pyramid import Level, published_levels, pyramid_windows
from tfan.geometry.squares import Squares
from tfan.models.landmarker import MAX_BATCH, Landmarker, five_of
from tfan.models.marks import Landmarks, calibrated, rows_of, sureness
from tfan.models.preparation import Search
from tfan.thermal.plane import Plane
from tfan.thermal.published import published_tone
from tfan.types import Array

_CANDIDATES = 5  # windows of the sliding search that are looked at again
_MORE_LOOKS = 2
_THIRD = 4  # place of the published third output among the network's outputs


@dataclass(frozen=True, slots=True)
class Pyramid:
    """What is searched, as `ThermalLandmarks` takes it.

    Attributes:
        eta: factor between levels, between 0 and 1.
        stride: pixels between windows of 224 pixels at their own level.
        max_lvl: finest level; 0 is the image as it is.
    """

    eta: float = 0.75
    stride: float = 100
    max_lvl: int = 0


def search(landmarker: Landmarker, plane: Plane, pyramid: Pyramid) -> Landmarks:
    """Return the landmarks of the one window that the network's preparation chooses."""
    return SEARCHES[landmarker.preparation.search](landmarker, plane, pyramid)


def surest(landmarker: Landmarker, plane: Plane, pyramid: Pyramid) -> Landmarks:
    """Look again at the few surest windows, each laid around its landmarks; return the surest."""
    windows = pyramid_windows(
        plane.hw, eta=pyramid.eta, stride=pyramid.stride, max_lvl=pyramid.max_lvl
    )
    marks = landmarker.look(plane, windows)
    marks = rows_of(marks, np.argsort(-sureness(marks), kind="stable")[:_CANDIDATES])
    for _ in range(_MORE_LOOKS):
        better = windows_for_points(marks.points_px, five_of(marks.points_px))
        marks = landmarker.look(plane, better)
    return rows_of(marks, np.array([sureness(marks).argmax()]))


def lowest_third(landmarker: Landmarker, plane: Plane, pyramid: Pyramid) -> Landmarks:
    """Return the window whose mean third output is lowest, as published; coarse levels first."""
    grey = published_tone(plane, stretch=landmarker.preparation.stretch)(plane.values)
    levels = published_levels(
        plane.hw, eta=pyramid.eta, stride=pyramid.stride, max_lvl=pyramid.max_lvl
    )
    best, lowest = None, np.inf
    for level in levels:
        whole = _padded(grey, level)
        for start in range(0, len(level.corners), MAX_BATCH):
            outputs = landmarker.run(_windows_of(whole, level, slice(start, start + MAX_BATCH)))
            third = outputs[_THIRD].mean(axis=1)
            if best is None or third.min() < lowest:
                row, lowest = int(third.argmin()), third.min()
                best = tuple(each[[row]] for each in outputs), level.in_image([start + row])
    assert best is not None  # every image has a level
    said = landmarker.interpreted(best[0], Squares(best[1]))
    return calibrated(said, landmarker.calibration, hw=plane.hw)


def _padded(grey: Array, level: Level) -> Array:
    """Return a level of an image, with zeros around it."""
    height, width = level.hw
    small = grey
    if (height, width) != grey.shape:
        small = np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA))
    return np.pad(small, level.padding)


def _windows_of(whole: Array, level: Level, rows: slice) -> Array:
    """Return some of the windows (R, side, side) of a padded level."""
    side = level.side_px
    return np.stack([whole[y : y + side, x : x + side] for x, y in level.corners[rows]])


SEARCHES: dict[Search, Callable[[Landmarker, Plane, Pyramid], Landmarks]] = {
    "surest": surest,
    "lowest third": lowest_third,
}
