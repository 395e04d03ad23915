"""Outlines on pictures."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.viz import draw_outlines

SQUARE = np.float32([[4, 4], [12, 4], [12, 12], [4, 12]])


@pytest.fixture
def grey() -> np.ndarray:
    return np.full((20, 24, 3), 90, np.uint8)


def test_outlines_are_drawn_on_a_copy(grey):
    before = grey.copy()
    drawn = draw_outlines(grey, {"one": [SQUARE]})
    np.testing.assert_array_equal(grey, before)
    changed = (drawn != before).any(axis=2)
    assert changed[4, 4:12].all()
    assert not changed[8, 8]
    assert not changed[:, 16:].any()


def test_filled_but_for_the_holes(grey):
    hole = np.float32([[7, 7], [7, 9.5], [9.5, 9.5], [9.5, 7]])
    filled = draw_outlines(grey, {"one": [SQUARE]}, fill=1.0)
    holed = draw_outlines(np.full((80, 96, 3), 90, np.uint8), {"one": [SQUARE * 4, hole * 4]},
                          fill=1.0)  # fmt: skip
    assert (filled[8, 8] != 90).any()
    assert (holed[33, 33] == 90).all()
    assert (holed[20, 24] != 90).any()


def test_zoomed_they_lie_at_the_same_place(grey):
    drawn = draw_outlines(grey, {"one": [SQUARE]}, zoom=4)
    assert drawn.shape == (80, 96, 3)
    rows, columns = np.nonzero((drawn != 90).any(axis=2))
    assert (rows.min(), rows.max()) == pytest.approx((16, 47), abs=4)
    assert (columns.min(), columns.max()) == pytest.approx((16, 47), abs=4)


def test_pairs_have_one_colour_and_grey_stands_for_no_number(grey):
    pair = {"right_eye": [SQUARE], "left_eye": [SQUARE + 8]}
    drawn = draw_outlines(np.full((20, 28, 3), 90, np.uint8), pair, fill=1.0)
    np.testing.assert_array_equal(drawn[8, 8], drawn[16, 16])
    dim = draw_outlines(grey, {"one": [SQUARE]}, words={"one": None})
    colours = dim[(dim != 90).any(axis=2)].astype(int)
    assert np.ptp(colours, axis=1).max() == 0


def test_outlines_without_a_place_are_left_out(grey):
    np.testing.assert_array_equal(draw_outlines(grey, {"one": [SQUARE * np.nan]}), grey)


def test_words_are_written(grey):
    big = np.full((60, 120, 3), 90, np.uint8)
    plain = draw_outlines(big, {"one": [SQUARE * 4]})
    assert (draw_outlines(big, {"one": [SQUARE * 4]}, words={"one": "34.1"}) != plain).any()


def test_other_pictures_are_refused():
    with pytest.raises(InputError, match="picture to draw on"):
        draw_outlines(np.zeros((4, 4)), {})
