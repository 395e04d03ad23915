"""`tfan.thermal.normalise` once more, for torch tensors; a twin test holds them equal."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tfan.thermal.normalise import CROP_LIMIT, CROP_QUANTILES

_TINY = 1e-6  # a constant crop becomes zeros


def normalise_crops(crops: Tensor, floor: Tensor) -> Tensor:
    """Return (x - median) / (p95 - p5 + floor) of each crop, clipped to -2..2.

    Args:
        crops: (B, 1, H, W) in any unit, without NaN.
        floor: (B,) the smallest contrast that counts as one, in the unit of the crops.
    """
    flat = crops.flatten(1)
    last = flat.shape[1] - 1
    ordered = _ordered(flat)
    low, median, high = (ordered[:, int(q * last + 0.5)] for q in CROP_QUANTILES)
    contrast = (high - low + floor).clamp(min=_TINY)
    scaled = (flat - median[:, None]) / contrast[:, None]
    return scaled.clamp(-CROP_LIMIT, CROP_LIMIT).reshape(crops.shape)


def _ordered(flat: Tensor) -> Tensor:
    # numpy sorts eight times as fast as torch on a CPU, which is a tenth of a training step
    if flat.device.type == "cpu":
        return torch.from_numpy(np.sort(flat.numpy(), axis=1))
    return flat.sort(dim=1).values
