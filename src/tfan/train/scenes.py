"""Tiles of whole scenes for the detector: all chance is drawn first, then applied without chance.

Positions are in edge coordinates: (0, 0) is the outer corner of the top left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.thermal.normalise import FRAME_LIMIT as LIMIT
from tfan.train.cells import EMPTY, FACE, IGNORED
from tfan.train.chance import Chance
from tfan.train.config import SceneAugment
from tfan.train.writing import writing_masks

PREDICTED_PX = 256  # long side of a frame at prediction
_QUANTILES = (0.01, 0.99)
_FLOOR_LEVELS = 8.0
_FIVE_MIRROR = (1, 0, 2, 4, 3)
_LEAST_VISIBLE, _WELL_VISIBLE = 0.02, 0.5  # shares of a face within the tile
_HALVE_BELOW = 0.62  # scales at which every second pixel would be skipped
_WHITE, _BLACK = (-0.1, 0.5), (-0.5, -0.2)  # limits of clipped tiles
_BLACK_SHARE = 0.3  # of the clipped tiles
_BRIGHT_INK = 0.6  # share of the writing that is as bright as the hottest


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """B stored canvases.

    Attributes:
        images: (B, S, S) uint8, content at the top left.
        size_hw: (B, 2) of the content.
        boxes: (B, K, 4) and five (B, K, 5, 2) in edge coordinates.
        kinds: (B, K) FACE, IGNORED or EMPTY.
    """

    images: Tensor
    size_hw: Tensor
    boxes: Tensor
    five: Tensor
    kinds: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class SceneDraw:
    """All that is random about B tiles.

    Attributes:
        scale: (B, 2) along x and y, shift (B, 2): tile = canvas x scale + shift, before
            mirroring.
        mirrored: (B,) bool.
        tones: (B, 3) gamma, contrast, offset.
        inverted: (B,) bool.
        grain: (B, T, T) added noise.
        span: (B, 2) darkest and brightest level on record; -0.7 and 0.7 leave all as it is.
        writing: (B, T, T) bool, what is written over the tile.
        ink: (B,) its level.
    """

    scale: Tensor
    shift: Tensor
    mirrored: Tensor
    tones: Tensor
    inverted: Tensor
    grain: Tensor
    span: Tensor
    writing: Tensor
    ink: Tensor


def draw_scenes(size_hw: Tensor, numbers: SceneAugment, *, generator: torch.Generator) -> SceneDraw:
    """Draw how B canvases with (B, 2) content become tiles."""
    chance = Chance(len(size_hw), generator)
    size_wh = size_hw.flip(1).float()
    zoom = chance.uniform(-numbers.zoom_out, numbers.zoom_in)
    zoom = zoom * chance.happens(numbers.zoom_share)
    stretch = chance.normal() * numbers.anisotropy
    scale = (torch.stack([zoom + stretch, zoom - stretch], 1)).exp()
    scale = scale * (PREDICTED_PX / size_wh.amax(1, keepdim=True))
    room = numbers.tile_px - size_wh * scale  # negative where the content is larger
    tones = torch.stack(
        [
            torch.exp(chance.normal() * numbers.gamma * chance.happens(0.5)),
            torch.exp(chance.normal() * numbers.contrast * chance.happens(0.5)),
            chance.normal() * numbers.offset * chance.happens(0.5),
        ],
        dim=1,
    )
    noise = torch.empty(chance.n, numbers.tile_px, numbers.tile_px, device=size_hw.device)
    strength = chance.uniform() ** 2 * numbers.noise * chance.happens(0.5)
    return SceneDraw(
        scale=scale, shift=room * chance.uniform(shape=(2,)),
        mirrored=chance.happens(numbers.mirror_share), tones=tones,
        inverted=chance.happens(numbers.invert_share),
        grain=noise.normal_(generator=generator) * strength[:, None, None],
        span=_draw_spans(numbers, chance), writing=_draw_writing(numbers, chance),
        ink=torch.where(chance.happens(_BRIGHT_INK), LIMIT, chance.uniform(-LIMIT, LIMIT)),
    )  # fmt: skip


def _draw_spans(numbers: SceneAugment, chance: Chance) -> Tensor:
    clipped = chance.happens(numbers.clip_share)
    white = torch.where(clipped, chance.uniform(*_WHITE), LIMIT)
    dark = clipped & chance.happens(_BLACK_SHARE)
    black = torch.where(dark, chance.uniform(*_BLACK), -LIMIT)
    return torch.stack([black, white], 1)


def _draw_writing(numbers: SceneAugment, chance: Chance) -> Tensor:
    masks = writing_masks(numbers.tile_px).to(chance.generator.device)
    which = (chance.uniform() * len(masks)).long().clamp(max=len(masks) - 1)
    return masks[which] & chance.happens(numbers.writing_share)[:, None, None]


def plain_scenes(size_hw: Tensor, *, tile_px: int) -> SceneDraw:
    """Return the draw that shows (B, 2) contents as at prediction: whole, at the top left."""
    n, device = len(size_hw), size_hw.device
    scale = PREDICTED_PX / size_hw.float().amax(1, keepdim=True).expand(-1, 2)
    never = torch.zeros(n, dtype=torch.bool, device=device)
    tones = torch.tensor([1.0, 1.0, 0.0], device=device).repeat(n, 1)
    grain = torch.zeros(n, 1, 1, device=device).expand(n, tile_px, tile_px)
    shift = torch.zeros(n, 2, device=device)
    span = torch.tensor([-LIMIT, LIMIT], device=device).repeat(n, 1)
    blank = never[:, None, None].expand(n, tile_px, tile_px)
    return SceneDraw(scale, shift, never, tones, never, grain, span, blank, grain[:, 0, 0])


def normalise_scenes(images: Tensor, size_hw: Tensor) -> Tensor:
    """Return (B, S, S): the content between its 1st and 99th percentile, 0 beside it."""
    n, side = len(images), images.shape[-1]
    line = torch.arange(side, device=images.device)
    within = (line[:, None] < size_hw[:, 0, None, None]) & (line < size_hw[:, 1, None, None])
    counts = torch.zeros(n, 256, device=images.device)
    counts.scatter_add_(1, images.flatten(1).long(), within.flatten(1).float())
    share = counts.cumsum(1) / counts.sum(1, keepdim=True).clamp(min=1.0)
    low, high = ((share < q).sum(1).float()[:, None, None] for q in _QUANTILES)
    stretched = (images - low) / (high - low).clamp(min=_FLOOR_LEVELS) - 0.5
    return torch.where(within, stretched.clamp_(-LIMIT, LIMIT), 0.0)


def apply_scenes(
    scenes: Scenes, draw: SceneDraw, *, smallest_face_px: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images (B, 1, T, T), boxes (B, K, 4), five (B, K, 5, 2) and kinds (B, K)."""
    tile_px = draw.grain.shape[-1]
    images = _disturb(*_sample(scenes, draw), draw)
    corners = scenes.boxes.reshape(*scenes.kinds.shape, 2, 2)
    boxes = _move(corners, draw, tile_px=tile_px)
    boxes = torch.cat([boxes.amin(2), boxes.amax(2)], dim=2)
    five = _move(scenes.five, draw, tile_px=tile_px)
    five = torch.where(draw.mirrored[:, None, None, None], five[:, :, list(_FIVE_MIRROR)], five)
    cut = boxes.clamp(0.0, float(tile_px))
    sides = cut[..., 2:] - cut[..., :2]
    share = sides.prod(-1) / (boxes[..., 2:] - boxes[..., :2]).prod(-1).clamp(min=1e-6)
    doubtful = (share < _WELL_VISIBLE) | (sides.amin(-1) < smallest_face_px)
    kinds = torch.where((scenes.kinds == FACE) & doubtful, IGNORED, scenes.kinds)
    return images, cut, five, torch.where(share > _LEAST_VISIBLE, kinds, EMPTY)


def _move(points: Tensor, draw: SceneDraw, *, tile_px: int) -> Tensor:
    """Map (B, K, P, 2) canvas positions into the tile."""
    moved = points * draw.scale[:, None, None] + draw.shift[:, None, None]
    x = torch.where(draw.mirrored[:, None, None], tile_px - moved[..., 0], moved[..., 0])
    return torch.stack([x, moved[..., 1]], dim=-1)


def _sample(scenes: Scenes, draw: SceneDraw) -> tuple[Tensor, Tensor]:
    """Return tiles (B, T, T) and where they show content (B, T, T)."""
    side, tile_px = scenes.images.shape[-1], draw.grain.shape[-1]
    stored = normalise_scenes(scenes.images, scenes.size_hw)[:, None]
    line = torch.arange(tile_px, device=stored.device) + 0.5
    across = torch.where(draw.mirrored[:, None], tile_px - line, line)
    x = (across - draw.shift[:, :1]) / draw.scale[:, :1]  # (B, T)
    y = (line - draw.shift[:, 1:]) / draw.scale[:, 1:]
    height, width = scenes.size_hw[:, :1], scenes.size_hw[:, 1:]
    content = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None, :]
    across_units, down_units = x * (2 / side) - 1, y * (2 / side) - 1
    units = torch.stack(
        [
            across_units[:, None, :].expand(-1, tile_px, -1),
            down_units[:, :, None].expand(-1, -1, tile_px),
        ],
        dim=-1,
    )
    tiles = torch.empty_like(draw.grain)
    small = draw.scale.amax(1) < _HALVE_BELOW
    for rows, factor in ((torch.nonzero(~small)[:, 0], 1), (torch.nonzero(small)[:, 0], 2)):
        if len(rows):
            source = functional.avg_pool2d(stored[rows], factor) if factor > 1 else stored[rows]
            tiles[rows] = functional.grid_sample(source, units[rows], align_corners=False)[:, 0]
    return tiles, content


def _disturb(tiles: Tensor, content: Tensor, draw: SceneDraw) -> Tensor:
    """Change the tones of the content, clip it, write over it, and return (B, 1, T, T)."""
    gamma, contrast, offset = (tone[:, None, None] for tone in draw.tones.T)
    share = ((tiles + LIMIT) * (0.5 / LIMIT)).clamp_(1e-4, 1.0) ** gamma
    toned = _clip((share * (2 * LIMIT) - LIMIT) * contrast + offset + draw.grain, draw.span)
    toned = torch.where(draw.writing, draw.ink[:, None, None], toned)
    toned = torch.where(draw.inverted[:, None, None], -toned, toned)
    return torch.where(content, toned.clamp_(-LIMIT, LIMIT), 0.0)[:, None]


def _clip(tones: Tensor, span: Tensor) -> Tensor:
    """Let (B, T, T) reach no further than (B, 2) span, which becomes the range of the frame."""
    rows = torch.nonzero((span.abs() < LIMIT).any(1))[:, 0]
    if len(rows):
        low, high = (limit[:, None, None] for limit in span[rows].T)
        least, most = low.clamp(min=-0.5), high.clamp(max=0.5)
        tones[rows] = (tones[rows].clamp(low, high) - least) / (most - least) - 0.5
    return tones
