"""The parts of YOLO5Face in plain torch; `yolo5face` puts them together.

Parameters are named as in the published state dict, so that it loads as it is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

ROW_NUMBERS = 16  # centre x, y, width, height, objectness, five points, score of the class
_BOX_NUMBERS = 5
_POINT_NUMBERS = 10
_NORM_EPSILON = 1e-3


class Conv(nn.Module):
    """Convolution that keeps the size (but for its stride), batch norm, SiLU."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=_NORM_EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        return functional.silu(self.bn(self.conv(x)))


class StemBlock(nn.Module):
    """A convolution of some stride, then half the size again in two ways side by side."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 3, stride: int = 2) -> None:
        super().__init__()
        self.stem_1 = Conv(c_in, c_out, kernel, stride)
        self.stem_2a = Conv(c_out, c_out // 2)
        self.stem_2b = Conv(c_out // 2, c_out, 3, 2)
        self.stem_3 = Conv(2 * c_out, c_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem_1(x)
        learnt, largest = self.stem_2b(self.stem_2a(x)), functional.max_pool2d(x, 2, 2)
        both: Tensor = self.stem_3(torch.cat([learnt, largest], dim=1))
        return both


class ShuffleV2Block(nn.Module):
    """The unit of ShuffleNet V2 (arXiv:1807.11164), with SiLU.

    Of stride 1: half of the channels pass as they are. Of stride 2: two branches see all of them.
    """

    def __init__(self, c_in: int, c_out: int, stride: int = 1) -> None:
        super().__init__()
        half = c_out // 2
        self.stride, self.channels = stride, half
        if stride > 1:
            self.branch1 = nn.Sequential(*_depthwise(c_in, stride), *_pointwise(c_in, half))
        entering = c_in if stride > 1 else half
        self.branch2 = nn.Sequential(
            *_pointwise(entering, half), *_depthwise(half, stride), *_pointwise(half, half)
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.stride > 1:
            halves = self.branch1(x), self.branch2(x)
        else:
            halves = x[:, : self.channels], self.branch2(x[:, self.channels :])
        in_turn = torch.stack(halves, dim=2)
        return in_turn.reshape(-1, 2 * self.channels, *in_turn.shape[3:])


class Bottleneck(nn.Module):
    """1 x 1 and 3 x 3 convolutions, with or without a shortcut."""

    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.cv1 = Conv(channels, channels)
        self.cv2 = Conv(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        worked: Tensor = self.cv2(self.cv1(x))
        return x + worked if self.shortcut else worked


class C3(nn.Module):
    """Three 1 x 1 convolutions around a row of bottlenecks."""

    def __init__(self, c_in: int, c_out: int, shortcut: bool = True, *, count: int = 1) -> None:
        super().__init__()
        half = c_out // 2
        self.cv1 = Conv(c_in, half)
        self.cv2 = Conv(c_in, half)
        self.cv3 = Conv(2 * half, c_out)
        self.m = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(count)))

    def forward(self, x: Tensor) -> Tensor:
        both: Tensor = self.cv3(torch.cat([self.m(self.cv1(x)), self.cv2(x)], dim=1))
        return both


class Concat(nn.Module):
    """Maps of the same size, one after the other along their channels."""

    def forward(self, *maps: Tensor) -> Tensor:
        return torch.cat(maps, dim=1)


class Detect(nn.Module):
    """Maps of several strides -> (B, R, 16) rows in pixels of the input.

    The rows go level by level, anchor by anchor, row by row of the map.
    """

    anchors: Tensor
    anchor_grid: Tensor

    def __init__(self, channels: list[int], strides: list[int], n_anchors: int) -> None:
        super().__init__()
        levels = len(channels)
        self.strides = strides
        self.n_anchors = n_anchors
        self.register_buffer("anchors", torch.zeros(levels, n_anchors, 2))  # in strides
        self.register_buffer("anchor_grid", torch.zeros(levels, 1, n_anchors, 1, 1, 2))  # in pixels
        self.m = nn.ModuleList(nn.Conv2d(c, ROW_NUMBERS * n_anchors, 1) for c in channels)

    def forward(self, *maps: Tensor) -> Tensor:
        return torch.cat([self._level(i, x) for i, x in enumerate(maps)], dim=1)

    def _level(self, level: int, features: Tensor) -> Tensor:
        raw = self.m[level](features)
        batch, _, height, width = raw.shape
        raw = raw.view(batch, self.n_anchors, ROW_NUMBERS, height, width)
        stride = self.strides[level]
        anchor = self.anchor_grid[level].reshape(1, self.n_anchors, 2, 1, 1)
        corner = _corners(height, width, raw) * stride
        box, points, score = raw.split([_BOX_NUMBERS, _POINT_NUMBERS, 1], dim=2)
        centre, sides, objectness = box.sigmoid().split([2, 2, 1], dim=2)
        centre = centre * (2 * stride) + (corner - stride / 2)
        sides = sides * sides * (4 * anchor)
        five = points * torch.cat([anchor] * 5, dim=2) + torch.cat([corner] * 5)
        columns = torch.cat([centre, sides, objectness, five, score.sigmoid()], dim=2)
        return columns.permute(0, 1, 3, 4, 2).reshape(batch, -1, ROW_NUMBERS)


class Network(nn.Module):
    """(B, 3, H, W) colours 0..1, H and W multiples of the largest stride -> (B, R, 16) rows.

    Attributes:
        model: the parts, in their order.
        sources: of each part, the numbers of the parts that feed it; -1 is the image.
    """

    def __init__(self, parts: list[nn.Module], sources: list[list[int]]) -> None:
        super().__init__()
        self.model = nn.ModuleList(parts)
        self.sources = sources

    def forward(self, image: Tensor) -> Tensor:
        maps = {-1: image}
        for number, (part, sources) in enumerate(zip(self.model, self.sources, strict=True)):
            maps[number] = part(*(maps[source] for source in sources))
        return maps[number]


def _pointwise(c_in: int, c_out: int) -> list[nn.Module]:
    norm = nn.BatchNorm2d(c_out, eps=_NORM_EPSILON)
    return [nn.Conv2d(c_in, c_out, 1, bias=False), norm, nn.SiLU()]


def _depthwise(channels: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)
    return [convolution, nn.BatchNorm2d(channels, eps=_NORM_EPSILON)]


def _corners(height: int, width: int, like: Tensor) -> Tensor:
    """Return (2, H, W) column and row of each cell."""
    rows = torch.arange(height, device=like.device, dtype=like.dtype)
    columns = torch.arange(width, device=like.device, dtype=like.dtype)
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"))
