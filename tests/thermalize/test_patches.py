"""The distance between clouds of patches, against cases worked out by hand."""

from __future__ import annotations

import math
import sys

import pytest
import torch

from tfan.errors import MissingExtraError
from tfan.thermalize.config import LossShares
from tfan.thermalize.patches import Places, _half_squared, cut, draw_places, patch_distances

SHARES = LossShares(patch_samples=24, patch_scales=(32, 24, 16, 12, 8), patch_px=8)
EXACT = 2e-4  # of a value near 1: what annealing to a temperature of 1e-6 leaves


def column(*values: float) -> torch.Tensor:
    return torch.tensor(values)[:, None]


def test_geomloss_is_the_matching_in_order_on_a_line():
    """In one dimension the cheapest matching keeps the order: 0-0.5, 1-2, 5-6, each halved."""
    found = _half_squared(0.001)(column(0.0, 1.0, 5.0), column(6.0, 2.0, 0.5))
    assert found.item() == pytest.approx((0.25 + 1 + 1) / 3 / 2, abs=EXACT)


@pytest.mark.parametrize("blur", [0.3, 0.7, 1.5])
def test_geomloss_is_the_entropic_cost_of_two_points(blur):
    """Two points against themselves: the plan is symmetric and solves on paper.

    With cost c = 1/2 between them, e = blur ** 2 and relative entropy to the product measure, the
    least of <C, plan> + e KL is -e log((1 + exp(-c / e)) / 2); not 0, as nothing is debiased.
    """
    found = _half_squared(blur)(column(0.0, 1.0), column(0.0, 1.0))
    e = blur**2
    assert found.item() == pytest.approx(-e * math.log((1 + math.exp(-0.5 / e)) / 2), rel=1e-4)


def test_patches_are_cut_where_they_are_said_to_be():
    images = torch.arange(2 * 5 * 6, dtype=torch.float32).view(2, 1, 5, 6)
    found = cut(images, torch.tensor([[1, 2, 3], [0, 0, 0]]), patch_px=2)
    assert found.tolist() == [[45, 46, 51, 52], [0, 1, 6, 7]]


def test_places_lie_inside_at_every_scale_and_come_from_the_seed():
    first, again = (
        draw_places(SHARES, torch.Generator().manual_seed(4), made=3, real=2) for _ in range(2)
    )
    assert [at.side_px for at in first] == [32, 24, 16, 12, 8]
    for at, same in zip(first, again, strict=True):
        assert torch.equal(at.made, same.made)
        assert at.made.shape == at.real.shape == (24, 3)
        assert at.made[:, 0].max() <= 2
        assert at.real[:, 0].max() <= 1
        assert at.made[:, 1:].max() <= at.side_px - 8
    assert not torch.equal(first[0].made, first[0].real)


def test_even_images_differ_by_the_square_of_their_difference_at_every_scale():
    made, real = torch.full((2, 1, 32, 32), 0.2), torch.full((3, 1, 40, 40), 0.7)
    places = draw_places(SHARES, torch.Generator().manual_seed(1), made=2, real=3)
    found = patch_distances(made, real, places, blur=0.001)
    assert found.tolist() == pytest.approx([0.25] * 5, abs=1e-4)


def test_the_order_of_patches_does_not_matter():
    images = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    at = torch.tensor([[0, 0, 0], [1, 8, 8], [2, 3, 5], [3, 1, 7]])
    places = (Places(16, 8, at, at.flip(0)),)
    assert patch_distances(images, images, places, blur=0.001).item() == pytest.approx(0, abs=1e-4)


def test_patches_alone_move_an_image_to_the_values_of_real_ones():
    """Real patches have eight shades; the made ones begin grey, and end as those.

    Two may end as the same: geomloss makes one pass of Sinkhorn at each temperature, after which
    the matching need not be complete.
    """
    at = torch.tensor([[i, y, x] for i in (0, 1) for y in (0, 8) for x in (0, 8)])
    real = torch.zeros(2, 1, 16, 16)
    shades = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    for (image, top, left), shade in zip(at.tolist(), shades, strict=True):
        real[image, 0, top : top + 8, left : left + 8] = shade
    made = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(3)) * 0.2 + 0.4
    made.requires_grad_()
    optimiser = torch.optim.SGD([made], lr=100.0)
    before = (cut(made.detach(), at, patch_px=8).mean(1) - torch.tensor(shades)).abs().mean()
    for _ in range(20):
        optimiser.zero_grad()
        patch_distances(made, real, (Places(16, 8, at, at),), blur=0.001).mean().backward()
        optimiser.step()
    patches = cut(made.detach(), at, patch_px=8)
    after = (patches.mean(1).sort().values - torch.tensor(shades)).abs().mean()
    assert before > 0.15
    assert after < 0.02
    assert patches.std(1).max() < 0.01  # the noise that no real patch has is gone


def test_without_geomloss_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "geomloss", None)
    images = torch.zeros(1, 1, 8, 8)
    at = torch.zeros(1, 3, dtype=torch.long)
    with pytest.raises(MissingExtraError, match=r"thermal-face-alignment\[train\]"):
        patch_distances(images, images, (Places(8, 8, at, at),), blur=0.123)
