"""Whole image -> face boxes, scores and five points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral

import cv2
import numpy as np

from tfan.errors import InputError
from tfan.geometry.boxes import MAX_CONTAINED, MAX_IOU, overlaps, suppress
from tfan.geometry.coordinates import to_centre_px
from tfan.geometry.shrink import halve_towards
from tfan.models.runtime import Contract, Runtime
from tfan.thermal.normalise import normalise_frame
from tfan.thermal.plane import Plane
from tfan.types import AnyArray, Array

DETECTOR_CONTRACT = Contract("detector", "image", ("cells",))
STRIDES = (8, 16, 32)
GRID_PX = 32  # the input's sides are multiples of the largest stride
_POINT_STRIDES = 2.0  # points are given in units of two strides
_MIN_SIDE_PX = 3.0  # smaller boxes hold no face
_LINEAR_BELOW = 1.5  # shrinking so little, four neighbours leave no pixel out
_MAX_CANDIDATES = 1000

# A second, finer look is taken where the first proposes faces so small that it often misses their
# neighbours; what it finds larger than the first look finds surely is left to that.
_FINER = 1.5  # rounded up to the grid
_SMALL_PX, _SMALL_FINER_PX = 24.0, 28.0  # sqrt(width x height) as the network sees it
_SAME_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """F faces, best first; positions are counted from pixel centres.

    Attributes:
        boxes_px: (F, 4) left, top, right, bottom; may reach beyond the image.
        scores: (F,) 0..1.
        five_px: (F, 5, 2) right eye, left eye, nose tip, right and left mouth corner.
        finer_only: (F,) whether nothing but a finer look at the image found it; None: of no face.
    """

    boxes_px: Array
    scores: Array
    five_px: Array
    finer_only: AnyArray | None = None


@dataclass(frozen=True, slots=True)
class Doubles:
    """When two boxes are one face found twice.

    Attributes:
        max_iou: greatest intersection over union of two faces.
        max_contained: greatest intersection of two faces over the smaller of them.
    """

    max_iou: float = MAX_IOU
    max_contained: float = MAX_CONTAINED

    def left(self, boxes: AnyArray, scores: AnyArray) -> list[int]:
        """Return the numbers of the boxes (F, 4) that double no better one, best first."""
        limits = {"max_iou": self.max_iou, "max_contained": self.max_contained}
        return suppress(boxes, scores, **limits)


@dataclass(frozen=True, slots=True)
class Detector:
    """The detection network with what goes before and after it.

    Attributes:
        runtime: see `DETECTOR_CONTRACT`.
        long_side_px: longer side of the image as the network sees it; larger finds smaller faces.
        threshold: least score of a face.
        doubles: which boxes are one face found twice.
        second_look: look again, finer, where the first look proposes small faces.
    """

    runtime: Runtime
    long_side_px: int = 256
    threshold: float = 0.4
    doubles: Doubles = Doubles()
    second_look: bool = True

    def __post_init__(self) -> None:
        size = self.long_side_px
        if not isinstance(size, Integral) or size < GRID_PX or size % GRID_PX:
            expected = f"a multiple of {GRID_PX}"
            raise InputError("detector size", expected=expected, got=repr(size))

    def __call__(self, plane: Plane, *, min_score: float | None = None) -> Detections:
        """Return the faces of a plane that score at least min_score (default: threshold)."""
        least = self.threshold if min_score is None else min_score
        found, sizes = self._look(plane, self.long_side_px, min(least, self.threshold))
        if self.second_look and (sizes[found.scores >= self.threshold] <= _SMALL_PX).any():
            finer_px = _whole_grid(round(_FINER * self.long_side_px))
            finer, sizes = self._look(plane, finer_px, least)
            found = _together(found, _rows(finer, sizes <= _SMALL_FINER_PX))
        rows = np.flatnonzero(found.scores >= least)
        rows = rows[self.doubles.left(found.boxes_px[rows], found.scores[rows])]
        left = _rows(found, rows)
        boxes, five = to_centre_px(left.boxes_px), to_centre_px(left.five_px)
        return Detections(boxes, left.scores, five, left.finer_only)

    def _look(self, plane: Plane, long_side_px: int, min_score: float) -> tuple[Detections, Array]:
        """Return what is found at one size, doubles and all, counted from the image's corner.

        And sqrt(width x height) (F,) of the boxes as the network sees them.
        """
        batch, zoom = network_input(plane, long_side_px)
        (cells,) = self.runtime(batch)
        found = decode(cells[0], input_hw=(batch.shape[2], batch.shape[3]), min_score=min_score)
        corners = found.boxes_px.reshape(-1, 2, 2) / zoom
        boxes = corners.reshape(-1, 4)
        sides = boxes[:, 2:] - boxes[:, :2]
        large = sides.min(axis=1, initial=np.inf) >= _MIN_SIDE_PX
        rows = np.flatnonzero(large & _centre_inside(boxes, plane.hw))
        placed = Detections(boxes[rows], found.scores[rows], found.five_px[rows] / zoom)
        return placed, np.sqrt((sides[rows] * zoom).prod(axis=1))


def _rows(found: Detections, rows: AnyArray) -> Detections:
    finer_only = None if found.finer_only is None else found.finer_only[rows]
    return Detections(found.boxes_px[rows], found.scores[rows], found.five_px[rows], finer_only)


def _together(first: Detections, finer: Detections) -> Detections:
    """Return what both looks found, one after the other."""
    alone = (overlaps(finer.boxes_px, first.boxes_px) < _SAME_IOU).all(axis=1)
    return Detections(
        np.concatenate([first.boxes_px, finer.boxes_px]),
        np.concatenate([first.scores, finer.scores]),
        np.concatenate([first.five_px, finer.five_px]),
        np.concatenate([np.zeros(len(first.scores), bool), alone]),
    )


def network_input(plane: Plane, long_side_px: int) -> tuple[Array, Array]:
    """Return the network's (1, 1, H, W) input and the (2,) zoom x, y from the image to it."""
    height, width = plane.hw
    scale = long_side_px / max(height, width)
    small_h, small_w = max(1, round(height * scale)), max(1, round(width * scale))
    values: AnyArray = halve_towards(plane.values, 1 / scale).astype(np.float32, copy=False)
    if (small_h, small_w) != values.shape:
        how = _interpolation(values.shape[1] / small_w)
        values = cv2.resize(values, (small_w, small_h), interpolation=how)
    batch = np.zeros((1, 1, _whole_grid(small_h), _whole_grid(small_w)), np.float32)
    inside = batch[0, 0, :small_h, :small_w]
    normalise_frame(values, low=plane.low, high=plane.high, floor=plane.floor, out=inside)
    return batch, np.array([small_w / width, small_h / height], np.float32)


def decode(cells: Array, *, input_hw: tuple[int, int], min_score: float) -> Detections:
    """Return the cells that score at least min_score, counted from the corner of the input.

    Args:
        cells: (N, 15) score logit, raw distances left, top, right, bottom, five raw dx, dy;
            the cells of strides 8, 16, 32 one after the other, row by row.
        input_hw: height and width of the input, multiples of 32.
        min_score: 0..1.
    """
    logits = cells[:, 0]
    rows = np.flatnonzero(logits >= _least_logit(min_score))
    if len(rows) > _MAX_CANDIDATES:
        rows = rows[np.argsort(-logits[rows], kind="stable")[:_MAX_CANDIDATES]]
    centres, strides = _grid(*input_hw)
    centre, stride, chosen = centres[rows], strides[rows, None], cells[rows]
    scores: AnyArray = 1 / (1 + np.exp(-np.maximum(chosen[:, 0], -60)))
    reach = np.logaddexp(0, chosen[:, 1:5]) * stride  # softplus
    boxes = np.empty((len(rows), 4), np.float32)
    np.subtract(centre, reach[:, :2], out=boxes[:, :2])
    np.add(centre, reach[:, 2:], out=boxes[:, 2:])
    reach_points = np.float32(_POINT_STRIDES) * stride[:, None]
    five: AnyArray = centre[:, None] + chosen[:, 5:].reshape(-1, 5, 2) * reach_points
    return Detections(boxes, scores, five)


def _least_logit(min_score: float) -> float:
    """Return the logit of a score; few cells reach it, so that few scores need be worked out."""
    if not 0 < min_score < 1:
        return -math.inf if min_score <= 0 else math.inf
    return math.log(min_score / (1 - min_score))


@lru_cache(maxsize=16)
def _grid(height: int, width: int) -> tuple[Array, Array]:
    """Return the centre (N, 2) and the stride (N,) of each cell."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: height // stride, : width // stride].reshape(2, -1)
        centres.append((np.stack([x, y], axis=1) + 0.5) * stride)
        strides.append(np.full(len(x), stride))
    return np.concatenate(centres).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _interpolation(shrink: float) -> int:
    if shrink < 1:
        return cv2.INTER_CUBIC
    return cv2.INTER_LINEAR if shrink < _LINEAR_BELOW else cv2.INTER_AREA


def _whole_grid(length: int) -> int:
    return -(-length // GRID_PX) * GRID_PX


def _centre_inside(boxes: AnyArray, hw: tuple[int, int]) -> AnyArray:
    """Return (F,) whether the middle of boxes (F, 4), counted from the corner, is in the image."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    inside: AnyArray = (x >= 0) & (x < hw[1]) & (y >= 0) & (y < hw[0])
    return inside
