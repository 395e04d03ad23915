from __future__ import annotations

import pytest

from tfan.errors import InputError
from tfan.thermalize.config import (
    RECIPES,
    config_text,
    load_config,
    parse_config,
    with_budget,
)

SCHEDULE = "[schedule]\nminutes = 1\n"


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_can_be_read_and_written(name):
    config = load_config(name)
    assert parse_config(config_text(config)) == config
    assert len(config.loss.patch_scales) == 5


def test_the_published_recipe_has_the_published_numbers():
    """Field survey A.3, read there in phflot/tfake's ThermalizationCode."""
    config = load_config("published")
    loss, changes = config.loss, config.changes
    assert (config.size_px, config.apply_px, config.seed) == (256, 512, 43)
    assert (config.schedule.batch, config.schedule.rate) == (64, 1e-3)
    assert (loss.paired, loss.prior, loss.patches) == (1, 1, 0.01)
    assert (loss.patch_px, loss.patch_samples, loss.patch_blur) == (8, 512, 0.001)
    assert loss.patch_scales == (256, 128, 64, 32, 16)
    assert config.network.blocks == (3, 4, 6, 3)
    assert (changes.brightness, changes.contrast, changes.saturation) == (0.5, 0.5, 0.5)
    assert (changes.hue, changes.invert_share, changes.grey_share) == (0.3, 0.9, 0.1)
    assert changes.blur_px == (1, 10)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no schedule"),
        ("colour = 1\n" + SCHEDULE, "got colour"),
        ('condition = "hot"\n' + SCHEDULE, "expected 'warm' or 'cold', got 'hot'"),
        ("size_px = 100\n" + SCHEDULE, "a multiple of 32"),
        ('size_px = "big"\n' + SCHEDULE, "size_px: expected a whole number"),
        (SCHEDULE + "[network]\nchannels = [1, 2]\n", "4 channels, 4 blocks and 5 decoder"),
        (SCHEDULE + "[loss]\npatch_scales = [4]\n", "sides of 8 or more"),
        (SCHEDULE + "[changes]\ncrop = 0\n", "more than 0, at most 1"),
        (SCHEDULE + "[changes]\nblur_px = [1]\n", "2 numbers in a list"),
        (SCHEDULE + "[network]\nstem = 0\n", "widths of 1 or more"),
        (SCHEDULE + "[loss]\npatch_samples = 0\n", "patch_samples: expected 1 or more, got 0"),
        (SCHEDULE + "batch = 0\n", "batch: expected 1 or more, got 0"),
        (SCHEDULE + 'shape = "round"\n', "expected cosine or linear, got 'round'"),
        ("threads = 0\n" + SCHEDULE, "threads: expected 1 or more, got 0"),
        ("apply_px = 0\n" + SCHEDULE, "apply_px: expected 1 or more, got 0"),
        ("[schedule]\n", "one positive budget"),
        ("[schedule", "expected TOML"),
        ("schedule = 3", "expected a table"),
    ],
)
def test_wrong_configurations_are_told_in_a_sentence(text, says):
    with pytest.raises(InputError, match=says):
        parse_config(text)


def test_unknown_recipes_and_broken_files_are_told(tmp_path):
    with pytest.raises(InputError, match=r"expected small, published or a TOML file, got no file"):
        load_config("middling")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="no UTF-8 text"):
        load_config(str(tmp_path / "x.toml"))


def test_a_time_budget_takes_the_place_of_images():
    schedule = with_budget(load_config("published"), minutes=3).schedule
    assert (schedule.minutes, schedule.images) == (3, None)
