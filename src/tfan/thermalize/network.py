"""The thermalizer: a U-Net with a residual encoder in plain torch, a shape on each line.

Names of the encoder's weights are those of the common ResNet files (conv1, bn1, layer1 .. layer4),
so that a state dict of an ImageNet ResNet of the same widths can be read into it.
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tfan.errors import WeightsError
from tfan.thermalize.config import Widths

STRIDE = 32
"""Sides of what enters must be multiples of it."""
_MEAN = (0.485, 0.456, 0.406)  # of ImageNet's red, green and blue, and their deviations
_DEVIATION = (0.229, 0.224, 0.225)
_UNREADABLE = (
    RuntimeError, EOFError, KeyError, TypeError, AttributeError, OSError, IndexError, ValueError,
    pickle.UnpicklingError, zipfile.BadZipFile,
)  # fmt: skip


class BasicBlock(nn.Module):
    """relu(skip(x) + f(x)) with two 3 x 3 convolutions."""

    def __init__(self, c_in: int, c_out: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or c_in != c_out:
            narrow = nn.Conv2d(c_in, c_out, 1, stride, bias=False)
            self.downsample = nn.Sequential(narrow, nn.BatchNorm2d(c_out))

    def forward(self, x: Tensor) -> Tensor:
        inside = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.downsample(x) + self.bn2(self.conv2(inside)), inplace=True)


class Encoder(nn.Module):
    """(B, 3, H, W) -> maps at 1/2, 1/4, 1/8, 1/16 and 1/32 of that size."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths.stem, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths.stem)
        c_in = widths.stem
        for number, (c_out, count) in enumerate(
            zip(widths.channels, widths.blocks, strict=True), start=1
        ):
            first = BasicBlock(c_in, c_out, stride=1 if number == 1 else 2)
            rest = [BasicBlock(c_out, c_out, stride=1) for _ in range(count - 1)]
            setattr(self, f"layer{number}", nn.Sequential(first, *rest))
            c_in = c_out

    def forward(self, x: Tensor) -> list[Tensor]:
        x = functional.relu(self.bn1(self.conv1(x)))  # (B, stem, H/2, W/2)
        maps = [x]
        x = functional.max_pool2d(x, 3, 2, 1)  # (B, stem, H/4, W/4)
        for number in range(1, 5):
            x = getattr(self, f"layer{number}")(x)
            maps.append(x)
        return maps


class UpStep(nn.Module):
    """Twice the size, joined with the encoder's map of that size, two 3 x 3 convolutions."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.first = _convolution(c_in, c_out)
        self.second = _convolution(c_out, c_out)

    def forward(self, x: Tensor, side: Tensor | None) -> Tensor:
        x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
        joined: Tensor = self.first(x if side is None else torch.cat([x, side], 1))
        out: Tensor = self.second(joined)
        return out


class ThermalNet(nn.Module):
    """(B, 3, H, W) red, green, blue in 0..1 -> (B, 1, H, W) shares of 20..40 degrees Celsius."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.encoder = Encoder(widths)
        sides = [*widths.channels[2::-1], widths.stem, 0]  # channels at 1/16, 1/8, 1/4, 1/2, 1
        inputs = [widths.channels[-1], *widths.decoder[:-1]]
        self.decoder = nn.ModuleList(
            UpStep(below + side, c_out)
            for below, side, c_out in zip(inputs, sides, widths.decoder, strict=True)
        )
        self.output = nn.Conv2d(widths.decoder[-1], 1, 3, 1, 1)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        deviation = torch.tensor(_DEVIATION).view(1, 3, 1, 1)
        self.register_buffer("deviation", deviation, persistent=False)

    def forward(self, rgb: Tensor) -> Tensor:
        maps = self.encoder((rgb - self.mean) / self.deviation)
        x = maps.pop()  # (B, channels[3], H/32, W/32)
        for step in self.decoder:
            x = step(x, maps.pop() if maps else None)
        return torch.sigmoid(self.output(x).float())  # (B, 1, H, W)


def _convolution(c_in: int, c_out: int) -> nn.Sequential:
    layer = nn.Conv2d(c_in, c_out, 3, 1, 1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


def load_encoder(net: ThermalNet, path: Path) -> None:
    """Read a ResNet's state dict into the encoder; its last layer for classes is left out.

    Args:
        net: a network of the same widths as the ResNet (the published recipe: ResNet-34).
        path: a state dict of tensors (.pth), such as an ImageNet ResNet-34.

    Raises:
        WeightsError: the file cannot be read safely, or its entries do not fit; the first that
            does not is named.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        entries = {key: value for key, value in state.items() if not key.startswith("fc.")}
    except _UNREADABLE as error:
        msg = f"{path} cannot be read as a state dict of tensors ({type(error).__name__})."
        raise WeightsError(msg) from error
    wanted = net.encoder.state_dict()
    counts = {key for key in wanted if key.endswith("num_batches_tracked")}  # of newer torch alone
    for key in sorted((wanted.keys() - counts) | entries.keys()):
        there, needed = entries.get(key), wanted.get(key)
        if there is None or needed is None or there.shape != needed.shape:
            has, needs = _shape(there), _shape(needed)
            msg = f"{path} does not fit the encoder: {key} is {has} in the file, {needs} in it."
            raise WeightsError(msg)
    net.encoder.load_state_dict({**{key: wanted[key] for key in counts}, **entries})


def _shape(value: Any) -> str:
    return "nothing" if value is None else str(tuple(getattr(value, "shape", ())))
