"""What an operator is: its attributes in, a function of tensors out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

Attributes = Mapping[str, Any]
Run = Callable[..., Any]  # tensors, None for those left out -> a tensor, or a sequence of them


class UnsupportedError(Exception):
    """An operator, or a way of using it, that is not among those here."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One ONNX operator.

    Attributes:
        make: binds the attributes of a node; raises `UnsupportedError`.
        host: inputs whose values are read (sizes, axes, limits): they stay with the processor.
    """

    make: Callable[[Attributes], Run]
    host: frozenset[int] = frozenset()


def plain(run: Run) -> Operator:
    """Return an operator without attributes."""
    return Operator(lambda _: run)


def numbers(tensor: Tensor | None) -> list[Any] | None:
    """Return the values of a small tensor; None for one that was left out."""
    return None if tensor is None else tensor.reshape(-1).tolist()


def only(attributes: Attributes, name: str, allowed: Any) -> None:
    """Refuse any other value of an attribute than the one that the operator here knows."""
    value = attributes.get(name, allowed)
    if value != allowed:
        msg = f"{name}={value!r}"
        raise UnsupportedError(msg)
