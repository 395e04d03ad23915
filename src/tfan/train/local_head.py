"""A second opinion on each landmark, from the features right where the first one put it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_LEVELS = 3  # the finest feature maps, joined at the finest
UNITS = (0.05, 0.05, 1.0, 1.0)  # crop units for an answer of 1; log_sigma and logits as they are


def sample_at(maps: Tensor, points: Tensor) -> Tensor:
    """Return (B, N, C) features of maps (B, C, H, W) at points (B, N, 2) in -1..1, bilinear.

    Rows of a table are taken, four for a point: ONNX Runtime does that ten times as fast as a grid
    sample of single values.
    """
    height, width = maps.shape[-2:]
    table = maps.flatten(2).transpose(1, 2)  # (B, H * W, C)
    x = ((points[..., 0] + 1) * (width / 2) - 0.5).clamp(0, width - 1)
    y = ((points[..., 1] + 1) * (height / 2) - 0.5).clamp(0, height - 1)
    left, top = x.floor().clamp(max=width - 2), y.floor().clamp(max=height - 2)
    share_x, share_y = (x - left)[..., None], (y - top)[..., None]
    first = torch.arange(maps.shape[0], device=maps.device)[:, None] * (height * width)
    corner = (top * width + left).long() + first  # (B, N)
    rows = table.reshape(-1, table.shape[-1])
    upper = _row(rows, corner) * (1 - share_x) + _row(rows, corner + 1) * share_x
    below = corner + width
    lower = _row(rows, below) * (1 - share_x) + _row(rows, below + 1) * share_x
    return upper * (1 - share_y) + lower * share_y


def _row(rows: Tensor, index: Tensor) -> Tensor:
    return functional.embedding(index, rows)


class LocalHead(nn.Module):
    """Feature maps, context and points -> what to add to points, log_sigma and visibility."""

    def __init__(self, channels: tuple[int, ...], *, width: int, context: int, points: int) -> None:
        super().__init__()
        self.sides = nn.ModuleList(
            nn.Sequential(nn.Conv2d(c, width, 1, bias=False), nn.BatchNorm2d(width))
            for c in channels[:_LEVELS]
        )
        self.mix = nn.Linear(width, width)
        self.context = nn.Linear(context, width, bias=False)
        self.place = nn.Parameter(torch.randn(points, width) * 0.1)
        self.output = nn.Parameter(torch.zeros(points, width, 4))

    def forward(self, maps: list[Tensor], context: Tensor, points: Tensor) -> Tensor:
        """Return (B, N, 4) additions; all zero before the training.

        Args:
            maps: feature maps at strides 4, 8, 16.
            context: (B, D) features of the whole crop.
            points: (B, N, 2) in -1..1; no gradient flows into where they are.
        """
        fine, middle, coarse = (side(x) for side, x in zip(self.sides, maps[:_LEVELS], strict=True))
        middle = middle + functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        fine = fine + functional.interpolate(middle, scale_factor=2.0, mode="nearest")
        seen = sample_at(functional.relu(fine), points.detach())
        x = functional.relu(self.mix(seen) + (self.context(context)[:, None] + self.place))
        # sums of products: a batch of small matrices takes ONNX Runtime four times as long
        answers = (self.output * self.output.new_tensor(UNITS)).transpose(1, 2)  # (N, 4, C)
        return (x[:, :, None] * answers).sum(-1)
