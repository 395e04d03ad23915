"""Cases worked out by hand, and what each term moves when it is alone."""

from __future__ import annotations

import pytest
import torch

from tfan.thermal.segments import PERSON_SEGMENTS
from tfan.thermalize.losses import (
    clinical_means,
    paired_error,
    region_means,
    temperature_prior,
)

NUMBERS = [part.number for part in PERSON_SEGMENTS]
SKIN, NOSE, CLOTHING = (NUMBERS.index(number) for number in (1, 2, 15))


def image(rows) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32)[None, None]


def test_clinical_means_are_shares_of_the_window():
    cold, warm = clinical_means("cold"), clinical_means("warm")
    assert cold.shape == (18,)
    assert cold[NOSE].item() == pytest.approx((31.5 - 20) / 20)
    assert warm[NOSE].item() == pytest.approx(0.75)
    assert (warm >= cold).all()


def test_paired_error_counts_measured_pixels_alone():
    made = image([[0.5, 0.2], [0.9, 0.1]])
    true = image([[0.4, 0.2], [float("nan"), 0.4]])
    assert paired_error(made, true).item() == pytest.approx((0.01 + 0 + 0.09) / 3)
    assert paired_error(made, torch.full_like(true, float("nan"))).item() == 0


def test_an_unmeasured_pixel_leaves_no_gradient():
    made = image([[0.5, 0.2]]).requires_grad_()
    paired_error(made, image([[0.4, float("nan")]])).backward()
    assert made.grad.flatten().tolist() == pytest.approx([0.2, 0.0])


def test_region_means_by_hand():
    values = image([[0.2, 0.4, 0.9], [0.6, 0.5, float("nan")]])
    classes = torch.tensor([[[1, 1, 2], [15, 255, 2]]])
    means, pixels = region_means(values, classes)
    assert means[0, [SKIN, NOSE, CLOTHING]].tolist() == pytest.approx([0.3, 0.9, 0.6])
    assert pixels[0, [SKIN, NOSE, CLOTHING]].tolist() == [2, 1, 1]
    assert pixels.sum() == 4  # neither the unknown pixel nor the one that is NaN


def test_prior_weighs_parts_by_their_area():
    wanted = torch.zeros(18)
    wanted[SKIN], wanted[NOSE] = 0.5, 0.8
    values = image([[0.3, 0.5, 0.4, 0.2]])
    classes = torch.tensor([[[1, 1, 1, 2]]])
    expected = 0.75 * (0.4 - 0.5) ** 2 + 0.25 * (0.2 - 0.8) ** 2
    assert temperature_prior(values, classes, wanted).item() == pytest.approx(expected)


def test_prior_passes_over_images_without_a_person():
    wanted = clinical_means("cold")
    values, classes = torch.rand(2, 1, 4, 4), torch.zeros(2, 4, 4, dtype=torch.long)
    assert temperature_prior(values, classes, wanted).item() == 0
    classes[0] = 1
    alone = temperature_prior(values[:1], classes[:1], wanted)
    assert temperature_prior(values, classes, wanted).item() == pytest.approx(alone.item())


@pytest.mark.parametrize(("condition", "nose"), [("cold", 31.5), ("warm", 35.0)])
def test_prior_alone_moves_region_means_and_nothing_else(condition, nose):
    start = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(1)) * 0.2 + 0.3
    classes = torch.zeros(1, 8, 8, dtype=torch.long)
    classes[:, :4], classes[:, 4:6] = 1, 2
    made = start.clone().requires_grad_()
    optimiser = torch.optim.SGD([made], lr=8.0)
    for _ in range(300):
        optimiser.zero_grad()
        temperature_prior(made, classes, clinical_means(condition)).backward()
        optimiser.step()
    after = made.detach()
    means, _ = region_means(after, classes)
    assert 20 + 20 * means[0, NOSE].item() == pytest.approx(nose, abs=0.01)
    assert torch.equal(after[:, :, 6:], start[:, :, 6:])  # the background
    moved = after[0, 0, 4:6] - start[0, 0, 4:6]
    assert moved.std().item() < 1e-5  # a part moves as a whole: its texture stays
