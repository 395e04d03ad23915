"""Boxes: the hull of the landmarks in a face box, overlap, suppression of doubles."""

from __future__ import annotations

import numpy as np

from tfan.types import AnyArray, Array

HAIRLINE_SHARE = 0.11  # of a face box lies above the topmost landmark (measured on the head model)
MAX_IOU = 0.45
MAX_CONTAINED = 0.75  # of the smaller box: a face in a face is the same face found twice
_EPSILON = 1e-9


def areas(boxes: AnyArray) -> AnyArray:
    """Return the area (F,) of boxes (F, 4); 0 where a side is negative."""
    sides: AnyArray = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
    return sides[..., 0] * sides[..., 1]


def intersections(one: AnyArray, many: AnyArray) -> AnyArray:
    """Return the area (F,) that one box (4,) has in common with each of many (F, 4)."""
    shared = np.concatenate(
        [np.maximum(one[:2], many[:, :2]), np.minimum(one[2:], many[:, 2:])], axis=1
    )
    return areas(shared)


def overlaps(boxes: AnyArray, others: AnyArray) -> AnyArray:
    """Return intersection over union (R, C) of boxes (R, 4) and (C, 4)."""
    rows: AnyArray = np.array([intersections(box, others) for box in boxes])
    common = rows.reshape(len(boxes), len(others))
    shares: AnyArray = common / (areas(boxes)[:, None] + areas(others) - common + _EPSILON)
    return shares


def suppress(
    boxes: AnyArray,
    scores: AnyArray,
    *,
    max_iou: float = MAX_IOU,
    max_contained: float = MAX_CONTAINED,
) -> list[int]:
    """Return the indices of boxes that are no double of a better one, best first.

    Args:
        boxes: (F, 4) left, top, right, bottom.
        scores: (F,) higher is better.
        max_iou: greatest allowed intersection over union with a better box.
        max_contained: greatest allowed intersection over the smaller of the two areas.
    """
    if len(scores) < 2:
        return list(range(len(scores)))
    area = areas(boxes)
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        common = intersections(boxes[best], boxes[rest])
        union = area[best] + area[rest] - common
        smaller = np.minimum(area[best], area[rest])
        iou, contained = common / (union + _EPSILON), common / (smaller + _EPSILON)
        order = rest[(iou <= max_iou) & (contained <= max_contained)]
    return kept


def clip_boxes(boxes: Array, image_hw: tuple[int, int]) -> Array:
    """Return boxes (F, 4), counted from the image's corner, cut at its outer edges."""
    height, width = image_hw
    edges = np.array([width, height, width, height], np.float32)
    return np.minimum(np.maximum(boxes, np.float32(0)), edges)


def bounds(points: AnyArray) -> AnyArray:
    """Return the boxes (..., 4) that just hold points (..., N, 2)."""
    along = np.ascontiguousarray(np.swapaxes(points, -1, -2))  # in one piece: six times faster
    return np.concatenate([along.min(axis=-1), along.max(axis=-1)], axis=-1)


def box_for_points(points: AnyArray) -> AnyArray:
    """Return face boxes (..., 4), hairline to chin, for landmarks (..., N, 2) of upright faces."""
    return box_for_hull(bounds(points))


def box_for_hull(hull: AnyArray) -> AnyArray:
    """Return face boxes (..., 4), hairline to chin, for the `bounds` (..., 4) of landmarks."""
    boxes = hull.copy()
    bottom = boxes[..., 3]
    boxes[..., 1] = bottom - (bottom - boxes[..., 1]) / (1 - HAIRLINE_SHARE)
    return boxes
