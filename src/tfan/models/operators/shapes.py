"""Operators that move numbers about without changing them, and those that make shapes."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as nn

from tfan.models.operators.operator import (
    Attributes,
    Operator,
    Run,
    UnsupportedError,
    numbers,
    plain,
)

_PAD_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}


def _reshape(a: Attributes) -> Run:
    keep_zero = bool(a.get("allowzero", 0))

    def run(x: Tensor, shape: Tensor) -> Tensor:
        sides = numbers(shape) or []
        if not keep_zero:
            sides = [x.shape[i] if side == 0 else side for i, side in enumerate(sides)]
        return x.reshape(sides)

    return run


def _flatten(a: Attributes) -> Run:
    axis = a.get("axis", 1)

    return lambda x: x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))


def _transpose(a: Attributes) -> Run:
    perm = a.get("perm")
    return lambda x: x.permute(perm if perm else tuple(reversed(range(x.ndim))))


def _split(a: Attributes) -> Run:
    axis, count = a.get("axis", 0), a["num_outputs"]

    def run(x: Tensor, sizes: Tensor | None = None) -> Any:
        parts = numbers(sizes) or a.get("split")
        return torch.split(x, parts if parts else -(-x.shape[axis] // count), dim=axis)

    return run


def _slice(
    x: Tensor,
    starts: Tensor,
    ends: Tensor,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    first, last = numbers(starts) or [], numbers(ends) or []
    along = numbers(axes) or list(range(len(first)))
    by = numbers(steps) or [1] * len(first)
    for start, end, axis, step in zip(first, last, along, by, strict=True):
        kept = range(*slice(start, end, step).indices(x.shape[axis]))
        if step > 0:
            x = x.narrow(axis, min(kept.start, x.shape[axis]), max(kept.stop - kept.start, 0))
            x = x if step == 1 else x[(slice(None),) * (axis % x.ndim) + (slice(0, None, step),)]
        else:
            x = x.index_select(axis, torch.tensor(list(kept), dtype=torch.int64, device=x.device))
    return x


def _unsqueeze(a: Attributes) -> Run:
    def run(x: Tensor, axes: Tensor | None = None) -> Tensor:
        along = numbers(axes) or a["axes"]
        for axis in sorted(axis % (x.ndim + len(along)) for axis in along):
            x = x.unsqueeze(axis)
        return x

    return run


def _squeeze(a: Attributes) -> Run:
    def run(x: Tensor, axes: Tensor | None = None) -> Tensor:
        along = numbers(axes) or a.get("axes")
        return x.squeeze() if along is None else x.squeeze(tuple(along))

    return run


def _gather(a: Attributes) -> Run:
    axis = a.get("axis", 0)

    def run(x: Tensor, indices: Tensor) -> Tensor:
        if indices.ndim == 0:
            return x.select(axis, int(indices))
        length, at = x.shape[axis], indices.to(x.device)
        at = torch.where(at < 0, at + length, at)
        rows = x.index_select(axis, at.reshape(-1))
        axis_from_left = axis % x.ndim
        return rows.reshape(x.shape[:axis_from_left] + at.shape + x.shape[axis_from_left + 1 :])

    return run


def _shape(a: Attributes) -> Run:
    return lambda x: torch.tensor(x.shape[a.get("start", 0) : a.get("end")], dtype=torch.int64)


def _constant_of_shape(a: Attributes) -> Run:
    value = a.get("value", torch.zeros(1))
    return lambda shape: value.expand(numbers(shape) or []).clone()


def _range(start: Tensor, limit: Tensor, step: Tensor) -> Tensor:
    return torch.arange(start.item(), limit.item(), step.item(), dtype=start.dtype)


def _expand(x: Tensor, shape: Tensor) -> Tensor:
    sides = numbers(shape) or []
    missing = x.ndim - len(sides)
    sides = [1] * missing + sides
    own = [1] * -missing + list(x.shape)
    return x.expand([a if b == 1 else b for a, b in zip(own, sides, strict=True)])


def _pad(a: Attributes) -> Run:
    mode = _PAD_MODES.get(a.get("mode", "constant"))
    if mode is None:
        msg = f"mode={a['mode']!r}"
        raise UnsupportedError(msg)

    def run(
        x: Tensor,
        pads: Tensor | None = None,
        value: Tensor | None = None,
        axes: Tensor | None = None,
    ) -> Tensor:
        sides = numbers(pads) or a["pads"]
        along = [axis % x.ndim for axis in numbers(axes) or range(x.ndim)]
        count = len(along)
        ends = {axis: (sides[i], sides[count + i]) for i, axis in enumerate(along)}
        flat = [side for axis in reversed(range(x.ndim)) for side in ends.get(axis, (0, 0))]
        if mode == "constant":
            return nn.pad(x, flat, value=a.get("value", 0.0) if value is None else value.item())
        while len(flat) > 2 and not any(flat[-2:]):  # torch pads the last axes only
            flat = flat[:-2]
        return nn.pad(x, flat, mode=mode)

    return run


def _depth_to_space(a: Attributes) -> Run:
    block, columns_first = a["blocksize"], a.get("mode", "DCR") == "CRD"

    def run(x: Tensor) -> Tensor:
        batch, depth, height, width = x.shape
        channels = depth // block**2
        if columns_first:
            return nn.pixel_shuffle(x, block)
        parts = x.reshape(batch, block, block, channels, height, width)
        return parts.permute(0, 3, 4, 1, 5, 2).reshape(
            batch, channels, height * block, width * block
        )

    return run


def _concat(a: Attributes) -> Run:
    return lambda *given: torch.cat(given, dim=a["axis"])


SHAPES: dict[str, Operator] = {
    "Concat": Operator(_concat),
    "ConstantOfShape": Operator(_constant_of_shape, host=frozenset({0})),
    "DepthToSpace": Operator(_depth_to_space),
    "Dropout": Operator(lambda _: lambda x, *_: x, host=frozenset({1, 2})),
    "Expand": Operator(lambda _: _expand, host=frozenset({1})),
    "Flatten": Operator(_flatten),
    "Gather": Operator(_gather, host=frozenset({1})),
    "Identity": plain(lambda x: x),
    "Pad": Operator(_pad, host=frozenset({1, 2, 3})),
    "Range": Operator(lambda _: _range, host=frozenset({0, 1, 2})),
    "Reshape": Operator(_reshape, host=frozenset({1})),
    "Shape": Operator(_shape),
    "Size": plain(lambda x: torch.tensor(x.numel(), dtype=torch.int64)),
    "Slice": Operator(lambda _: _slice, host=frozenset({1, 2, 3, 4})),
    "Split": Operator(_split, host=frozenset({1})),
    "Squeeze": Operator(_squeeze, host=frozenset({1})),
    "Tile": Operator(lambda _: lambda x, times: x.repeat(times.tolist()), host=frozenset({1})),
    "Transpose": Operator(_transpose),
    "Unsqueeze": Operator(_unsqueeze, host=frozenset({1})),
}
