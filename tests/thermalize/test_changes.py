from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tfan.thermal.segments import SEGMENTS
from tfan.thermalize.changes import (
    change_colours,
    draw_changes,
    mirrored_classes,
    move,
    move_segments,
)
from tfan.thermalize.config import Changes
from tfan.train.chance import Chance

NONE = Changes(
    brightness=0, contrast=0, saturation=0, hue=0, invert_share=0, grey_share=0, blur_share=0
)


def drawn(changes: Changes = NONE, *, n: int = 3, seed: int = 0):
    return draw_changes(changes, Chance(n, torch.Generator().manual_seed(seed)))


@pytest.fixture
def rgb() -> torch.Tensor:
    return torch.rand(3, 3, 16, 20, generator=torch.Generator().manual_seed(5)) * 0.8 + 0.1


def test_no_change_changes_nothing(rgb):
    assert change_colours(rgb, drawn()) == pytest.approx(rgb, abs=1e-5)
    assert move(rgb, drawn()) == pytest.approx(rgb, abs=1e-5)


def test_a_negative_of_a_negative_is_the_image(rgb):
    inverted = drawn(replace(NONE, invert_share=1.0))
    assert change_colours(rgb, inverted) == pytest.approx(1 - rgb, abs=1e-5)


def test_grey_images_have_three_equal_channels_of_the_same_brightness(rgb):
    grey = change_colours(rgb, drawn(replace(NONE, grey_share=1.0)))
    brightness = (rgb * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1)
    for channel in range(3):
        assert grey[:, channel] == pytest.approx(brightness, abs=1e-4)


def test_hue_leaves_grey_alone_and_a_whole_turn_leaves_all(rgb):
    turned = drawn(replace(NONE, hue=0.5))
    grey = rgb.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    assert change_colours(grey, turned) == pytest.approx(grey, abs=1e-3)
    assert (change_colours(rgb, turned) - rgb).abs().mean() > 0.05
    whole = replace(turned, hue_turns=torch.ones(3))
    assert change_colours(rgb, whole) == pytest.approx(rgb, abs=1e-4)


def test_brightness_and_contrast_by_hand():
    image = torch.tensor([0.2, 0.4]).view(1, 1, 1, 2).expand(1, 3, 1, 2)
    one = replace(drawn(n=1), brightness=torch.tensor([1.5]), contrast=torch.tensor([2.0]))
    found = change_colours(image, one)  # 0.3, 0.6; their mean is 0.45
    assert found[0, 0, 0].tolist() == pytest.approx([0.15, 0.75], abs=1e-5)


def test_blur_smooths_each_image_by_its_own_width(rgb):
    blurred = change_colours(rgb, replace(drawn(), blur_px=torch.tensor([0.0, 1.0, 3.0])))
    assert blurred[0] == pytest.approx(rgb[0], abs=1e-4)
    roughness = blurred.diff(dim=-1).abs().mean((1, 2, 3))
    assert roughness[0] > 3 * roughness[1] > 6 * roughness[2]
    even = torch.full((3, 3, 8, 8), 0.4)
    assert change_colours(even, replace(drawn(), blur_px=torch.full((3,), 9.0))) == pytest.approx(
        even, abs=1e-5
    )


def test_a_mirror_turns_images_and_swaps_left_and_right_parts():
    mirrored = drawn(replace(NONE, mirror_share=1.0), n=1)
    image = torch.rand(1, 1, 6, 8)
    assert move(image, mirrored) == pytest.approx(image.flip(-1), abs=1e-5)
    classes = torch.tensor([[[0, 3, 1, 4, 255, 7]]])  # 3 = right eye, 4 = left, 7 = right ear
    assert move_segments(classes, mirrored).tolist() == [[[8, 255, 3, 1, 4, 0]]]


def test_mirrored_classes_mirror_back_and_move_sides_alone():
    table = mirrored_classes()
    assert torch.equal(table[table], torch.arange(256))
    moved = {part.name for part in SEGMENTS if table[part.number] != part.number}
    assert moved == {f"{side}_{what}" for side in ("left", "right") for what in
                     ("eye", "brow", "ear")}  # fmt: skip


def test_all_images_of_a_scene_move_alike():
    changes = drawn(replace(NONE, crop=0.5, mirror_share=0.5), n=8, seed=3)
    classes = torch.zeros(8, 32, 32, dtype=torch.long)
    classes[:, 8:20, 10:26] = 1
    image = classes[:, None].float()
    moved, parts = move(image, changes)[:, 0], move_segments(classes, changes)
    differ = ((moved > 0.5) != (parts == 1)).sum((1, 2))
    assert differ.max() <= 4  # the corners, which bilinear sampling rounds off
    assert (parts.sum((1, 2)) > classes.sum((1, 2))).sum() >= 6  # nearer, and nothing from outside


def test_changes_come_from_the_generator():
    some = Changes(crop=0.6)
    first, again, other = (drawn(some, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.shifts, again.shifts)
    assert not torch.equal(first.shifts, other.shifts)
    assert (first.sides >= 0.6).all()
