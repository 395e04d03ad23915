from __future__ import annotations

import numpy as np
import pytest

from tfan.synth.backdrop import Backdrop, draw_backdrop, paint_backdrop
from tfan.synth.distractors import (
    KINDS,
    LOOSE,
    PAINTERS,
    draw_before,
    draw_item,
    draw_loose,
    paint_items,
)
from tfan.synth.record import from_json, to_json
from tfan.synth.settings import SETTING_ODDS, SETTINGS

SIZE_HW = (90, 120)
WORLD = {"size_hw": SIZE_HW, "ambient_celsius": 20.0, "skin_celsius": 34.0}
PLAUSIBLE_CELSIUS = (-60.0, 140.0)
EVERYWHERE = ("ground", "cloud", "paving")  # placed by a horizon, not by their centre


def test_every_kind_has_a_painter_and_a_row():
    assert set(PAINTERS) == set(KINDS)
    assert set(LOOSE) <= set(KINDS)


def test_odds_of_settings_sum_to_one():
    assert len(SETTING_ODDS) == len(SETTINGS)
    assert sum(SETTING_ODDS) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(EVERYWHERE)))
def test_a_thing_changes_the_picture_round_its_centre_only(kind):
    for seed in range(4):
        item = draw_item(
            np.random.default_rng(seed), kind, **WORLD, x_px=60.0, y_px=45.0, size_px=9.0
        )
        celsius = np.full(SIZE_HW, 11.0, np.float32)
        paint_items(celsius, [item])
        again = np.full(SIZE_HW, 11.0, np.float32)
        paint_items(again, [item])
        np.testing.assert_array_equal(celsius, again)
        assert np.isfinite(celsius).all()
        assert celsius.min() > PLAUSIBLE_CELSIUS[0]
        assert celsius.max() < PLAUSIBLE_CELSIUS[1]


@pytest.mark.parametrize("kind", ["ball", "cup", "door", "hand", "muzzle", "trunk", "calibration"])
def test_a_thing_is_where_it_was_put(kind):
    item = draw_item(np.random.default_rng(1), kind, **WORLD, x_px=40.0, y_px=30.0, size_px=10.0)
    celsius = np.full(SIZE_HW, 5.0, np.float32)
    paint_items(celsius, [item])
    rows, columns = np.nonzero(celsius != 5.0)
    assert abs(np.median(columns) - 40) < 12
    assert abs(np.median(rows) - 30) < 25
    assert len(rows) > 60


def test_touched_marks_what_a_thing_covers():
    item = draw_before(np.random.default_rng(3), (40.0, 30.0, 70.0, 70.0), **WORLD)
    celsius, touched = np.zeros(SIZE_HW, np.float32), np.zeros(SIZE_HW, np.uint8)
    paint_items(celsius, [item], touched=touched)
    assert 0 < (touched > 0).mean() < 0.7
    assert (celsius[touched == 0] < 0.31).all()


def test_loose_things_number_as_asked():
    assert len(draw_loose(np.random.default_rng(0), 7, **WORLD)) == 7
    assert draw_loose(np.random.default_rng(0), 0, **WORLD) == ()


@pytest.mark.parametrize("setting", SETTINGS)
def test_backdrops_survive_json_and_paint_the_same(setting):
    for seed in range(5):
        drawn = draw_backdrop(np.random.default_rng(seed), **WORLD, setting=setting)
        again = from_json(Backdrop, to_json(drawn))
        assert again == drawn
        celsius = paint_backdrop(drawn)
        np.testing.assert_array_equal(celsius, paint_backdrop(again))
        assert celsius.shape == SIZE_HW
        assert celsius.dtype == np.float32
        assert PLAUSIBLE_CELSIUS[0] < celsius.min() <= celsius.max() < PLAUSIBLE_CELSIUS[1]


def test_backdrops_are_about_as_warm_as_the_air():
    painted = [
        paint_backdrop(draw_backdrop(np.random.default_rng(k), **WORLD, setting="room"))
        for k in range(20)
    ]
    assert 16 < np.median([np.median(one) for one in painted]) < 24
