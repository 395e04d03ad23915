"""Operators with weights, pooling and normalisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as nn

from tfan.models.operators.operator import Attributes, Operator, Run, UnsupportedError, only, plain

_CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {
    3: nn.conv1d,
    4: nn.conv2d,
    5: nn.conv3d,
}
_MAX_POOLS: dict[int, Callable[..., Tensor]] = {
    3: nn.max_pool1d,
    4: nn.max_pool2d,
    5: nn.max_pool3d,
}
_MEAN_POOLS: dict[int, Callable[..., Tensor]] = {
    3: nn.avg_pool1d,
    4: nn.avg_pool2d,
    5: nn.avg_pool3d,
}


def _sides(a: Attributes, rank: int) -> tuple[list[int], list[int]]:
    """Return what is padded before and after each spatial axis."""
    pads = list(a.get("pads") or [0] * (2 * rank))
    return pads[:rank], pads[rank:]


def _padded(x: Tensor, before: Sequence[int], after: Sequence[int], value: float) -> Tensor:
    pairs = zip(reversed(before), reversed(after), strict=True)
    return nn.pad(x, [side for pair in pairs for side in pair], value=value)


def _no_auto_pad(a: Attributes) -> None:
    if a.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        msg = f"auto_pad={a['auto_pad']!r}"
        raise UnsupportedError(msg)


def _conv(a: Attributes) -> Run:
    _no_auto_pad(a)

    def run(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        rank = x.ndim - 2
        before, after = _sides(a, rank)
        if before != after:
            x, before = _padded(x, before, after, 0.0), [0] * rank
        return _CONVOLUTIONS[x.ndim](
            x,
            weight,
            bias,
            stride=a.get("strides") or [1] * rank,
            padding=before,
            dilation=a.get("dilations") or [1] * rank,
            groups=a.get("group", 1),
        )

    return run


def _gemm(a: Attributes) -> Run:
    alpha, beta = a.get("alpha", 1.0), a.get("beta", 1.0)
    turn_left, turn_right = a.get("transA", 0), a.get("transB", 0)

    def run(left: Tensor, right: Tensor, added: Tensor | None = None) -> Tensor:
        left, right = left.T if turn_left else left, right.T if turn_right else right
        if added is None:
            return torch.mul(left @ right, alpha)
        return torch.addmm(added, left, right, beta=beta, alpha=alpha)

    return run


def _max_pool(a: Attributes) -> Run:
    _no_auto_pad(a)
    only(a, "storage_order", 0)
    only(a, "num_outputs", 1)
    kernel = a["kernel_shape"]
    rank = len(kernel)

    def run(x: Tensor) -> Tensor:
        before, after = _sides(a, rank)
        if before != after or any(2 * side > k for side, k in zip(before, kernel, strict=True)):
            x, before = _padded(x, before, after, float("-inf")), [0] * rank
        return _MAX_POOLS[x.ndim](
            x,
            kernel,
            stride=a.get("strides") or [1] * rank,
            padding=before,
            dilation=a.get("dilations") or [1] * rank,
            ceil_mode=bool(a.get("ceil_mode", 0)),
        )

    return run


def _mean_pool(a: Attributes) -> Run:
    _no_auto_pad(a)
    kernel = a["kernel_shape"]
    rank = len(kernel)
    before, after = _sides(a, rank)
    only(a, "dilations", [1] * rank)
    if before != after or any(2 * side > k for side, k in zip(before, kernel, strict=True)):
        msg = f"pads={a['pads']!r}"
        raise UnsupportedError(msg)
    return lambda x: _MEAN_POOLS[x.ndim](
        x,
        kernel,
        stride=a.get("strides") or [1] * rank,
        padding=before,
        ceil_mode=bool(a.get("ceil_mode", 0)),
        count_include_pad=bool(a.get("count_include_pad", 0)),
    )


def _batch_norm(a: Attributes) -> Run:
    only(a, "training_mode", 0)
    epsilon = a.get("epsilon", 1e-5)

    def run(x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, var: Tensor) -> Tensor:
        return nn.batch_norm(x, mean, var, scale, bias, training=False, eps=epsilon)

    return run


def _over_all(function: Callable[..., Tensor]) -> Operator:
    return plain(lambda x: function(x, list(range(2, x.ndim)), keepdim=True))


def _prelu(x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x < 0, x * slope, x)


LAYERS: dict[str, Operator] = {
    "AveragePool": Operator(_mean_pool),
    "BatchNormalization": Operator(_batch_norm),
    "Conv": Operator(_conv),
    "Gemm": Operator(_gemm),
    "GlobalAveragePool": _over_all(torch.mean),
    "GlobalMaxPool": _over_all(torch.amax),
    "MatMul": plain(torch.matmul),
    "MaxPool": Operator(_max_pool),
    "PRelu": plain(_prelu),
}
