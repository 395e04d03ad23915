"""The same rows with less arithmetic, for the ONNX file.

A 1 x 1 convolution and copying each pixel four times can change places: convolving the small map
first takes a quarter of the steps, and the two maps need not be joined before.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tfan.models.published.yolo5face_parts import C3, Concat, Conv, Network


class ConvOfTwo(nn.Module):
    """A 1 x 1 `Conv` of a small map, enlarged, and a large one."""

    def __init__(self, whole: Conv, enlarge: nn.Upsample, c_small: int) -> None:
        super().__init__()
        folded = fuse_conv_bn_eval(whole.conv, whole.bn)
        c_out, c_both = folded.weight.shape[:2]
        self.small = nn.Conv2d(c_small, c_out, 1, bias=False)
        self.large = nn.Conv2d(c_both - c_small, c_out, 1)
        self.small.weight.data = folded.weight.data[:, :c_small].contiguous()
        self.large.weight.data = folded.weight.data[:, c_small:].contiguous()
        assert folded.bias is not None  # of the batch norm
        self.large.bias = folded.bias
        self.enlarge = enlarge

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        return functional.silu(self.large(large) + self.enlarge(self.small(small)))


class C3OfTwo(nn.Module):
    """A `C3` of a small map, enlarged, and a large one."""

    def __init__(self, whole: C3, enlarge: nn.Upsample, c_small: int) -> None:
        super().__init__()
        self.cv1 = ConvOfTwo(whole.cv1, enlarge, c_small)
        self.cv2 = ConvOfTwo(whole.cv2, enlarge, c_small)
        self.cv3, self.m = whole.cv3, whole.m

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        both = [self.m(self.cv1(small, large)), self.cv2(small, large)]
        joined: Tensor = self.cv3(torch.cat(both, dim=1))
        return joined


def lean(net: nn.Module) -> nn.Module:
    """Return a copy of a network that gives the same rows, but for rounding, sooner."""
    net = copy.deepcopy(net).eval()
    assert isinstance(net, Network)
    for number, part in enumerate(net.model):
        joined = net.sources[number][0]
        if not isinstance(part, C3) or not isinstance(net.model[joined], Concat):
            continue
        first, *others = net.sources[joined]
        enlarge, below = net.model[first], net.sources[first][0]
        giver = net.model[below]
        if isinstance(enlarge, nn.Upsample) and isinstance(giver, Conv) and len(others) == 1:
            net.model[number] = C3OfTwo(part, enlarge, giver.conv.out_channels)
            net.sources[number] = [below, others[0]]
    return net
