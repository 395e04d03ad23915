"""Bent crops: the labels follow the picture, bends undo each other, and none means none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tfan.landmarks.schemes import mirror_548
from tfan.train.chance import Chance
from tfan.train.config import CropAugment
from tfan.train.cropping import apply_crops, pixel_centres
from tfan.train.crops import Faces, draw_crops
from tfan.train.warps import bend, bent_points, draw_warps, flat_positions

MIRROR = torch.tensor(mirror_548())
DOT_PX = 0.8  # a dot of 2 px is found again at least this well in a bent crop
INVERSE = 1e-3  # crop units: a sixteenth of a pixel
STILL = CropAugment(
    anisotropy=0.0, mirror_share=0.0, cut_share=0.0, tight_share=0.0, occluder_share=0.0,
    blur_share=0.0, gamma=0.0, contrast=0.0, offset=0.0, noise=0.0, invert_share=0.0,
    flat_share=0.0, clip_share=0.0, warp=0.06, warp_share=1.0,
)  # fmt: skip
FEATURES = {
    468: (70, 75),
    473: (106, 75),
    61: (75, 112),
    291: (101, 112),
    4: (88, 95),
    152: (88, 130),
}


def faces_with_a_dot(count: int, row: int) -> Faces:
    """Faces of one shape whose landmark `row` is a bright dot on a dark ground."""
    points = np.random.default_rng(3).uniform(55, 121, (548, 2)).astype(np.float32)
    for index, place in FEATURES.items():
        points[index] = place
    y, x = np.mgrid[:176, :176]
    far = (x - points[row, 0]) ** 2 + (y - points[row, 1]) ** 2
    image = torch.from_numpy((250 * np.exp(-far / 8)).astype(np.uint8))
    everywhere = torch.ones(count, 548, dtype=torch.bool)
    return Faces(
        image.repeat(count, 1, 1), torch.from_numpy(points).repeat(count, 1, 1),
        everywhere, everywhere[:, 0].clone(),
    )  # fmt: skip


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


def drawn(count: int = 16, numbers: CropAugment = STILL):
    place = torch.tensor([FEATURES.get(i, (88, 95)) for i in range(548)], dtype=torch.float32)
    points = ((place - 88) / 50).repeat(count, 1, 1)
    return draw_warps(points, numbers, Chance(count, generator())), points


@pytest.mark.parametrize("row", [468, 4, 61, 152])
def test_labels_follow_the_bent_picture(row):
    faces = faces_with_a_dot(16, row)
    batch = apply_crops(faces, draw_crops(faces, STILL, generator=generator()), mirror=MIRROR)
    y, x = np.mgrid[:128, :128]
    for crop, point in zip(batch.crops[:, 0], batch.points[:, row], strict=True):
        bright = (crop - crop.median()).clamp(min=0).numpy()
        found = np.array([(bright * x).sum(), (bright * y).sum()]) / bright.sum()
        assert np.abs(found - ((point.numpy() + 1) * 64 - 0.5)).max() < DOT_PX


def test_bent_points_unbend_to_where_they_were():
    warp, points = drawn()
    bent = bent_points(points, warp)
    back = bent - torch.stack(bend(warp, *bent.unbind(-1)), -1)
    torch.testing.assert_close(back, points, atol=INVERSE, rtol=0)


def test_pixels_bend_as_points_do():
    warp, _ = drawn()
    x, y = pixel_centres(16, device=torch.device("cpu"))
    flat_x, flat_y = flat_positions(x, y, warp)
    shift_x, shift_y = bend(warp, x, y)
    torch.testing.assert_close(flat_x, x - shift_x, atol=INVERSE, rtol=0)
    torch.testing.assert_close(flat_y, y - shift_y, atol=INVERSE, rtol=0)


def test_eyes_move_apart_more_than_they_move_together():
    warp, points = drawn(400)
    bent = bent_points(points, warp)
    before, after = (p[:, 473] - p[:, 468] for p in (points, bent))
    ratio = after.norm(dim=1) / before.norm(dim=1)
    assert 0.05 < float(ratio.std()) < 0.2
    assert abs(float(ratio.mean()) - 1) < 0.03


def test_no_share_no_bend():
    warp, points = drawn(numbers=replace(STILL, warp_share=0.0))
    assert torch.equal(bent_points(points, warp), points)
