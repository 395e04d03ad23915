"""Pictures: faces land where they are, the frame under them is not touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.types import Face
from tfan.viz import confidence_colours, draw_faces


def face(points_px, *, confidence=1.0, visibility=1.0, box_px=(5, 5, 35, 35)):
    points = np.array(points_px, np.float32).reshape(-1, 2)
    every = np.ones(len(points), np.float32)
    return Face(
        box_px=np.array(box_px, np.float32),
        score=0.5,
        points_px=points,
        sigma_px=every,
        confidence=every * np.float32(confidence),
        visibility=every * np.float32(visibility),
        scheme="facesynthetics70",
        five_px=np.zeros((5, 2), np.float32),
        quality=0.9,
        pose_deg=np.zeros(3, np.float32),
    )


def changed(before, after):
    return np.argwhere((before != after).any(axis=-1))


HALF_A_PIXEL = 0.5  # anti-aliased edges may round to either side
GREY = np.full((40, 60, 3), 90, np.uint8)


def test_small_pictures_are_enlarged_by_a_whole_number():
    assert draw_faces(GREY, [], long_side_px=130).shape == (120, 180, 3)
    assert draw_faces(GREY, [], long_side_px=60).shape == GREY.shape
    assert draw_faces(GREY[:1, :1], []).shape == (8, 8, 3)  # but not without end


def test_a_point_is_drawn_around_its_pixel_at_any_zoom():
    no_box = (np.nan,) * 4  # only the point changes the picture
    for zoom in (1, 3):
        empty = draw_faces(GREY, [], long_side_px=60 * zoom)
        drawn = draw_faces(GREY, [face([[20.5, 10.5]], box_px=no_box)], long_side_px=60 * zoom)
        middle = changed(empty, drawn).mean(axis=0)
        expected = [(10 + 0.5) * zoom - 0.5, (20 + 0.5) * zoom - 0.5]
        np.testing.assert_allclose(middle, expected, atol=HALF_A_PIXEL)


def test_colour_tells_the_confidence_and_a_ring_the_hidden_point():
    centre, huge_box = (20.5, 20.5), (-400, -400, 400, 400)  # its lines are out of sight
    draw = {
        key: draw_faces(GREY, [face([centre], box_px=huge_box, **kind)], long_side_px=480)[
            164, 164
        ].tolist()
        for key, kind in {
            "sure": {"confidence": 1.0},
            "unsure": {"confidence": 0.0},
            "hidden": {"visibility": 0.0},
        }.items()
    }
    assert draw["sure"] == confidence_colours(np.array(1.0)).tolist()
    assert draw["unsure"] == confidence_colours(np.array(0.0)).tolist()
    assert draw["hidden"] == [90, 90, 90]


def test_frame_is_not_written_on():
    before = GREY.copy()
    draw_faces(GREY, [face([[20, 10]])], long_side_px=60)
    np.testing.assert_array_equal(GREY, before)


def test_points_without_a_place_and_far_outside_are_left_out():
    wild = face([[np.nan, 3], [np.inf, 2], [1e9, -1e9]], box_px=(np.nan, 0, 1, 1))
    np.testing.assert_array_equal(draw_faces(GREY, [wild]), draw_faces(GREY, []))


def test_what_cannot_be_drawn_on_is_named():
    with pytest.raises(
        InputError, match=r"expected uint8 \(height, width, 3\), got float32 \(4, 4\)"
    ):
        draw_faces(np.zeros((4, 4), np.float32), [])


def test_axes_are_drawn_where_they_point():
    turned = replace(
        face([]), five_px=np.full((5, 2), 20, np.float32), pose_deg=np.float32([0, 0, 90])
    )
    plain = draw_faces(GREY, [turned], long_side_px=60)
    found = draw_faces(GREY, [turned], long_side_px=60, axes=True)
    at = changed(plain, found)  # leaning to its right by 90 degrees: its left is up in the picture
    red = at[(found[tuple(at.T)] == (230, 70, 60)).all(axis=1)]
    assert len(red) > 3
    assert red[:, 0].max() <= 20 + 2
    assert np.abs(red[:, 1] - 20).max() <= 2
