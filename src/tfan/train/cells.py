"""Cells of the detector: where they lie, what they say, which face each one answers for.

All positions are in edge coordinates of the network's input: (0, 0) is the outer corner of the
top left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.train.nets import STRIDES

NOTHING, UNDECIDED = -1, -2
FACE, IGNORED, EMPTY = 1, 0, -1  # kinds of a label

# sqrt(width x height) of the faces that a stride answers for; overlapping on purpose
_SIZES_PX = {8: (0.0, 40.0), 16: (30.0, 92.0), 32: (72.0, float("inf"))}
_CENTRE = 0.22  # a face belongs to the cells within this share of its width and height
_REACH = 0.8  # ... and at least within this many strides, but never outside the face
_NEAR_LEVEL = (0.75, 1.35)  # sizes this close to a level's are neither right nor wrong there
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """(N, 2) centres, (N,) strides, (N, 2) range of sizes that each cell answers for."""

    centres: Tensor
    strides: Tensor
    sizes_px: Tensor


def make_cells(height: int, width: int, *, device: torch.device) -> Cells:
    """Return the cells of an input of height x width, strides one after the other, row-major."""
    centres: list[Tensor] = []
    strides: list[Tensor] = []
    for stride in STRIDES:
        y = (torch.arange(height // stride) + 0.5) * stride
        x = (torch.arange(width // stride) + 0.5) * stride
        grid = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], dim=-1).view(-1, 2)
        centres.append(grid)
        strides.append(torch.full((len(grid),), float(stride)))
    step = torch.cat(strides)
    sizes = torch.tensor([_SIZES_PX[int(s)] for s in step])
    return Cells(torch.cat(centres).to(device), step.to(device), sizes.to(device))


def decode(raw: Tensor, cells: Cells) -> tuple[Tensor, Tensor]:
    """Return boxes (..., 4) and points (..., 5, 2) of raw cells (..., 15)."""
    stride = cells.strides[:, None]
    distances = functional.softplus(raw[..., 1:5]) * stride
    boxes = torch.cat([cells.centres - distances[..., :2], cells.centres + distances[..., 2:]], -1)
    offsets = raw[..., 5:].reshape(*raw.shape[:-1], 5, 2) * stride[..., None] * 2.0
    return boxes, cells.centres[:, None] + offsets


def assign(boxes: Tensor, kinds: Tensor, cells: Cells) -> Tensor:
    """Return (B, N) the label that each cell answers for, NOTHING or UNDECIDED.

    Args:
        boxes: (B, K, 4).
        kinds: (B, K) FACE, IGNORED or EMPTY.
        cells: N cells.
    """
    size_wh = boxes[..., 2:] - boxes[..., :2]  # (B, K, 2)
    area = size_wh.prod(-1)[:, None]  # (B, 1, K)
    size = area.sqrt()
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    offset = (cells.centres[None, :, None] - centre[:, None]).abs()  # (B, N, K, 2)
    wide = size_wh[:, None]
    face, ignored = (kinds == FACE)[:, None], (kinds == IGNORED)[:, None]
    reach = torch.maximum(_CENTRE * wide, _REACH * cells.strides[:, None, None])
    near = (offset < torch.minimum(reach, 0.5 * wide)).all(-1)
    low, high = cells.sizes_px[:, :1], cells.sizes_px[:, 1:]  # (N, 1)
    mine = near & face & (size >= low) & (size < high)
    smallest, label = torch.where(mine, area, torch.inf).min(-1)  # the nearer face is in front
    chosen = torch.where(smallest < torch.inf, label, NOTHING)
    covered = (offset < 0.5 * wide).all(-1) & ignored
    almost = (size >= _NEAR_LEVEL[0] * low) & (size < _NEAR_LEVEL[1] * high)
    neighbour = (offset < _CENTRE * wide).all(-1) & face & almost
    open_question = (covered | neighbour).any(-1) & (chosen == NOTHING)
    return torch.where(open_question, UNDECIDED, chosen)


def generalised_iou(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Return IoU and generalised IoU, each (P,), of pairs of boxes (P, 4)."""
    common = _area(
        torch.cat([torch.maximum(first[:, :2], second[:, :2]),
                   torch.minimum(first[:, 2:], second[:, 2:])], 1)
    )  # fmt: skip
    around = _area(
        torch.cat([torch.minimum(first[:, :2], second[:, :2]),
                   torch.maximum(first[:, 2:], second[:, 2:])], 1)
    )  # fmt: skip
    union = _area(first) + _area(second) - common
    iou = common / (union + _EPSILON)
    return iou, iou - (around - union) / (around + _EPSILON)


def _area(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:] - boxes[:, :2]).clamp(min=0.0).prod(1)
