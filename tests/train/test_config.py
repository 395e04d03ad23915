from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tfan.errors import InputError
from tfan.train.config import (
    bundled_config,
    bundled_names,
    config_text,
    parse_config,
    read_config,
    with_budget,
)

from .conftest import tiny_config

_START = 'task = "detector"\nname = "x"\n'
ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "src" / "tfan" / "train" / "configs"


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_configuration_survives_writing_and_reading(name):
    config = read_config(CONFIGS / f"{name}.toml")
    assert config.task == name.removeprefix("finetune-")
    assert parse_config(config_text(config)) == config == bundled_config(name)


def test_fine_tuning_is_configured_as_it_was_shown():
    """But for the widths, which are those of the network that was bundled then."""
    shown = read_config(ROOT / "docs" / "models" / "finetune" / "config.toml")
    now = bundled_config("finetune-landmarks")
    assert replace(shown, network=now.network) == now


@pytest.mark.parametrize("task", ["landmarks", "detector"])
def test_fine_tuning_begins_with_the_bundled_network(task):
    assert bundled_config(f"finetune-{task}").network == bundled_config(task).network


@pytest.mark.parametrize(("name", "varied"), [("landmarks", "crops"), ("detector", "scenes")])
def test_a_bundled_configuration_is_what_the_bundled_network_was_trained_with(name, varied):
    """But for the schedule: the last part went on from a checkpoint, this begins from nothing."""
    bundled = read_config(CONFIGS / f"{name}.toml")
    trained = read_config(ROOT / "docs" / "models" / name / "config.toml")
    assert bundled.network == trained.network
    assert getattr(bundled, varied) == getattr(trained, varied)


def test_another_time_budget_replaces_a_number_of_images():
    schedule = with_budget(tiny_config("detector"), minutes=5.0).schedule
    assert (schedule.minutes, schedule.images) == (5.0, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("task = ", "expected TOML"),
        ('task = "landmarks"', "got no name"),
        ('task = "faces"\nname = "x"\n[schedule]\nminutes = 1', "or published, got 'faces'"),
        ('task = "detector"\nname = "x"\n[schedule]\nminute = 1', r"\[schedule\].*got minute"),
        ('task = "detector"\nname = "x"\n[schedule]\nbatch = 8', "Give either minutes or images"),
        ('task = "detector"\nname = "x"\n[schedule]\nminutes=1\nimages=1', "one positive budget"),
        (f'{_START}[schedule]\nminutes = "60"', r"\[schedule\] minutes.*a number, got '60'"),
        (f"{_START}[schedule]\nminutes = 1\nbatch = 1.5", "batch: expected a whole number, got 1"),
        (f"{_START}[schedule]\nminutes = true", "minutes: expected a number, got True"),
        (f"{_START}schedule = 3", r"\[schedule\]: expected a table, got 3"),
        (f"{_START}[schedule]\nminutes = 1\nbetas = [0.9]", "betas: expected 2 numbers in"),
        (f"{_START}[schedule]\nminutes = 1\n[network]\nchannels = 8", "channels: expected whole"),
        (f"{_START}[schedule]\nminutes = 1\n[network]\nblocks = [1]", "lists of one length"),
        (f"{_START}[schedule]\nminutes = 1\n[network]\nhead = 0", "expected widths of 1 or more"),
        (f"{_START}[schedule]\nminutes = 1\nbatch = 0", "batch: expected 1 or more, got 0"),
        (f"{_START}[schedule]\nminutes = 1\nwarm_up = 1", "warm_up: expected a share of 0 or"),
        (f"{_START}threads = 0\n[schedule]\nminutes = 1", "threads: expected 1 or more, got 0"),
        ('task = 1\nname = "x"\n[schedule]\nminutes = 1', "task: expected text, got 1"),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_one_sentence(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_config(text)


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "binary.toml").write_bytes(bytes(range(128, 256)))
    with pytest.raises(InputError, match=r"binary\.toml: expected TOML, got bytes that are no"):
        read_config(tmp_path / "binary.toml")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no file .*absent\.toml"):
        read_config(tmp_path / "absent.toml")
