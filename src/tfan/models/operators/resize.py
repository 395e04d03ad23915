"""ONNX's Resize, nearest and linear: along one axis after the other."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as nn

from tfan.models.operators.operator import (
    Attributes,
    Operator,
    Run,
    UnsupportedError,
    numbers,
    only,
)

# Place in the input of the output's place x; scale = output / input, n and m are their lengths.
_PLACES: dict[str, Callable[[Tensor, float, int, int], Tensor]] = {
    "asymmetric": lambda x, scale, *_: x / scale,
    "half_pixel": lambda x, scale, *_: (x + 0.5) / scale - 0.5,
    "pytorch_half_pixel": lambda x, scale, _, m: (x + 0.5) / scale - 0.5 if m > 1 else 0 * x,
    "align_corners": lambda x, _, n, m: x * (n - 1) / (m - 1) if m > 1 else 0 * x,
}
_ROUNDINGS: dict[str, Callable[[Tensor], Tensor]] = {
    "floor": torch.floor,
    "ceil": torch.ceil,
    "round_prefer_floor": lambda x: torch.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: torch.floor(x + 0.5),
}
_REPEATING = (  # with a whole factor each pixel is repeated, for which torch has a quick road
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
)


def _resize(a: Attributes) -> Run:
    for name, allowed in (("antialias", 0), ("exclude_outside", 0), ("axes", None)):
        only(a, name, allowed)
    only(a, "keep_aspect_ratio_policy", "stretch")
    mode, where = a.get("mode", "nearest"), a.get("coordinate_transformation_mode", "half_pixel")
    rounding = a.get("nearest_mode", "round_prefer_floor")
    if mode not in ("nearest", "linear") or where not in _PLACES or rounding not in _ROUNDINGS:
        msg = f"mode={mode!r}, coordinate_transformation_mode={where!r}"
        raise UnsupportedError(msg)
    along = _linear if mode == "linear" else _nearest(_ROUNDINGS[rounding])
    repeats = mode == "nearest" and (where, rounding) in _REPEATING

    def run(
        x: Tensor,
        _region: Tensor | None = None,
        scales: Tensor | None = None,
        sizes: Tensor | None = None,
    ) -> Tensor:
        factors, lengths = numbers(scales), numbers(sizes)
        old = list(x.shape)
        new = lengths or [math.floor(n * f) for n, f in zip(old, factors or [], strict=True)]
        factors = factors or [m / n for m, n in zip(new, old, strict=True)]
        if repeats and x.ndim == 4 and factors[:2] == [1, 1] and all(f % 1 == 0 for f in factors):
            return nn.interpolate(x, size=new[2:], mode="nearest")
        for axis, factor in enumerate(factors):
            if factor != 1:
                steps = torch.arange(new[axis], dtype=torch.float64, device=x.device)
                x = along(x, axis, _PLACES[where](steps, factor, old[axis], new[axis]))
        return x

    return run


def _nearest(rounding: Callable[[Tensor], Tensor]) -> Callable[[Tensor, int, Tensor], Tensor]:
    def along(x: Tensor, axis: int, places: Tensor) -> Tensor:
        return x.index_select(axis, rounding(places).clamp(0, x.shape[axis] - 1).long())

    return along


def _linear(x: Tensor, axis: int, places: Tensor) -> Tensor:
    last = x.shape[axis] - 1
    places = places.clamp(0, last)
    low = places.floor().long()
    share = (places - low).to(x.dtype).reshape([-1] + [1] * (x.ndim - 1 - axis))
    one, other = x.index_select(axis, low), x.index_select(axis, (low + 1).clamp(max=last))
    return one + share * (other - one)


RESIZE: dict[str, Operator] = {"Resize": Operator(_resize, host=frozenset({1, 2, 3}))}
