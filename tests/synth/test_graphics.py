from __future__ import annotations

import numpy as np
import pytest

from tfan.synth.graphics import GraphicsParams, apply_graphics, draw_graphics
from tfan.synth.marks import DRAW, Mark
from tfan.synth.record import from_json, to_json

GREY = np.full((120, 160), 110, np.uint8)


def test_no_marks_leave_the_picture_alone():
    assert apply_graphics(GREY, GraphicsParams()) is GREY


@pytest.mark.parametrize("seed", range(40))
def test_a_drawn_layout_survives_json_and_draws_the_same(seed):
    params = draw_graphics(np.random.default_rng(seed))
    again = from_json(GraphicsParams, to_json(params))
    assert again == params
    before = GREY.copy()
    drawn = apply_graphics(GREY, params)
    np.testing.assert_array_equal(drawn, apply_graphics(GREY, again))
    np.testing.assert_array_equal(GREY, before)
    assert drawn.shape == GREY.shape
    assert drawn.dtype == np.uint8


def test_layouts_show_on_most_pictures():
    textured = GREY + np.arange(160, dtype=np.uint8)[None] % 7
    drawn = [apply_graphics(textured, draw_graphics(np.random.default_rng(k))) for k in range(40)]
    assert sum((one != textured).any() for one in drawn) >= 38


def test_every_kind_of_mark_is_drawn_where_it_should_be():
    for kind in set(DRAW) - {"edges", "border", "line"}:
        mark = Mark(kind, 0.25, 0.25, 0.3, 0.1, 255, ground=0, text="36.5", font=0)
        drawn = apply_graphics(GREY, GraphicsParams((mark,)))
        changed = np.argwhere(drawn != GREY)
        assert len(changed) > 0, kind
        assert changed[:, 0].max() < 80, kind  # nothing in the lowest third


def test_a_bar_runs_from_black_at_its_foot_to_white_at_its_head():
    bar = Mark("bar", 0.9, 0.1, 0.05, 0.8, 255)
    column = apply_graphics(GREY, GraphicsParams((bar,)))[:, 145].astype(int)
    inside = column[13:106]
    assert (np.diff(inside) <= 0).all()
    assert inside[0] > 240
    assert inside[-1] < 15


@pytest.mark.parametrize("shape", [(16, 16), (1, 1), (5, 300)])
def test_tiny_pictures_do_not_break_it(shape):
    for seed in range(30):
        params = draw_graphics(np.random.default_rng(seed))
        assert apply_graphics(np.zeros(shape, np.uint8), params).shape == shape
