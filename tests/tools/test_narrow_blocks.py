"""The strongest channels are kept, and a channel that says nothing is not missed."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from tfan.train.config import Network  # noqa: E402
from tfan.train.nets import CROP_PX, LandmarkNet  # noqa: E402

SIZES = Network(channels=(8, 8, 8, 8), inner=(4, 6, 4, 4), blocks=(1, 2, 0, 1), head=16, local=8)


@pytest.fixture
def tool(tools_on_the_path):
    return import_module("narrow_blocks")


def random_net():
    torch.manual_seed(5)
    net = LandmarkNet(SIZES).eval()
    for name, value in net.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 2.0)
        elif value.is_floating_point():
            value.normal_(0, 0.3)
    return net


def answers(net):
    crops = torch.randn(2, 1, CROP_PX, CROP_PX, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return net(crops)


def test_channels_that_nobody_reads_are_the_ones_left_out(tool):
    net = random_net()
    state = net.state_dict()
    for block in ("backbone.stages.1.1", "backbone.stages.1.2"):
        state[f"{block}.second.0.weight"][:, [1, 4]] = 0
    state["local.mix.weight"][:, 2] = 0  # not taken from the maps
    state["local.output"][:, [0, 7]] = 0  # not given on
    wider = answers(net)
    sizes = replace(SIZES, inner=(4, 4, 4, 4), local=7)
    less = LandmarkNet(sizes).eval()
    less.load_state_dict(tool.narrow_state(state, sizes))
    for one, other in zip(answers(less), wider, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_the_strongest_are_kept_in_their_order(tool):
    assert tool.strongest(torch.tensor([0.1, 3.0, 0.2, 5.0]), 2).tolist() == [1, 3]


def test_one_width_for_each_stage_and_none_greater(tool):
    assert tool.narrowed(SIZES, (4, 4, 4, 4), 6).inner == (4, 4, 4, 4)
    for inner, local in (((4, 8, 4, 4), 8), ((4, 4, 4), 8), ((4, 4, 4, 4), 9)):
        with pytest.raises(ValueError, match="widths"):
            tool.narrowed(SIZES, inner, local)
