from __future__ import annotations

import numpy as np
import pytest
import torch

from tfan.thermal.segments import PERSON_SEGMENTS
from tfan.thermalize.batches import Scenes, Strays
from tfan.thermalize.config import load_config
from tfan.thermalize.judge import by_grey, by_painting, compare, hold, judge
from tfan.thermalize.pairs import open_pairs, open_patches
from tfan.thermalize.report import pictures

CONFIG = load_config("small")
ROWS = {part.name: row for row, part in enumerate(PERSON_SEGMENTS)}


@pytest.fixture
def held(scenes):
    return hold(Scenes(open_pairs(scenes), range(12), side_px=64), most=6)


def test_the_truth_has_no_error_and_its_own_region_means(held):
    verdict = compare(held.thermal, held, CONFIG)
    assert len(held.pairs) == 6
    assert verdict.numbers["paired_rmse_celsius"] == 0
    assert verdict.means[ROWS["skin"]] == pytest.approx(33.5, abs=0.02)
    assert verdict.means[ROWS["nose"]] == pytest.approx(31.0, abs=0.05)
    assert np.isnan(verdict.means[ROWS["hair"]])
    assert verdict.scenes[ROWS["skin"]] == 6
    assert verdict.scenes[ROWS["hair"]] == 0


def test_an_offset_is_found_in_every_number(held):
    verdict = compare(held.thermal + 0.1, held, CONFIG)  # 2 degrees
    true = compare(held.thermal, held, CONFIG)
    assert verdict.numbers["paired_rmse_celsius"] == pytest.approx(2.0, abs=1e-4)
    assert verdict.numbers["person_rmse_celsius"] == pytest.approx(2.0, abs=1e-4)
    seen = true.scenes > 0
    assert seen.sum() == 3
    assert (verdict.means - true.means)[seen] == pytest.approx(2.0, abs=1e-3)
    assert verdict.numbers["patch_celsius"] > true.numbers["patch_celsius"] + 0.3


def test_painting_meets_the_prior_and_nothing_else(held):
    verdict = judge(by_painting(CONFIG), held, CONFIG)
    assert verdict.numbers["prior_rmse_celsius"] == pytest.approx(0, abs=1e-4)
    assert verdict.spreads[ROWS["skin"]] == pytest.approx(0, abs=1e-4)
    assert verdict.numbers["person_rmse_celsius"] > 0.5


def test_grey_is_brightness(held):
    made = by_grey(held.pairs[:1])[0, 0]
    expected = held.pairs[0].rgb @ np.array([0.299, 0.587, 0.114]) / 255
    assert made.numpy() == pytest.approx(expected, abs=1e-5)


def test_without_pairs_patches_come_from_strays(scenes):
    patches = open_patches(scenes)
    strays = Strays(patches, side_px=64)
    before = hold(Scenes(open_pairs(scenes), range(3), side_px=64), most=3)
    for path in patches:
        path.unlink()
    group = Scenes(open_pairs(scenes), range(3), side_px=64)
    alone = compare(before.thermal, hold(group, most=3), CONFIG)
    assert np.isnan(alone.numbers["patch_celsius"])
    assert np.isnan(alone.numbers["paired_rmse_celsius"])
    assert np.isfinite(alone.numbers["prior_rmse_celsius"])
    with pytest.raises(ValueError, match="there"):  # they are read when they are drawn
        strays.draw(1, torch.Generator().manual_seed(0))


def test_pictures_stand_side_by_side(held):
    sheet = pictures(held, held.thermal)
    assert sheet.shape == (20 + 6 * 160, 4 * 160, 3)
    colour, true, made, difference = np.split(sheet[20:], 4, axis=1)
    assert (difference == difference[0, 0]).all()  # none: the same grey everywhere
    assert (true == made).all()
    assert colour[:160].mean((0, 1)) == pytest.approx(held.pairs[0].rgb.mean((0, 1)), abs=1)


def test_damaged_scenes_make_room_for_whole_ones(scenes):
    for name in ("000000.png", "000001.png"):
        (scenes / name).write_bytes(b"noise")
    held = hold(Scenes(open_pairs(scenes), range(12), side_px=64), most=2)
    assert [pair.name for pair in held.pairs] == ["000002", "000003"]
