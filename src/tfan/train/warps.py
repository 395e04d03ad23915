"""Smooth bends of a face crop: eyes, nose, mouth and chin each move a little on their own.

A morphable head moves its features together, so a network can learn to lay a mean face over a
picture. Bent crops teach it to look where each feature is.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.train.chance import Chance
from tfan.train.config import CropAugment
from tfan.train.nets import CROP_PX

_EYES, _MOUTH, _NOSE, _CHIN = (468, 473), (61, 291), 4, 152
# how far a bump reaches (its deviation), in distances between the lines of eyes and mouth
_REACH = {"eye": 0.5, "nose": 0.35, "corner": 0.28, "mouth": 0.5, "chin": 0.6}
_ANYWHERE = 3  # bumps that sit on no feature
_COARSE = 48  # the bend is computed in so many rows and columns
_ROUNDS = 6  # of the fixed-point iteration; the bends shrink distances by less than half


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """K bumps on each of B crops, in crop units -1..1.

    Attributes:
        centre: (B, K, 2).
        reach: (B, K) deviation of the Gaussian.
        shift: (B, K, 2) how far the content at the centre moves.
    """

    centre: Tensor
    reach: Tensor
    shift: Tensor


def draw_warps(points: Tensor, numbers: CropAugment, chance: Chance) -> Warp:
    """Draw how B crops are bent.

    Args:
        points: (B, 548, 2) landmarks in crop units; what is not there counts as nowhere.
        numbers: `warp` is the deviation of a feature's shift in distances from eyes to mouth.
        chance: draws for B crops.
    """
    eyes, mouth = points[:, list(_EYES)], points[:, list(_MOUTH)]
    middle = mouth.mean(1)
    down = middle - eyes.mean(1)
    length = down.norm(dim=1).clamp(0.05, 2.0)  # (B,)
    apart, wide = eyes[:, 1] - eyes[:, 0], mouth[:, 1] - mouth[:, 0]
    features = (*eyes.unbind(1), points[:, _NOSE], *mouth.unbind(1), middle, points[:, _CHIN])
    loose = chance.uniform(-0.7, 0.7, shape=(_ANYWHERE, 2))
    centre = torch.cat([torch.stack(features, 1), loose], 1)
    names = ("eye", "eye", "nose", "corner", "corner", "mouth", "chin")
    reach = torch.tensor([_REACH[name] for name in names], device=points.device)
    anywhere = chance.uniform(0.25, 0.8, shape=(_ANYWHERE,))
    reach = torch.cat([reach.expand(chance.n, -1), anywhere], 1) * length[:, None]
    amount = chance.normal(shape=(len(names) + _ANYWHERE, 2), limit=2.0)
    shift = amount * (numbers.warp * length)[:, None, None]
    for first, axis in ((0, apart), (3, wide)):  # pairs: mostly against each other, along the axis
        pair = 0.5 * axis * (numbers.warp * 2 * chance.normal(limit=2.0))[:, None]
        away = torch.stack([-pair, pair], 1)
        shift[:, first : first + 2] = 0.3 * shift[:, first : first + 2] + away
    bent = chance.happens(numbers.warp_share)[:, None, None]
    return Warp(centre, reach, shift * bent)


def bend(warp: Warp, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the shift (B, ...) in x and y at positions (B, ...)."""
    shape = (len(warp.reach),) + (1,) * (x.ndim - 1)
    total_x, total_y = torch.zeros_like(x + y), torch.zeros_like(x + y)
    for centre, reach, shift in zip(
        warp.centre.unbind(1), warp.reach.unbind(1), warp.shift.unbind(1), strict=True
    ):
        cx, cy, sx, sy = (v.reshape(shape) for v in (*centre.T, *shift.T))
        squared = ((x - cx).square() + (y - cy).square()) / (2 * reach.square().reshape(shape))
        weight = torch.exp(-squared)
        total_x, total_y = total_x + weight * sx, total_y + weight * sy
    return total_x, total_y


def bent_points(points: Tensor, warp: Warp) -> Tensor:
    """Return where (B, N, 2) points of the flat crop lie in the bent one."""
    moved = points
    for _ in range(_ROUNDS):
        moved = points + torch.stack(bend(warp, *moved.unbind(-1)), -1)
    return moved


def flat_positions(x: Tensor, y: Tensor, warp: Warp) -> tuple[Tensor, Tensor]:
    """Return for pixels of the bent crop (B, 128, 128) where they lay in the flat one.

    Args:
        x: (B, 1, 128) of the pixels' centres in crop units.
        y: (B, 128, 1).
        warp: the bend.
    """
    n, edge = len(warp.reach), 1 - 1 / CROP_PX
    line = torch.linspace(-edge, edge, _COARSE, device=x.device)
    columns, rows = line.view(1, 1, -1).expand(n, 1, -1), line.view(1, -1, 1).expand(n, -1, 1)
    coarse = torch.stack(bend(warp, columns, rows), 1)  # (B, 2, 48, 48)
    fine = functional.interpolate(coarse, size=CROP_PX, mode="bilinear", align_corners=True)
    return x - fine[:, 0], y - fine[:, 1]
