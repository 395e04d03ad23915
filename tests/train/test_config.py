from __future__ import annotations

from pathlib import Path

import pytest

from tfan.errors import InputError
from tfan.train.config import config_text, parse_config, read_config, with_budget

from .conftest import tiny_config

CONFIGS = Path(__file__).parents[2] / "src" / "tfan" / "train" / "configs"


@pytest.mark.parametrize("name", ["landmarks", "detector"])
def test_a_bundled_configuration_survives_writing_and_reading(name):
    config = read_config(CONFIGS / f"{name}.toml")
    assert config.task == name
    assert parse_config(config_text(config)) == config


def test_another_time_budget_replaces_a_number_of_images():
    schedule = with_budget(tiny_config("detector"), minutes=5.0).schedule
    assert (schedule.minutes, schedule.images) == (5.0, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("task = ", "expected TOML"),
        ('task = "landmarks"', "got no name"),
        ('task = "faces"\nname = "x"\n[schedule]\nminutes = 1', "or detector, got 'faces'"),
        ('task = "detector"\nname = "x"\n[schedule]\nminute = 1', r"\[schedule\].*got minute"),
        ('task = "detector"\nname = "x"\n[schedule]\nbatch = 8', "Give either minutes or images"),
        ('task = "detector"\nname = "x"\n[schedule]\nminutes=1\nimages=1', "one positive budget"),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_one_sentence(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_config(text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no file .*absent\.toml"):
        read_config(tmp_path / "absent.toml")
