"""How far the patches of made images are from those of real ones, whatever they show.

At each of several scales the images are resized, small patches are drawn from both sets, and the
distance between the two clouds is the squared Wasserstein-2 distance with entropic regularisation,
by Sinkhorn's iterations (geomloss). Where patches are drawn is chance and drawn first; the distance
is arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from tfan._optional import require
from tfan.thermalize.config import LossShares


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where patches are cut at one scale.

    Attributes:
        side_px: the images are resized to this side.
        patch_px: side of a patch.
        made, real: (P, 3) image, top and left of each patch of the made and of the real images.
    """

    side_px: int
    patch_px: int
    made: Tensor
    real: Tensor


def draw_places(
    shares: LossShares, generator: torch.Generator, *, made: int, real: int
) -> tuple[Places, ...]:
    """Draw where patches are cut from so many made and real images, at every scale."""
    return tuple(
        Places(side, shares.patch_px, *(_draw(shares, generator, n, side) for n in (made, real)))
        for side in shares.patch_scales
    )


def _draw(shares: LossShares, generator: torch.Generator, images: int, side: int) -> Tensor:
    count, free = shares.patch_samples, side - shares.patch_px + 1
    columns = [
        torch.randint(high, (count,), generator=generator, device=generator.device)
        for high in (images, free, free)
    ]
    return torch.stack(columns, 1)


def cut(images: Tensor, places: Tensor, *, patch_px: int) -> Tensor:
    """Return (P, patch_px ** 2) patches of (B, 1, H, W) images at (P, 3) places."""
    steps = torch.arange(patch_px, device=images.device)
    which, top, left = places.unbind(1)
    rows = top[:, None, None] + steps[:, None]  # (P, patch_px, 1)
    columns = left[:, None, None] + steps  # (P, 1, patch_px)
    return images[which[:, None, None], 0, rows, columns].flatten(1)


def patch_distances(made: Tensor, real: Tensor, places: Sequence[Places], *, blur: float) -> Tensor:
    """Return (S,) mean squared differences a pixel between the two clouds of patches.

    That is the squared Wasserstein-2 distance divided by the pixels of a patch: 0 where every
    patch of one cloud has its like in the other. Half of it is what geomloss calls the loss.

    Args:
        made: (B, 1, H, W); gradients flow into it.
        real: (B', 1, H', W').
        places: S scales.
        blur: of geomloss; the entropic temperature is its square.
    """
    halved = _half_squared(blur)
    values = []
    for at in places:
        size = at.patch_px**2
        clouds = [
            cut(_resized(images, at.side_px), where, patch_px=at.patch_px).contiguous()
            for images, where in ((made, at.made), (real, at.real))
        ]
        values.append(halved(*clouds) / (0.5 * size))
    return torch.stack(values)


def _resized(images: Tensor, side_px: int) -> Tensor:
    if images.shape[-2:] == (side_px, side_px):
        return images
    return functional.interpolate(
        images, (side_px, side_px), mode="bilinear", antialias=True, align_corners=False
    )


@cache
def _half_squared(blur: float) -> Any:
    """Return geomloss' function of two clouds (P, D): half of the squared distance."""
    geomloss = require("geomloss", extra="train", purpose="The distance between patches")
    return geomloss.SamplesLoss("sinkhorn", p=2, blur=blur, debias=False, backend="tensorized")
