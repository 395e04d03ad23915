"""The two networks: plain residual stages on one channel, a shape on each line."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from tfan.train.config import Network
from tfan.train.local_head import LocalHead

N_LANDMARKS = 548
CROP_PX = 128
STRIDES = (8, 16, 32)
CELL_NUMBERS = 15  # score, four distances, five points of x and y


def _convolution(
    c_in: int, c_out: int, *, kernel: int = 3, stride: int = 1, activate: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(c_out),
    ]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if activate else nn.Sequential(*layers)


def _stem(c_out: int) -> nn.Sequential:
    """(B, 1, H, W) -> (B, c_out, H/4, W/4).

    One wide patch instead of two small convolutions: on one CPU thread those two, at full
    and half resolution, cost a third of the whole step for one per cent of its arithmetic.
    """
    patch = nn.Conv2d(1, c_out, 8, 4, 2, bias=False)
    return nn.Sequential(patch, nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class Block(nn.Module):
    """x + f(x) with two 3 x 3 convolutions, narrower between them."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.first = _convolution(channels, inner)
        self.second = _convolution(inner, channels, activate=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)), inplace=True)


class Backbone(nn.Module):
    """Feature maps at strides 4, 8, 16, 32, ... of the input."""

    def __init__(self, sizes: Network) -> None:
        super().__init__()
        downs = [_stem(sizes.channels[0])]
        downs += [_convolution(a, b, stride=2) for a, b in pairwise(sizes.channels)]
        self.stages = nn.ModuleList(
            nn.Sequential(down, *(Block(channels, inner) for _ in range(count)))
            for down, channels, inner, count in zip(
                downs, sizes.channels, sizes.inner, sizes.blocks, strict=True
            )
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps: list[Tensor] = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class LandmarkNet(nn.Module):
    """(B, 1, 128, 128) crops -> points, log_sigma, visibility, presence."""

    def __init__(self, sizes: Network) -> None:
        super().__init__()
        last_px = CROP_PX // 4 // 2 ** (len(sizes.channels) - 1)
        self.backbone = Backbone(sizes)
        self.neck = _convolution(sizes.channels[-1], sizes.channels[-1] // 2, kernel=1)
        self.hidden = nn.Linear(sizes.channels[-1] // 2 * last_px**2, sizes.head)
        self.output = nn.Linear(sizes.head, N_LANDMARKS * 4 + 1)
        nn.init.normal_(self.output.weight, 0.0, 0.003)
        nn.init.zeros_(self.output.bias)
        self.start_from(torch.zeros(N_LANDMARKS, 2))
        self.local = _local_head(sizes) if sizes.local else None

    @torch.no_grad()
    def start_from(self, mean_points: Tensor, *, log_sigma: float = -2.0) -> None:
        """Let the untrained network answer (548, 2) mean_points, in crop units."""
        bias = self.output.bias[:-1].view(N_LANDMARKS, 4)
        bias[:, :2] = mean_points
        bias[:, 2] = log_sigma

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return (B, 548, 2) x, y in -1..1, (B, 548), (B, 548) logits, (B,) logits."""
        maps = self.backbone(crops)
        # leaky: of 512 plain rectified units 41 were alive after a million crops
        whole = functional.leaky_relu(self.hidden(self.neck(maps[-1]).flatten(1)), 0.1)  # (B, D)
        x = self.output(whole).float()  # (B, 548 * 4 + 1)
        each = x[:, :-1].reshape(-1, N_LANDMARKS, 4)
        if self.local is not None:
            each = each + self.local(maps, whole, each[..., :2]).float()
        return each[..., :2], each[..., 2].clamp(-6.0, 1.0), each[..., 3], x[:, -1]


def _local_head(sizes: Network) -> LocalHead:
    return LocalHead(sizes.channels, width=sizes.local, context=sizes.head, points=N_LANDMARKS)


class DetectorNet(nn.Module):
    """(B, 1, H, W) images -> (B, N, 15) raw cells of strides 8, 16 and 32, row-major."""

    def __init__(self, sizes: Network) -> None:
        super().__init__()
        self.backbone = Backbone(sizes)
        width = sizes.head
        self.sides = nn.ModuleList(
            _convolution(channels, width, kernel=1, activate=False)
            for channels in sizes.channels[1:]
        )
        self.heads = nn.ModuleList(_convolution(width, width) for _ in STRIDES)
        self.outputs = nn.ModuleList(nn.Conv2d(width, CELL_NUMBERS, 1) for _ in STRIDES)
        for output in self.outputs:
            self._start_rare(output)

    @staticmethod
    @torch.no_grad()
    def _start_rare(output: nn.Module) -> None:
        """Start with few faces (score near .02) of about the level's size."""
        assert isinstance(output, nn.Conv2d)
        assert output.bias is not None
        nn.init.normal_(output.weight, 0.0, 0.01)
        nn.init.zeros_(output.bias)
        output.bias[0] = -4.0
        output.bias[1:5] = 1.0

    def forward(self, images: Tensor) -> Tensor:
        fine, middle, coarse = (
            side(x) for side, x in zip(self.sides, self.backbone(images)[1:], strict=True)
        )
        middle = middle + functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        fine = fine + functional.interpolate(middle, scale_factor=2.0, mode="nearest")
        cells = [
            output(head(functional.relu(x))).flatten(2)  # (B, 15, h * w)
            for output, head, x in zip(
                self.outputs, self.heads, (fine, middle, coarse), strict=True
            )
        ]
        return torch.cat(cells, dim=2).transpose(1, 2).float()


def network_for(task: str, sizes: Network) -> nn.Module:
    """Return the untrained network of a task, "landmarks" or "detector"."""
    return LandmarkNet(sizes) if task == "landmarks" else DetectorNet(sizes)


def multiply_adds(net: nn.Module, image: Tensor) -> int:
    """Count the multiplications of one forward pass of image, convolutions and matrices only."""
    counts: list[int] = []

    def count(module: nn.Module, _: object, output: Tensor) -> None:
        weight = module.weight
        assert isinstance(weight, Tensor)
        counts.append(output[0].numel() * weight[0].numel())

    layers = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    training = net.training
    with torch.no_grad():
        net.eval()(image)
    net.train(training)
    for hook in hooks:
        hook.remove()
    return sum(counts)
