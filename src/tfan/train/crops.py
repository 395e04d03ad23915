"""Face crops for the landmark network: all chance is drawn first, then applied without chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.train.chance import Chance
from tfan.train.config import CropAugment
from tfan.train.nets import CROP_PX
from tfan.train.warps import Warp, draw_warps

SIDE = 1.5  # side of a crop / sqrt(width x height) of the box around all landmarks
_EYES, _MOUTH = (468, 473), (61, 291)  # give the upright direction of a face
_FLOOR = (0.01, 0.03)  # of the full range of an 8-bit image
_WHITE, _BLACK = (0.0, 1.3), (-1.3, -0.3)  # limits of clipped crops, in deviations from the mean
_BLACK_SHARE = 0.3  # of the clipped crops
NO_LIMIT = 1000.0  # finite, for a constant crop has no deviation


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """B stored images before augmentation.

    Attributes:
        images: (B, S, S) uint8.
        points_px: (B, 548, 2) x, y; what stands there without a face is never used.
        visible: (B, 548) bool.
        present: (B,) bool, false for images without a face.
        known: (B, N) bool, false for points that the labels lack; None where they hold all.
        judged: (B, N) bool, whether the labels say of a point if it is hidden; None for all.

    Where labels are partial, the first 478 of the N points are guessed (`train.partial`).
    """

    images: Tensor
    points_px: Tensor
    visible: Tensor
    present: Tensor
    known: Tensor | None = None
    judged: Tensor | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CropDraw:
    """All that is random about B crops.

    Attributes:
        to_px: (B, 2, 3) crop units -1..1 -> pixels of the stored image, mirrored where mirrored.
        mirrored: (B,) bool.
        window_px: (B, 4) left, top, right, bottom of the frame; nothing is recorded beyond it.
        zero_beyond: (B,) bool: beyond the window lies zero, else its repeated edge.
        occluders: (B, 6) centre x, y, half width, half height (0: none), angle, squareness 0 or 1.
        occluder_tone: (B, 2) value at the centre and slope of what stands in front.
        blurred: (B,) bool, blurred by way of blur_px pixels a side.
        tones: (B, 3) gamma, contrast, offset.
        inverted: (B,) bool.
        grain: (B, 1, 128, 128) added noise.
        span: (B, 2) darkest and brightest level on record, in standard deviations of the crop
            from its mean; `NO_LIMIT` either way where nothing is clipped.
        floor: (B,) of the normalisation.
        warp: how the crop is bent.
    """

    to_px: Tensor
    mirrored: Tensor
    window_px: Tensor
    zero_beyond: Tensor
    occluders: Tensor
    occluder_tone: Tensor
    blurred: Tensor
    blur_px: int
    tones: Tensor
    inverted: Tensor
    grain: Tensor
    span: Tensor
    floor: Tensor
    warp: Warp


@dataclass(frozen=True, slots=True, eq=False)
class CropBatch:
    """What the landmark network learns from.

    Attributes:
        crops: (B, 1, 128, 128) normalised.
        points: (B, 548, 2) x, y in crop units -1..1.
        visible: (B, 548) bool: neither hidden in the image nor by augmentation.
        inside: (B, 548) bool: within both the crop and the frame.
        present: (B,) bool.
        known, judged: (B, 548) bool as `Faces` has them, or None.
    """

    crops: Tensor
    points: Tensor
    visible: Tensor
    inside: Tensor
    present: Tensor
    known: Tensor | None = None
    judged: Tensor | None = None


def hull(faces: Faces) -> Tensor:
    """Return (B, 4) boxes around all landmarks, in pixels; a typical one where no face is."""
    low, high = faces.points_px.amin(1), faces.points_px.amax(1)
    middle = faces.images.shape[-1] / 2.0
    typical = torch.tensor([0.5, 0.5, 1.5, 1.5], device=low.device) * middle
    return torch.where(faces.present[:, None], torch.cat([low, high], 1), typical)


def draw_crops(
    faces: Faces,
    numbers: CropAugment,
    *,
    generator: torch.Generator,
    blur_px: tuple[int, int] = (18, 88),
) -> CropDraw:
    """Draw how B faces are cropped and disturbed."""
    chance = Chance(len(faces.images), generator)
    boxes = hull(faces)
    mirrored = chance.happens(numbers.mirror_share)
    grain = chance.uniform() ** 3 * numbers.noise
    noise = torch.empty(chance.n, 1, CROP_PX, CROP_PX, device=boxes.device)
    to_px = _draw_maps(faces, boxes, numbers, chance, mirrored)
    return CropDraw(
        to_px=to_px,
        mirrored=mirrored,
        window_px=_draw_windows(boxes, faces.images.shape[-1], numbers, chance),
        zero_beyond=chance.happens(numbers.zero_border_share),
        occluders=_draw_occluders(numbers, chance),
        occluder_tone=torch.stack([chance.uniform(), 0.3 * chance.normal()], 1),
        blurred=chance.happens(numbers.blur_share),
        blur_px=chance.integer(*blur_px),
        tones=_draw_tones(numbers, chance),
        inverted=chance.happens(numbers.invert_share),
        grain=noise.normal_(generator=generator) * grain[:, None, None, None],
        span=_draw_spans(numbers, chance),
        floor=chance.uniform(*_FLOOR),
        warp=draw_warps(crop_units(faces.points_px, to_px), numbers, chance),
    )


def _draw_maps(
    faces: Faces, boxes: Tensor, numbers: CropAugment, chance: Chance, mirrored: Tensor
) -> Tensor:
    """Return (B, 2, 3) maps from crop units to pixels."""
    size = (boxes[:, 2:] - boxes[:, :2]).prod(1).sqrt()  # (B,)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    centre = centre + chance.normal(shape=(2,), limit=2.0) * numbers.shift * size[:, None]
    half = SIDE / 2 * size * torch.exp(chance.normal() * numbers.scale)
    stretch = torch.exp(chance.normal() * numbers.anisotropy)
    upright = chance.happens(numbers.upright_share) & faces.present
    turn = torch.where(upright, roll(faces.points_px), 0.0) + _draw_turns(numbers, chance)
    c, s, across = turn.cos(), turn.sin(), torch.where(mirrored, -half, half) * stretch
    x_axis = torch.stack([c * across, s * across], 1)
    y_axis = torch.stack([-s, c], 1) * (half / stretch)[:, None]
    return torch.stack([x_axis, y_axis, centre], dim=2)


def crop_units(points_px: Tensor, to_px: Tensor) -> Tensor:
    """Return (B, N, 2) points in crop units, by (B, 2, 3) maps from those to pixels."""
    linear, shift = to_px[:, :, :2], to_px[:, None, :, 2]
    units: Tensor = (points_px - shift) @ torch.linalg.inv(linear).transpose(1, 2)
    return units


def roll(points_px: Tensor) -> Tensor:
    """Return (B,) the angle in radians by which each face leans, 0 for an upright one."""
    down = points_px[:, _MOUTH].mean(1) - points_px[:, _EYES].mean(1)
    return torch.atan2(-down[:, 0], down[:, 1])


def _draw_turns(numbers: CropAugment, chance: Chance) -> Tensor:
    small = chance.normal() * math.radians(numbers.turn_deg)
    big = chance.uniform(-1.0, 1.0) * math.radians(numbers.big_turn_deg)
    return torch.where(chance.happens(numbers.big_turn_share), big, small)


def _draw_windows(boxes: Tensor, side_px: int, numbers: CropAugment, chance: Chance) -> Tensor:
    """Return (B, 4) windows: the stored image, one side of it moved in, or the face alone."""
    last = float(side_px - 1)
    whole = torch.tensor([0.0, 0.0, last, last], device=boxes.device).repeat(chance.n, 1)
    size = boxes[:, 2:] - boxes[:, :2]
    depth = chance.uniform(0.05, 0.4)[:, None] * size
    moved = torch.cat([boxes[:, :2] + depth, boxes[:, 2:] - depth], 1)
    side = (chance.uniform() * 4).long().clamp(max=3)
    this = functional.one_hot(side, 4).bool() & chance.happens(numbers.cut_share)[:, None]
    margin = chance.uniform(-0.2, 0.3, shape=(4,)) * size.repeat(1, 2)
    around = boxes + margin * torch.tensor([-1.0, -1.0, 1.0, 1.0], device=boxes.device)
    tight = chance.happens(numbers.tight_share)[:, None]
    windows = torch.where(tight, around, torch.where(this, moved, whole))
    return windows.clamp(0.0, last)


def _draw_occluders(numbers: CropAugment, chance: Chance) -> Tensor:
    centre = chance.uniform(-0.9, 0.9, shape=(2,))
    half = chance.uniform(0.06, 0.35, shape=(2,)) * chance.happens(numbers.occluder_share)[:, None]
    angle = chance.uniform(0.0, math.pi)
    square = chance.happens(0.5).float()
    return torch.cat([centre, half, angle[:, None], square[:, None]], 1)


def _draw_tones(numbers: CropAugment, chance: Chance) -> Tensor:
    gamma = torch.exp(chance.normal() * numbers.gamma)
    contrast = torch.exp(chance.normal() * numbers.contrast)
    flat = chance.happens(numbers.flat_share)
    contrast = torch.where(flat, chance.uniform(0.05, 0.2), contrast)
    return torch.stack([gamma, contrast, chance.normal() * numbers.offset], 1)


def _draw_spans(numbers: CropAugment, chance: Chance) -> Tensor:
    if not numbers.clip_share:  # held-out crops stay those they were before crops were clipped
        limits = torch.tensor([-NO_LIMIT, NO_LIMIT], device=chance.generator.device)
        return limits.repeat(chance.n, 1)
    clipped = chance.happens(numbers.clip_share)
    white = torch.where(clipped, chance.uniform(*_WHITE), NO_LIMIT)
    black = torch.where(clipped & chance.happens(_BLACK_SHARE), chance.uniform(*_BLACK), -NO_LIMIT)
    return torch.stack([black, white], 1)
