from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from tfan.landmarks.schemes import mirror_548
from tfan.train.config import CropAugment
from tfan.train.cropping import apply_crops
from tfan.train.crops import NO_LIMIT, Faces, draw_crops, roll

MIRROR = torch.tensor(mirror_548())
DOT_PX = 0.6  # a dot of 2 px is found again at least this well
MIRROR_TOLERANCE = 1e-3  # bilinear weights of mirrored positions, rounded to 8 bits
CALM = CropAugment(
    anisotropy=0.0, warp_share=0.0, mirror_share=0.0, cut_share=0.0, tight_share=0.0,
    occluder_share=0.0, blur_share=0.0, gamma=0.0, contrast=0.0, offset=0.0, noise=0.0,
    invert_share=0.0, flat_share=0.0, clip_share=0.0,
)  # fmt: skip


def faces_with_dots(count: int, *, row: int = 30) -> Faces:
    """Faces of 80 px whose landmark `row` is a bright dot on a dark ground."""
    rng = np.random.default_rng(7)
    points = rng.uniform(50, 126, (count, 548, 2)).astype(np.float32)
    points[:, 30] = rng.uniform(70, 106, (count, 2))
    y, x = np.mgrid[:176, :176]
    at = points[:, row, :, None, None]
    far = (x - at[:, 0]) ** 2 + (y - at[:, 1]) ** 2
    images = torch.from_numpy((250 * np.exp(-far / 8)).astype(np.uint8))
    everywhere = torch.ones(count, 548, dtype=torch.bool)
    return Faces(images, torch.from_numpy(points), everywhere, everywhere[:, 0].clone())


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def found(crop: torch.Tensor) -> np.ndarray:
    """Return x, y of the bright dot in a crop, in crop pixels."""
    bright = (crop[0] - crop[0].median()).clamp(min=0).numpy()
    y, x = np.mgrid[:128, :128]
    return np.array([(bright * x).sum(), (bright * y).sum()]) / bright.sum()


@pytest.mark.parametrize("mirror_share", [0.0, 1.0])
def test_landmarks_move_with_the_image(mirror_share):
    numbers = replace(CALM, mirror_share=mirror_share, anisotropy=0.1)
    faces = faces_with_dots(12)
    batch = apply_crops(faces, draw_crops(faces, numbers, generator=generator()), mirror=MIRROR)
    row = int(MIRROR[30]) if mirror_share else 30  # point i of a mirrored image is mirror[i]
    for crop, point in zip(batch.crops, batch.points[:, row], strict=True):
        wanted = (point.numpy() + 1) * 64 - 0.5
        assert np.abs(found(crop) - wanted).max() < DOT_PX


def test_a_mirrored_draw_gives_the_mirrored_batch():
    faces = faces_with_dots(6)
    draw = draw_crops(faces, CALM, generator=generator())
    flip = torch.tensor([-1.0, 1.0, 1.0])
    flipped = replace(draw, mirrored=~draw.mirrored, to_px=draw.to_px * flip)
    plain, mirrored = (apply_crops(faces, d, mirror=MIRROR) for d in (draw, flipped))
    torch.testing.assert_close(
        mirrored.crops, plain.crops.flip(-1), atol=MIRROR_TOLERANCE, rtol=MIRROR_TOLERANCE
    )
    expected = plain.points[:, MIRROR] * torch.tensor([-1.0, 1.0])
    torch.testing.assert_close(mirrored.points, expected, atol=1e-4, rtol=0)
    assert torch.equal(mirrored.visible, plain.visible[:, MIRROR])


def test_the_same_draw_gives_the_same_batch():
    faces = faces_with_dots(8)
    draw = draw_crops(faces, CropAugment(), generator=generator())
    one, two = (apply_crops(faces, draw, mirror=MIRROR) for _ in range(2))
    assert one.known is one.judged is None  # every point has a label
    for name in {field.name for field in fields(one)} - {"known", "judged"}:
        assert torch.equal(getattr(one, name), getattr(two, name)), name


def test_what_an_occluder_covers_is_invisible_and_nothing_else():
    faces = faces_with_dots(3)
    draw = draw_crops(faces, CALM, generator=generator())
    box = torch.tensor([0.1, 0.0, 0.3, 0.2, 0.0, 1.0]).repeat(3, 1)
    tone = torch.tensor([1.0, 0.0]).repeat(3, 1)
    draw = replace(draw, occluders=box, occluder_tone=tone)
    batch = apply_crops(faces, draw, mirror=MIRROR)
    x, y = batch.points.unbind(-1)
    behind = ((x - 0.1).abs() < 0.3) & (y.abs() < 0.2)
    assert 20 < int(behind.sum()) < behind.numel() / 2
    assert torch.equal(batch.visible, batch.inside & ~behind)
    assert batch.crops[:, 0, 60:68, 64:76].amin() > batch.crops[:, 0, 60:68, 8:20].amax()


def test_beyond_the_frame_nothing_is_seen_and_the_border_repeats():
    faces = faces_with_dots(2)
    draw = draw_crops(faces, replace(CALM, turn_deg=0.0, big_turn_share=0.0, upright_share=0.0),
                      generator=generator())  # fmt: skip
    window = torch.tensor([0.0, 0.0, 90.0, 175.0]).repeat(2, 1)
    zero = torch.tensor([False, True])
    batch = apply_crops(faces, replace(draw, window_px=window, zero_beyond=zero), mirror=MIRROR)
    beyond = faces.points_px[..., 0] > 90.5
    assert not batch.visible[beyond].any()
    assert batch.visible[~beyond & (batch.points.abs().amax(-1) < 1)].all()
    right = batch.crops[:, 0, :, -8:]
    assert torch.equal(right[..., :1].expand_as(right), right)
    assert not right[1].eq(right[1, 0, 0]).logical_not().any()


def test_an_image_without_a_face_shows_no_landmark():
    faces = faces_with_dots(2)
    faces.present[0] = False
    batch = apply_crops(faces, draw_crops(faces, CALM, generator=generator()), mirror=MIRROR)
    assert not batch.visible[0].any()
    assert batch.visible[1].any()
    assert batch.present.tolist() == [False, True]


def test_roll_of_a_leaning_face_by_hand():
    points = torch.zeros(1, 548, 2)
    points[0, [468, 473]] = torch.tensor([10.0, 0.0])
    points[0, [61, 291]] = torch.tensor([0.0, 10.0])  # the mouth to the left of the eyes
    assert float(torch.rad2deg(roll(points))) == pytest.approx(45.0)


def test_clipped_crops_lose_what_lies_beyond_their_limits_and_nothing_else():
    faces = faces_with_dots(4)
    draw = draw_crops(faces, CALM, generator=generator())
    span = torch.tensor([[-NO_LIMIT, NO_LIMIT], [-NO_LIMIT, 1.0], [-0.1, NO_LIMIT], [-0.1, 1.0]])
    # noise, so that no two pixels are alike
    draw = replace(draw, grain=torch.randn(4, 1, 128, 128, generator=generator()) * 0.1 + 0.3)
    free = apply_crops(faces, draw, mirror=MIRROR).crops.flatten(1)
    crops = apply_crops(faces, replace(draw, span=span), mirror=MIRROR).crops.flatten(1)
    torch.testing.assert_close(crops[0], free[0], rtol=0, atol=0)
    for row, (low, high) in enumerate([(False, True), (True, False), (True, True)], start=1):
        lowest, highest = (crops[row] == end for end in (crops[row].min(), crops[row].max()))
        assert (int(highest.sum()) > 100) == high
        assert (int(lowest.sum()) > 1000) == low
        # the clipped pixels are the extreme ones of the free crop
        assert free[row][highest].min() >= free[row][~highest].max()
        assert free[row][lowest].max() <= free[row][~lowest].min()


def test_a_constant_crop_can_be_clipped():
    faces = faces_with_dots(3)
    faces.images[:] = 90
    crops = apply_crops(
        faces, draw_crops(faces, replace(CALM, clip_share=1.0), generator=generator()),
        mirror=MIRROR,
    ).crops  # fmt: skip
    assert not crops.any()


def test_limits_are_drawn_for_as_many_crops_as_asked():
    faces = faces_with_dots(400)
    span = draw_crops(faces, replace(CALM, clip_share=0.3), generator=generator()).span
    white, black = span[:, 1] < NO_LIMIT, span[:, 0] > -NO_LIMIT
    assert 80 < int(white.sum()) < 160
    assert 10 < int(black.sum()) < 70
    assert not (black & ~white).any()
    assert (span[:, 0] < span[:, 1]).all()
