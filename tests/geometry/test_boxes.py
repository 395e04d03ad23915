"""Overlap worked out by hand, and suppression against what it must never do."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.geometry.boxes import (
    HAIRLINE_SHARE,
    areas,
    bounds,
    box_for_points,
    clip_boxes,
    intersections,
    suppress,
)

ATOL = 1e-5  # float32 of a few hundred pixels


def test_two_squares_share_a_quarter():
    boxes = np.float32([[0, 0, 10, 10], [5, 5, 15, 15], [20, 20, 30, 30]])
    assert intersections(boxes[0], boxes).tolist() == [100, 25, 0]
    assert areas(np.float32([[3, 3, 1, 9]])).tolist() == [0]


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ((0, 0, 10, 12), [1]),  # IoU .83
        ((2, 2, 6, 6), [1]),  # inside: IoU .16, contained wholly
        ((8, 8, 20, 20), [1, 0]),  # touches at a corner
    ],
)
def test_suppress_keeps_the_better_of_doubles(other, kept):
    boxes = np.float32([other, (0, 0, 10, 10)])
    assert suppress(boxes, np.float32([0.5, 0.9])) == kept


def test_suppress_is_sorted_and_order_does_not_matter():
    rng = np.random.default_rng(5)
    corners = rng.uniform(0, 80, (40, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(5, 40, (40, 2))], axis=1)
    scores = rng.uniform(0, 1, 40)
    kept = suppress(boxes, scores)
    assert (np.diff(scores[kept]) <= 0).all()
    shuffled = rng.permutation(40)
    again = suppress(boxes[shuffled], scores[shuffled])
    assert shuffled[again].tolist() == kept
    assert suppress(boxes[:0], scores[:0]) == []


def test_clip_keeps_to_the_outer_edges_of_the_image():
    clipped = clip_boxes(np.float32([[-9, -9, 99, 99], [1, 2, 3, 4]]), (20, 30))
    assert clipped.tolist() == [[0, 0, 30, 20], [1, 2, 3, 4]]


def test_box_for_points_adds_the_hairline():
    points = np.float32([[[10, 30], [50, 119], [20, 60]]])
    np.testing.assert_allclose(bounds(points)[0], [10, 30, 50, 119], atol=ATOL)
    box = box_for_points(points)[0]
    height = box[3] - box[1]
    np.testing.assert_allclose(box, [10, 19, 50, 119], atol=ATOL)
    np.testing.assert_allclose(30 - box[1], HAIRLINE_SHARE * height, atol=ATOL)
