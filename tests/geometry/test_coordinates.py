from __future__ import annotations

import numpy as np

from tfan.geometry.coordinates import pixel_of, to_centre_px, to_image_px


def test_the_way_there_and_back_is_no_way():
    centres = np.array([[0, 0], [3.25, -7.5]], np.float32)
    assert np.array_equal(to_centre_px(to_image_px(centres)), centres)


def test_the_centre_of_a_pixel_lies_in_it():
    centres = np.array([[0, 0], [5, 2]], np.float32)
    assert np.array_equal(pixel_of(to_image_px(centres)), centres)


def test_an_image_twice_as_large_has_positions_twice_as_large():
    # pixel 3 of an image is shown by pixels 6 and 7 of the doubled one: their middle is 6.5
    assert np.array_equal(to_image_px(np.array([6.5])), 2 * to_image_px(np.array([3.0])))
