"""How scenes vary in training: drawn first, then applied.

Colours change in the colour image alone; mirroring and cropping move all images of a scene.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.thermal.segments import SEGMENTS
from tfan.thermalize.config import Changes
from tfan.train.chance import Chance

_TO_YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))
_LEAST_BLUR_PX = 0.05  # below, one pixel holds the whole kernel


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What happens to each of B images.

    Attributes:
        brightness, contrast, saturation: (B,) factors; no saturation = grey.
        hue_turns: (B,) turns of the colour circle.
        inverted, mirrored: (B,) booleans.
        blur_px: (B,) standard deviation of the blur; 0 = none.
        sides: (B,) side of the square that is taken, as a share of the image's.
        shifts: (B, 2) x, y of its middle, -1..1 from one edge to the other; whole squares fit.
    """

    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    hue_turns: Tensor
    inverted: Tensor
    mirrored: Tensor
    blur_px: Tensor
    sides: Tensor
    shifts: Tensor


def draw_changes(changes: Changes, chance: Chance) -> Drawn:
    """Draw the changes of chance.n images."""

    def around(value: float) -> Tensor:
        return chance.uniform(max(0.0, 1.0 - value), 1.0 + value)

    saturation = around(changes.saturation)
    sides = chance.uniform(changes.crop, 1.0)
    return Drawn(
        brightness=around(changes.brightness),
        contrast=around(changes.contrast),
        saturation=torch.where(chance.happens(changes.grey_share), 0.0, saturation),
        hue_turns=chance.uniform(-changes.hue, changes.hue),
        inverted=chance.happens(changes.invert_share),
        mirrored=chance.happens(changes.mirror_share),
        blur_px=chance.uniform(*changes.blur_px) * chance.happens(changes.blur_share),
        sides=sides,
        shifts=chance.uniform(-1.0, 1.0, shape=(2,)) * (1.0 - sides)[:, None],
    )


def change_colours(rgb: Tensor, drawn: Drawn) -> Tensor:
    """Return (B, 3, H, W) images in 0..1 in other colours.

    Hue is turned in the plane of the colour differences (YIQ), not on the hexagon of HSV.
    """
    mixed = torch.einsum("bij,bjhw->bihw", _matrices(drawn), rgb)
    mixed = mixed * _each(drawn.brightness)
    middle = mixed.mean((1, 2, 3), keepdim=True)
    mixed = ((mixed - middle) * _each(drawn.contrast) + middle).clamp(0.0, 1.0)
    mixed = torch.where(_each(drawn.inverted), 1.0 - mixed, mixed)
    return _blurred(mixed, drawn.blur_px)


def move(images: Tensor, drawn: Drawn) -> Tensor:
    """Return (B, C, H, W) images of the drawn squares, mirrored where it was drawn."""
    return functional.grid_sample(images, _grid(images, drawn), "bilinear", "border", False)


def move_segments(segments: Tensor, drawn: Drawn) -> Tensor:
    """Return (B, H, W) class numbers of the same places: in a mirror, left parts are right ones."""
    images = segments[:, None].float()
    moved = functional.grid_sample(images, _grid(images, drawn), "nearest", "border", False)
    classes = moved[:, 0].long()
    swapped = mirrored_classes().to(classes.device)[classes]
    return torch.where(drawn.mirrored[:, None, None], swapped, classes)


def _grid(images: Tensor, drawn: Drawn) -> Tensor:
    """Return (B, H, W, 2) places in the images that the pixels of the results come from."""
    turned = torch.where(drawn.mirrored, -drawn.sides, drawn.sides)
    zero = torch.zeros_like(turned)
    rows = ((turned, zero, drawn.shifts[:, 0]), (zero, drawn.sides, drawn.shifts[:, 1]))
    maps = torch.stack([torch.stack(row, 1) for row in rows], 1)  # (B, 2, 3)
    return functional.affine_grid(maps, list(images.shape), align_corners=False)


def mirrored_classes() -> Tensor:
    """Return (256,) class numbers as a mirror shows them."""
    numbers = {part.name: part.number for part in SEGMENTS}
    table = torch.arange(256)
    for name, number in numbers.items():
        for here, there in (("left_", "right_"), ("right_", "left_")):
            if name.startswith(here):
                table[number] = numbers[there + name.removeprefix(here)]
    return table


def _matrices(drawn: Drawn) -> Tensor:
    """Return (B, 3, 3): to brightness and colour differences, turn and scale those, and back."""
    to_yiq = torch.tensor(_TO_YIQ, device=drawn.hue_turns.device)
    angle = 2.0 * math.pi * drawn.hue_turns
    cos, sin = angle.cos() * drawn.saturation, angle.sin() * drawn.saturation
    one, zero = torch.ones_like(cos), torch.zeros_like(cos)
    rows = ((one, zero, zero), (zero, cos, -sin), (zero, sin, cos))
    turn = torch.stack([torch.stack(row, 1) for row in rows], 1)  # (B, 3, 3)
    back: Tensor = torch.linalg.inv(to_yiq)
    return back @ turn @ to_yiq


def _blurred(images: Tensor, sigma_px: Tensor) -> Tensor:
    """Blur each image with its own Gaussian, as one grouped convolution each way."""
    if not bool((sigma_px > 0).any()):
        return images
    count, channels, height, width = images.shape
    radius = min(math.ceil(3.0 * float(sigma_px.max())), min(height, width) - 1)
    steps = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    sigma = sigma_px.clamp(min=_LEAST_BLUR_PX)[:, None]
    kernels = torch.exp(-0.5 * (steps / sigma).square())
    kernels = (kernels / kernels.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    x = images.reshape(1, count * channels, height, width)
    x = functional.pad(x, (radius, radius, radius, radius), mode="reflect")
    x = functional.conv2d(x, kernels[:, None, None, :], groups=count * channels)
    x = functional.conv2d(x, kernels[:, None, :, None], groups=count * channels)
    return x.reshape(images.shape)


def _each(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
