"""Crops as the published landmarker was trained on: all chance is drawn first, then applied.

Numbers and order: code of phflot/tfake ("LandmarkerCode"), as read for the field survey; written
anew. What that survey does not tell (how often a texture alone is shown, how strong noise and
jitter are) are entries of `config.PublishedRecipe` that say so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.models.published.mobilenet import SIDE_PX
from tfan.train.chance import Chance
from tfan.train.config import PublishedRecipe

_BLUR_KERNEL = 21  # pixels
_CELLS = (4, 48)  # of a texture, along each side


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """B stored pictures.

    Attributes:
        images: (B, S, S) uint8.
        points_px: (B, N, 2) counted from pixel centres.
        known: (B, N) bool.
        person: (B, S, S) bool, what is no background; None where nobody told.
    """

    images: Tensor
    points_px: Tensor
    known: Tensor
    person: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class PublishedDraw:
    """All that is random about B crops.

    Attributes:
        to_px: (B, 2, 3) crop units 0..1 -> pixels of the stored picture.
        textured, zeroed: (B,) bool, what becomes of the background.
        empty: (B,) bool, nothing but texture, and points anywhere.
        texture: (B, S, S) 0..1.
        tones: (B, 2) contrast and brightness.
        blur_px: (B,) deviation.
        inverted: (B,) bool.
        grain: (B, 1, 224, 224) added noise.
        anywhere: (B, N, 2) crop units, the points of what is empty.
    """

    to_px: Tensor
    textured: Tensor
    zeroed: Tensor
    empty: Tensor
    texture: Tensor
    tones: Tensor
    blur_px: Tensor
    inverted: Tensor
    grain: Tensor
    anywhere: Tensor


def draw_published(
    pictures: Pictures, recipe: PublishedRecipe, *, generator: torch.Generator
) -> PublishedDraw:
    """Draw how B pictures are cropped and disturbed."""
    side, n = pictures.images.shape[-1], len(pictures.images)
    chance = Chance(n, generator)
    fate = chance.uniform()
    grain = torch.randn((n, 1, SIDE_PX, SIDE_PX), generator=generator, device=generator.device)
    return PublishedDraw(
        to_px=_draw_maps(side, recipe, chance),
        textured=fate < recipe.texture_share,
        zeroed=(fate >= recipe.texture_share) & (fate < recipe.texture_share + recipe.zero_share),
        empty=chance.happens(recipe.empty_share),
        texture=_draw_texture(side, chance),
        tones=torch.stack(
            [1 + recipe.jitter * chance.uniform(-1, 1), recipe.jitter * chance.uniform(-1, 1)], 1
        ),
        blur_px=chance.uniform(*recipe.blur_px),
        inverted=chance.happens(recipe.invert_share),
        grain=grain * (recipe.noise * chance.uniform())[:, None, None, None],
        anywhere=chance.uniform(shape=(pictures.points_px.shape[1], 2)),
    )


def plain_published(pictures: Pictures) -> PublishedDraw:
    """Return the draw that shows whole pictures as they are."""
    images = pictures.images
    n, side = images.shape[:2]
    never = torch.zeros(n, dtype=torch.bool, device=images.device)
    nothing = torch.zeros(n, device=images.device)
    middle = torch.tensor([[side, 0.0, -0.5], [0.0, side, -0.5]], device=images.device)
    return PublishedDraw(
        to_px=middle.expand(n, 2, 3), textured=never, zeroed=never, empty=never,
        texture=nothing[:, None, None].expand(n, side, side),
        tones=torch.stack([nothing + 1, nothing], 1), blur_px=nothing, inverted=never,
        grain=nothing[:, None, None, None], anywhere=torch.zeros_like(pictures.points_px),
    )  # fmt: skip


def _draw_maps(side: int, recipe: PublishedRecipe, chance: Chance) -> Tensor:
    """Return (B, 2, 3): a window of some area and shape, turned and sheared about its middle."""
    area = chance.uniform(*recipe.area)
    low, high = (math.log(ratio) for ratio in recipe.ratio)
    stretch = torch.exp(chance.uniform(low, high) / 2)
    size = side * area.sqrt()[:, None] * torch.stack([stretch, 1 / stretch], 1)  # (B, 2) w, h
    room = side - size  # negative where the window is larger than the picture
    centre = size / 2 + room * chance.uniform(shape=(2,)) - 0.5
    turn = torch.deg2rad(chance.uniform(-recipe.turn_deg, recipe.turn_deg))
    sign = chance.happens(0.5).float() * 2 - 1
    shear = torch.tan(torch.deg2rad(chance.uniform(*recipe.shear_deg))) * sign
    c, s = turn.cos(), turn.sin()
    x_axis = torch.stack([c, s], 1) * size[:, :1]
    y_axis = torch.stack([c * shear - s, s * shear + c], 1) * size[:, 1:]
    linear = torch.stack([x_axis, y_axis], 2)
    return torch.cat([linear, (centre - linear.sum(2) / 2)[:, :, None]], 2)


def _draw_texture(side: int, chance: Chance) -> Tensor:
    cells = chance.integer(*_CELLS)
    coarse = chance.uniform(shape=(1, cells, cells))
    return functional.interpolate(coarse, size=side, mode="bicubic")[:, 0].clamp(0.0, 1.0)


def apply_published(
    pictures: Pictures, draw: PublishedDraw, recipe: PublishedRecipe
) -> tuple[Tensor, Tensor, Tensor]:
    """Return crops (B, 1, 224, 224) in 0..1, points (B, N, 2) in crop units, known (B, N).

    Thermal disturbances (jitter, blur, inversion, noise) come before the stretch from the crop's
    least to its greatest value, as absolute temperature is lost in it.
    """
    crops = _sample(_backgrounds(pictures, draw), draw)
    contrast, brightness = (tone[:, None, None, None] for tone in draw.tones.T)
    crops = (crops - 0.5) * contrast + 0.5 + brightness
    if recipe.blur_px[1] > 0:
        crops = _blurred(crops, draw.blur_px)
    crops = torch.where(draw.inverted[:, None, None, None], 1 - crops, crops) + draw.grain
    linear, shift = draw.to_px[:, :, :2], draw.to_px[:, None, :, 2]
    points = (pictures.points_px - shift) @ torch.linalg.inv(linear).transpose(1, 2)
    empty = draw.empty[:, None]
    points = torch.where(empty[..., None], draw.anywhere, points)
    return stretched(crops), points, pictures.known | empty


def stretched(crops: Tensor) -> Tensor:
    """Return crops (B, 1, H, W) from 0, where they are least, to 1, where they are greatest."""
    low, high = crops.amin((1, 2, 3), keepdim=True), crops.amax((1, 2, 3), keepdim=True)
    return (crops - low) / (high - low).clamp(min=1e-6)


def _backgrounds(pictures: Pictures, draw: PublishedDraw) -> Tensor:
    """Return (B, S, S) in 0..1, with other backgrounds where somebody told what they are."""
    shown = pictures.images.float() / 255
    if pictures.person is not None:
        behind = ~pictures.person
        shown = torch.where(draw.textured[:, None, None] & behind, draw.texture, shown)
        shown = torch.where(draw.zeroed[:, None, None] & behind, 0.0, shown)
    return torch.where(draw.empty[:, None, None], draw.texture, shown)


def _sample(images: Tensor, draw: PublishedDraw) -> Tensor:
    """Return (B, 1, 224, 224); nothing beyond the picture."""
    side = images.shape[-1]
    line = (torch.arange(SIDE_PX, device=images.device) + 0.5) / SIDE_PX
    x, y = line.view(1, 1, -1), line.view(1, -1, 1)
    a, b, c, d, e, f = (entry.view(-1, 1, 1) for entry in draw.to_px.flatten(1).T)
    places = torch.stack([a * x + b * y + c, d * x + e * y + f], dim=-1)
    units = (places + 0.5) * (2 / side) - 1
    return functional.grid_sample(images[:, None], units, align_corners=False)


def _blurred(crops: Tensor, blur_px: Tensor) -> Tensor:
    """Return crops, each blurred by its own deviation with a kernel of 21 pixels."""
    reach = torch.arange(_BLUR_KERNEL, device=crops.device) - _BLUR_KERNEL // 2
    kernel = torch.exp(-0.5 * (reach / blur_px[:, None].clamp(min=0.01)).square())
    kernel = kernel / kernel.sum(1, keepdim=True)  # (B, 21)
    n, pad = len(crops), _BLUR_KERNEL // 2
    rows = functional.pad(crops.transpose(0, 1), (pad, pad, 0, 0), mode="replicate")
    rows = functional.conv2d(rows, kernel[:, None, None], groups=n)
    both = functional.pad(rows, (0, 0, pad, pad), mode="replicate")
    return functional.conv2d(both, kernel[:, None, :, None], groups=n).transpose(0, 1)
