from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tfan.thermal.normalise import FRAME_LIMIT
from tfan.train.cells import EMPTY, FACE, IGNORED
from tfan.train.config import SceneAugment
from tfan.train.scenes import (
    Scenes,
    apply_scenes,
    draw_scenes,
    normalise_scenes,
    plain_scenes,
)
from tfan.train.writing import writing_masks

DOT_PX = 0.6
CALM = SceneAugment(tile_px=256, gamma=0, contrast=0, offset=0, noise=0, invert_share=0,
                    mirror_share=0, clip_share=0, writing_share=0)  # fmt: skip


def scenes_with_dot(count: int) -> Scenes:
    """Canvases with one dot, which is the right eye (and all else) of one face of 60 x 80."""
    rng = np.random.default_rng(2)
    at = rng.uniform(60, 150, (count, 2)).astype(np.float32)
    y, x = np.mgrid[:288, :288] + 0.5  # edge coordinates
    far = (x - at[:, 0, None, None]) ** 2 + (y - at[:, 1, None, None]) ** 2
    images = 60 + 180 * np.exp(-far / 18)
    images[:, 216:] = 0
    boxes = torch.zeros(count, 12, 4)
    half = np.array([30, 40], np.float32)
    boxes[:, 0] = torch.from_numpy(np.concatenate([at - half, at + half], 1))
    five = torch.zeros(count, 12, 5, 2)
    five[:, 0] = torch.from_numpy(at)[:, None]
    kinds = torch.full((count, 12), EMPTY)
    kinds[:, 0] = FACE
    size_hw = torch.tensor([216, 288]).repeat(count, 1)
    return Scenes(torch.from_numpy(images.astype(np.uint8)), size_hw, boxes, five, kinds)


def found(tile: torch.Tensor) -> np.ndarray:
    """Return x, y of the dot in edge coordinates of the tile."""
    bright = (tile[0] - 0.1).clamp(min=0).numpy()
    y, x = np.mgrid[: tile.shape[1], : tile.shape[2]] + 0.5
    return np.array([(bright * x).sum(), (bright * y).sum()]) / bright.sum()


@pytest.mark.parametrize("mirror_share", [0.0, 1.0])
def test_labels_move_with_the_image(mirror_share):
    scenes = scenes_with_dot(12)
    numbers = replace(CALM, mirror_share=mirror_share, zoom_share=0.8)
    draw = draw_scenes(scenes.size_hw, numbers, generator=torch.Generator().manual_seed(1))
    assert float(draw.scale.min()) < 0.62  # the halved source is tested too
    images, _, five, kinds = apply_scenes(scenes, draw, smallest_face_px=0.0)
    whole = [i for i in range(12) if _inside(five[i, 0, 0], margin=14)]
    assert len(whole) >= 6
    for index in whole:
        assert np.abs(found(images[index]) - five[index, 0, 0].numpy()).max() < DOT_PX
        assert kinds[index, 0] == FACE


def _inside(point: torch.Tensor, *, margin: float) -> bool:
    return bool((point > margin).all() and (point < 256 - margin).all())


def test_mirroring_swaps_left_and_right_of_the_five_points():
    scenes = scenes_with_dot(1)
    scenes.five[0, 0] = torch.tensor([[70.0, 80], [90, 80], [80, 90], [72, 100], [88, 100]])
    draw = plain_scenes(scenes.size_hw, tile_px=256)
    mirrored = replace(draw, mirrored=torch.tensor([True]))
    plain, other = (
        apply_scenes(scenes, d, smallest_face_px=0.0)[2][0, 0] for d in (draw, mirrored)
    )
    flipped = torch.stack([256 - plain[:, 0], plain[:, 1]], 1)
    torch.testing.assert_close(other, flipped[[1, 0, 2, 4, 3]])


def test_small_and_cut_faces_are_ignored_and_vanished_ones_forgotten():
    scenes = scenes_with_dot(3)
    scenes.boxes[:, 0] = torch.tensor([[10.0, 10, 16, 16], [-35, 10, 25, 90], [300, 10, 360, 90]])
    draw = plain_scenes(scenes.size_hw, tile_px=256)
    kinds = apply_scenes(scenes, draw, smallest_face_px=7.0)[3]
    assert kinds[:, 0].tolist() == [IGNORED, IGNORED, EMPTY]


def test_normalised_content_lies_between_its_percentiles_and_the_rest_is_zero():
    ramp = torch.arange(256, dtype=torch.uint8).repeat(256, 1)[None]
    values = normalise_scenes(ramp, torch.tensor([[256, 200]]))[0]
    assert not values[:, 200:].any()
    # levels 0..199: 1st percentile 2, 99th 197
    assert float(values[0, 2]) == pytest.approx(-0.5, abs=0.01)
    assert float(values[0, 197]) == pytest.approx(0.5, abs=0.01)


def test_a_flat_scene_is_not_stretched_to_noise():
    flat = torch.tensor([[100, 101]], dtype=torch.uint8).repeat(32, 16)[None]
    values = normalise_scenes(flat, torch.tensor([[32, 32]]))
    assert float(values.max() - values.min()) == pytest.approx(1 / 8)


def ramp_scenes(count: int) -> Scenes:
    """Canvases of all levels from left to right, without faces."""
    ramp = torch.arange(256, dtype=torch.uint8).repeat(count, 256, 1)
    kinds = torch.full((count, 1), EMPTY)
    size_hw = torch.tensor([256, 256]).repeat(count, 1)
    return Scenes(ramp, size_hw, torch.zeros(count, 1, 4), torch.zeros(count, 1, 5, 2), kinds)


def test_a_clipped_tile_is_stretched_between_its_limits():
    scenes = ramp_scenes(2)
    draw = plain_scenes(scenes.size_hw, tile_px=256)
    clipped = replace(draw, span=torch.tensor([[-0.7, 0.7], [-0.3, 0.1]]))
    free, tile = apply_scenes(scenes, clipped, smallest_face_px=7.0)[0][:, 0, 128]
    torch.testing.assert_close(free, apply_scenes(scenes, draw, smallest_face_px=7.0)[0][0, 0, 128])
    assert float(tile.min()) == -0.5
    assert float(tile.max()) == 0.5
    between = (free > -0.29) & (free < 0.09)
    torch.testing.assert_close(tile[between], (free[between] + 0.3) / 0.4 - 0.5)


def test_writing_stands_over_the_content_alone_in_its_ink():
    scenes = ramp_scenes(1)
    scenes.size_hw[0] = torch.tensor([128, 256])
    draw = plain_scenes(scenes.size_hw, tile_px=256)
    mask = torch.zeros(1, 256, 256, dtype=torch.bool)
    mask[0, 100:160, 40:60] = True
    ink = torch.tensor([0.6])
    written = replace(draw, writing=mask, ink=ink)
    one, other = (apply_scenes(scenes, d, smallest_face_px=7.0)[0][0, 0] for d in (draw, written))
    assert torch.equal(one != other, mask[0] & (torch.arange(256) < 128)[:, None])
    assert (other[100:128, 40:60] == 0.6).all()


def test_as_many_tiles_are_written_over_and_clipped_as_asked():
    numbers = replace(CALM, clip_share=0.3, writing_share=0.2)
    size_hw = torch.tensor([216, 288]).repeat(300, 1)
    draw = draw_scenes(size_hw, numbers, generator=torch.Generator().manual_seed(1))
    written = draw.writing.flatten(1).any(1)
    assert 35 < int(written.sum()) < 85
    assert 60 < int((draw.span[:, 1] < FRAME_LIMIT).sum()) < 120
    assert (draw.span[:, 0] < draw.span[:, 1]).all()
    assert (draw.ink.abs() <= FRAME_LIMIT).all()


def test_writing_is_always_the_same_and_seldom_covers_much():
    masks = writing_masks(96)
    assert masks.shape == (384, 96, 96)
    writing_masks.cache_clear()
    assert torch.equal(masks, writing_masks(96))
    share = masks.float().mean((1, 2))
    assert float((share > 0).float().mean()) > 0.9
    assert float(share.median()) < 0.05
