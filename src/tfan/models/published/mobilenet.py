"""The published landmark network: MobileNetV2 (Sandler et al. 2018), then one linear layer.

Written from the paper's table 2 and the names and shapes of the published state dicts.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

SIDE_PX = 224
_STEM, _LAST = 32, 1280
# expansion, channels, repeats, first stride
_STAGES = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
    (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip
_LEAK = 0.01
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet, red, green, blue
LEAST_VARIANCE = 1e-6  # to which the training clamped it
_CERTAIN = 20.0  # logit of what this network does not doubt: that there is a face, that it is seen


def _convolution(
    n_in: int, n_out: int, *, side: int = 1, stride: int = 1, groups: int = 1
) -> nn.Conv2d:
    return nn.Conv2d(n_in, n_out, side, stride, side // 2, groups=groups, bias=False)


def _block(n_in: int, n_out: int, *, expansion: int, stride: int) -> nn.Module:
    wide = n_in * expansion
    filters = _convolution(wide, wide, side=3, stride=stride, groups=wide)
    if expansion == 1:
        steps = {"conv_dw": filters, "conv_pw": _convolution(wide, n_out)}
    else:
        widen, narrow = _convolution(n_in, wide), _convolution(wide, n_out)
        steps = {"conv_pw": widen, "conv_dw": filters, "conv_pwl": narrow}
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number, (name, step) in enumerate(steps.items(), start=1):
        layers[name] = step
        layers[f"bn{number}"] = nn.BatchNorm2d(step.out_channels)
        if number < len(steps):
            layers[f"act{number}"] = nn.ReLU6()
    return _Added(layers) if stride == 1 and n_in == n_out else nn.Sequential(layers)


class _Added(nn.Sequential):
    """Layers whose answer is added to what goes in."""

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for layer in self:
            y = layer(y)
        return x + y


def _features() -> nn.Sequential:
    stages, n_in = [], _STEM
    for expansion, n_out, repeats, first_stride in _STAGES:
        blocks = []
        for i in range(repeats):
            stride = first_stride if i == 0 else 1
            blocks.append(_block(n_in, n_out, expansion=expansion, stride=stride))
            n_in = n_out
        stages.append(nn.Sequential(*blocks))
    layers = {
        "conv_stem": _convolution(3, _STEM, side=3, stride=2),
        "bn1": nn.BatchNorm2d(_STEM),
        "act1": nn.ReLU6(),
        "blocks": nn.Sequential(*stages),
        "conv_head": _convolution(n_in, _LAST),
        "bn2": nn.BatchNorm2d(_LAST),
        "act2": nn.ReLU6(),
    }
    return nn.Sequential(OrderedDict(layers))


class PublishedNet(nn.Module):
    """(B, 3, 224, 224), ImageNet-normalised, to (B, N, 3): x, y and variance in crop sides."""

    def __init__(self, n_landmarks: int) -> None:
        super().__init__()
        self.feature_network = _features()
        self.fc = nn.Linear(_LAST, 3 * n_landmarks)

    def forward(self, x: Tensor) -> Tensor:
        averaged = self.feature_network(x).mean((2, 3))  # (B, 1280)
        outputs = nn.functional.leaky_relu(self.fc(averaged), _LEAK)
        return outputs.reshape(-1, self.fc.out_features // 3, 3)


class LandmarkContractNet(nn.Module):
    """The published network behind the contract of tfan's landmark networks.

    (B, 1, 224, 224) grey in 0..1 to points (B, N, 2) in -1..1, log_sigma (B, N) in half sides,
    visibility (B, N), presence (B,) and the published third output (B, N) as it comes.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, net: PublishedNet) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", torch.tensor(MEAN).reshape(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).reshape(1, 3, 1, 1))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        outputs = self.net((crops - self.mean) / self.deviation)
        third = outputs[..., 2]
        variance = third.clamp(min=LEAST_VARIANCE) * 4  # half sides are two to a side
        seen = torch.zeros_like(third) + _CERTAIN
        return outputs[..., :2] * 2 - 1, variance.log() / 2, seen, seen[:, 0], third
