"""Blocks are left out by their place, and what is left computes the network without them."""

from __future__ import annotations

from importlib import import_module

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from tfan.train.config import Network  # noqa: E402
from tfan.train.nets import CROP_PX, LandmarkNet  # noqa: E402

SIZES = Network(channels=(8, 8, 8, 8), inner=(4, 4, 4, 4), blocks=(1, 3, 2, 1), head=16, local=8)


@pytest.fixture
def tool(tools_on_the_path):
    return import_module("drop_blocks")


def test_what_is_left_computes_the_network_without_the_blocks(tool):
    torch.manual_seed(5)
    whole = LandmarkNet(SIZES).eval()
    dropped = {(1, 2), (2, 1)}
    less = LandmarkNet(tool.shorter(SIZES, dropped)).eval()
    less.load_state_dict(tool.without(whole.state_dict(), dropped))
    for stage, place in dropped:
        whole.backbone.stages[stage][place] = torch.nn.Identity()
    crops = torch.randn(2, 1, CROP_PX, CROP_PX)
    with torch.no_grad():
        for one, other in zip(whole(crops), less(crops), strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_blocks_are_counted(tool):
    assert tool.shorter(SIZES, {(1, 1), (1, 3), (3, 1)}).blocks == (1, 1, 2, 0)
    assert tool.parse_block("2.1") == (2, 1)


@pytest.mark.parametrize("block", [(1, 0), (1, 4), (4, 1), (-1, 1)])
def test_a_block_that_is_not_there(tool, block):
    with pytest.raises(ValueError, match="no block"):
        tool.shorter(SIZES, {block})
