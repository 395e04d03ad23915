"""What a network must be named like to be run, and what a running network can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tfan.errors import WeightsError
from tfan.types import Array


class Runtime(Protocol):
    """A loaded network: (B, C, H, W) float32 in, a tuple of (B, ...) float32 out."""

    def __call__(self, batch: Array) -> tuple[Array, ...]: ...

    @property
    def device(self) -> str:
        """What really runs the network: "cpu", "cuda:1", "cuda:0+cuda:1"."""

    @property
    def backend(self) -> str:
        """The library that runs it: "onnxruntime" or "torch"."""

    def output_shapes(self) -> dict[str, list[int | str | None]]:
        """Return name -> shape of each output as the file declares it."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Names of a network's one input and of its outputs, in the order in which they are wanted."""

    task: str
    input_name: str
    output_names: tuple[str, ...]


def check_names(inputs: list[str], outputs: list[str], contract: Contract, source: str) -> None:
    """Refuse a network whose inputs and outputs are not those of the contract."""
    if inputs != [contract.input_name] or not set(contract.output_names) <= set(outputs):
        wanted = f"{contract.input_name} -> {', '.join(contract.output_names)}"
        got = f"{', '.join(inputs)} -> {', '.join(outputs)}"
        msg = f"{source} is no {contract.task} network of tfan: expected {wanted}, got {got}"
        raise WeightsError(msg)


def unreadable(source: str) -> WeightsError:
    """Return the sentence for bytes that are no network."""
    msg = f"{source} cannot be read as an ONNX network; it is cut short, damaged or no network"
    return WeightsError(msg)
