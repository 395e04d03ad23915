"""The yardstick U: the published landmark network alone, with random weights.

MobileNetV2 1.0 (Sandler et al. 2018, table 2) at 224x224, then one linear layer from the 1280
averaged features to 478 points of x, y and score. Written in plain torch, exported with the batch
normalisations folded into the convolutions. Speed does not depend on the weights.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

SIDE_PX, N_OUTPUTS = 224, 478 * 3
_STEM, _LAST = 32, 1280
# expansion, channels, repeats, first stride
_STAGES = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
    (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip


def _convolution(
    n_in: int, n_out: int, *, side: int = 1, stride: int = 1, groups: int = 1
) -> list[nn.Module]:
    return [
        nn.Conv2d(n_in, n_out, side, stride, side // 2, groups=groups, bias=False),
        nn.BatchNorm2d(n_out),
    ]


class Block(nn.Module):
    """Widen, filter each channel, narrow; added to the input where the shapes agree."""

    def __init__(self, n_in: int, n_out: int, *, expansion: int, stride: int) -> None:
        super().__init__()
        wide = n_in * expansion
        layers: list[nn.Module] = []
        if expansion > 1:
            layers += [*_convolution(n_in, wide), nn.ReLU6()]
        layers += [*_convolution(wide, wide, side=3, stride=stride, groups=wide), nn.ReLU6()]
        self.layers = nn.Sequential(*layers, *_convolution(wide, n_out))
        self.adds = stride == 1 and n_in == n_out

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.adds else y


class Yardstick(nn.Module):
    """(B, 3, 224, 224) to (B, 1434)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [*_convolution(3, _STEM, side=3, stride=2), nn.ReLU6()]
        n_in = _STEM
        for expansion, n_out, repeats, stride in _STAGES:
            for i in range(repeats):
                first = stride if i == 0 else 1
                layers.append(Block(n_in, n_out, expansion=expansion, stride=first))
                n_in = n_out
        self.features = nn.Sequential(*layers, *_convolution(n_in, _LAST), nn.ReLU6())
        self.points = nn.Linear(_LAST, N_OUTPUTS)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.points(self.features(x).mean((2, 3)))
        return y


def export(path: Path) -> None:
    """Write the network as ONNX, batch normalisation folded."""
    torch.manual_seed(0)
    network = Yardstick().eval()
    example = torch.zeros(1, 3, SIDE_PX, SIDE_PX)
    with warnings.catch_warnings():  # the older exporter needs no further package
        warnings.simplefilter("ignore")
        names = {"input_names": ["image"], "output_names": ["points"]}
        torch.onnx.export(network, (example,), str(path), dynamo=False, **names)
