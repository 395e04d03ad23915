"""The local head samples where it says, and adds nothing before it has learned."""

from __future__ import annotations

import torch
from torch.nn import functional

from tfan.train.config import Network
from tfan.train.local_head import sample_at
from tfan.train.nets import CROP_PX, LandmarkNet

TINY = Network(channels=(8, 8, 8, 8), inner=(4, 4, 4, 4), blocks=(0, 0, 0, 0), head=16, local=8)
SAME = 1e-5


def test_sampling_is_bilinear_with_the_border_repeated():
    generator = torch.Generator().manual_seed(1)
    maps = torch.randn(3, 5, 8, 8, generator=generator)
    points = torch.rand(3, 40, 2, generator=generator) * 2.4 - 1.2
    expected = functional.grid_sample(
        maps, points[:, :, None], mode="bilinear", padding_mode="border", align_corners=False
    )
    torch.testing.assert_close(
        sample_at(maps, points), expected[..., 0].transpose(1, 2), atol=SAME, rtol=0
    )


def test_an_untrained_local_head_changes_nothing():
    net = LandmarkNet(TINY).eval()
    crops = torch.randn(2, 1, CROP_PX, CROP_PX, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        with_local = net(crops)
        net.local = None
        without = net(crops)
    for one, other in zip(with_local, without, strict=True):
        torch.testing.assert_close(one, other, atol=SAME, rtol=0)


def test_every_output_learns_through_the_local_head_and_the_backbone():
    net = LandmarkNet(TINY)
    assert net.local is not None
    torch.nn.init.normal_(net.local.output, 0.0, 0.1, generator=torch.Generator().manual_seed(3))
    points, log_sigma, visibility, _ = net(torch.randn(2, 1, CROP_PX, CROP_PX))
    (points.sum() + log_sigma.sum() + visibility.sum()).backward()
    for name in ("output", "place"):
        assert float(getattr(net.local, name).grad.abs().sum()) > 0
    assert float(next(net.backbone.parameters()).grad.abs().sum()) > 0
