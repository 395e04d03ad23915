"""The weights in the middle, and no mixing of networks that do not belong together."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from tfan.errors import InputError  # noqa: E402
from tfan.train.checkpoints import Checkpoint, read_checkpoint, write_weights  # noqa: E402
from tfan.train.config import Network, Schedule, TrainConfig  # noqa: E402
from tfan.train.nets import LandmarkNet  # noqa: E402

SIZES = Network(channels=(8, 8, 8, 8), inner=(4, 4, 4, 4), blocks=(1, 0, 0, 1), head=16, local=8)


@pytest.fixture
def tool(tools_on_the_path):
    return import_module("average_checkpoints")


def checkpoint(seed, sizes=SIZES):
    torch.manual_seed(seed)
    state = LandmarkNet(sizes).state_dict()
    schedule = Schedule(minutes=1.0)
    config = TrainConfig(task="landmarks", name="one", seed=seed, schedule=schedule, network=sizes)
    return Checkpoint(config, state, state, {"of": "no use"}, {"step": 7})


def test_weights_lie_in_the_middle_and_can_be_trained_on(tool, tmp_path):
    first, last = checkpoint(1), checkpoint(2)
    written = write_weights(tool.averaged([first, last]), tmp_path)
    joined = read_checkpoint(written)
    for name, value in joined.average.items():
        middle = (first.average[name] + last.average[name]) / 2
        assert torch.allclose(value, middle.to(value.dtype)), name
    assert joined.config == last.config
    LandmarkNet(SIZES).load_state_dict(joined.net)


def test_one_alone_stays_as_it_is(tool):
    one = checkpoint(3)
    alone = tool.averaged([one]).average
    assert all(torch.equal(value, one.average[name]) for name, value in alone.items())


def test_networks_of_other_widths_are_refused(tool):
    with pytest.raises(InputError, match="one task and one network"):
        tool.averaged([checkpoint(1), checkpoint(1, replace(SIZES, head=8))])


def test_a_training_is_not_written_over(tool, tmp_path):
    write_weights(checkpoint(1), tmp_path)
    with pytest.raises(InputError, match="one without a training"):
        write_weights(tool.averaged([checkpoint(1), checkpoint(2)]), tmp_path)
