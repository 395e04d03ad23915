"""The published crop, by hand: 1.25 times the longer side, whole corners, zeros outside."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.geometry.coordinates import to_centre_px, to_image_px
from tfan.geometry.squares import Squares, cut_squares, squares_for_boxes

HW = (240, 320)


def placed(*box: float) -> list[float]:
    squares = squares_for_boxes(to_centre_px(np.float32([box])), HW)
    return squares.corners_px[0].tolist()


@pytest.mark.parametrize(
    ("box", "corners"),
    [
        ((110, 60, 205, 180), [82, 45, 232, 195]),  # 82.5 and 232.5 are cut
        ((0, 0, 40, 40), [-5, -5, 45, 45]),
        ((-30, 10, 40, 50), [-5, 5, 45, 55]),  # what lies outside does not count
        ((300, 200, 400, 300), [285, 195, 335, 245]),
        ((0, 0, 10, 8), [-1, -2, 11, 10]),  # -1.25 and -2.25: cut towards zero
        ((50, 50, 50, 50), [50, 50, 51, 51]),  # nothing is still a pixel
        ((0, 0, 320, 240), [-40, -80, 360, 320]),
    ],
)
def test_corners(box, corners):
    assert placed(*box) == corners


def test_points_go_from_edge_to_edge():
    squares = Squares(np.float32([[82, 45, 232, 195], [0, 0, 10, 11]]))
    points = np.float32([[[-1, -1], [1, 1], [0, 0]]] * 2)
    found = to_image_px(squares.to_image(points))
    np.testing.assert_allclose(found[0], [[82, 45], [232, 195], [157, 120]])
    np.testing.assert_allclose(found[1], [[0, 0], [10, 11], [5, 5.5]])
    np.testing.assert_allclose(squares.half_side_px, [75, 5.25])
    assert len(squares[1:]) == 1


def test_crops_are_resized_toned_and_zero_outside():
    values = np.arange(30, dtype=np.float32).reshape(5, 6)
    squares = Squares(np.float32([[-2, -1, 2, 3], [100, 100, 104, 104]]))
    inside, outside = cut_squares(values, squares, size=4, tone=lambda part: part + 1)
    expected = np.zeros((4, 4))
    expected[1:, 2:] = values[:3, :2] + 1
    np.testing.assert_array_equal(inside, expected)
    assert not outside.any()
