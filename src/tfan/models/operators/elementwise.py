"""Operators that look at one element at a time, and those that sum up along axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as nn

from tfan.models.operators.operator import Attributes, Operator, Run, numbers, plain

DTYPES = {  # numbers of ONNX's TensorProto.DataType
    1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32,
    7: torch.int64, 9: torch.bool, 10: torch.float16, 11: torch.float64, 16: torch.bfloat16,
}  # fmt: skip


def _div(a: Tensor, b: Tensor) -> Tensor:
    return torch.div(a, b, rounding_mode=None if a.is_floating_point() else "trunc")


def _mod(a: Attributes) -> Run:
    return torch.fmod if a.get("fmod", 0) else torch.remainder


def _power(a: Tensor, b: Tensor) -> Tensor:
    return torch.pow(a, b).to(a.dtype)


def _clip(x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    limits = [None if limit is None else limit.item() for limit in (low, high)]
    return x if limits == [None, None] else torch.clamp(x, *limits)


def _clip_operator(a: Attributes) -> Run:
    low, high = a.get("min"), a.get("max")  # attributes before opset 11
    if low is None and high is None:
        return _clip
    return lambda x: torch.clamp(x, low, high)


def _hard_sigmoid(a: Attributes) -> Run:
    slope, shift = a.get("alpha", 0.2), a.get("beta", 0.5)
    return lambda x: torch.clamp(slope * x + shift, 0, 1)


def _cast(a: Attributes) -> Run:
    to = DTYPES[a["to"]]
    return lambda x: x.to(to)


def _fold(function: Callable[[Tensor, Tensor], Tensor]) -> Operator:
    return plain(lambda *given: reduce(function, given))


def _mean(*given: Tensor) -> Tensor:
    return reduce(torch.add, given) / len(given)


def _reduction(function: Callable[..., Tensor]) -> Operator:
    """Return an operator over axes, which are an attribute or, in newer files, an input."""

    def make(a: Attributes) -> Run:
        keep, idle = bool(a.get("keepdims", 1)), bool(a.get("noop_with_empty_axes", 0))

        def run(x: Tensor, axes: Tensor | None = None) -> Tensor:
            along = numbers(axes) or a.get("axes") or ([] if idle else list(range(x.ndim)))
            return function(x, along, keep) if along else x

        return run

    return Operator(make, host=frozenset({1}))


def _product(x: Tensor, axes: list[int], keep: bool) -> Tensor:
    for axis in sorted((axis % x.ndim for axis in axes), reverse=True):
        x = x.prod(axis, keepdim=keep)
    return x


def _arg(function: Callable[..., Tensor]) -> Callable[[Attributes], Run]:
    def make(a: Attributes) -> Run:
        axis, keep = a.get("axis", 0), bool(a.get("keepdims", 1))
        return lambda x: function(x, axis, keepdim=keep)

    return make


def _softmax(function: Callable[..., Tensor]) -> Callable[[Attributes], Run]:
    return lambda a: lambda x: function(x, dim=a.get("axis", -1))


_PLAIN: dict[str, Callable[..., Any]] = {
    "Abs": torch.abs, "Add": torch.add, "And": torch.logical_and, "Ceil": torch.ceil,
    "Cos": torch.cos, "Div": _div, "Equal": torch.eq, "Erf": torch.erf, "Exp": torch.exp,
    "Floor": torch.floor, "Greater": torch.gt, "GreaterOrEqual": torch.ge,
    "HardSwish": nn.hardswish, "Less": torch.lt, "LessOrEqual": torch.le, "Log": torch.log,
    "Mean": _mean, "Mul": torch.mul, "Neg": torch.neg, "Not": torch.logical_not,
    "Or": torch.logical_or, "Pow": _power, "Reciprocal": torch.reciprocal, "Relu": torch.relu,
    "Round": torch.round, "Sigmoid": torch.sigmoid, "Sign": torch.sign, "Sin": torch.sin,
    "Softplus": nn.softplus, "Sqrt": torch.sqrt, "Sub": torch.sub, "Tanh": torch.tanh,
    "Where": torch.where,
}  # fmt: skip

ELEMENTWISE: dict[str, Operator] = {name: plain(run) for name, run in _PLAIN.items()} | {
    "ArgMax": Operator(_arg(torch.argmax)),
    "ArgMin": Operator(_arg(torch.argmin)),
    "Cast": Operator(_cast),
    "Clip": Operator(_clip_operator, host=frozenset({1, 2})),
    "Elu": Operator(lambda a: lambda x: nn.elu(x, a.get("alpha", 1.0))),
    "HardSigmoid": Operator(_hard_sigmoid),
    "LeakyRelu": Operator(lambda a: lambda x: nn.leaky_relu(x, a.get("alpha", 0.01))),
    "LogSoftmax": Operator(_softmax(nn.log_softmax)),
    "Max": _fold(torch.maximum),
    "Min": _fold(torch.minimum),
    "Mod": Operator(_mod),
    "ReduceMax": _reduction(torch.amax),
    "ReduceMean": _reduction(torch.mean),
    "ReduceMin": _reduction(torch.amin),
    "ReduceProd": _reduction(_product),
    "ReduceSum": _reduction(torch.sum),
    "Softmax": Operator(_softmax(nn.softmax)),
    "Sum": _fold(torch.add),
}
