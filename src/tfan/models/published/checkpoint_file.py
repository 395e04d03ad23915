"""PyTorch and safetensors files, read as plain data: no code that lies in them is run."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tfan._optional import require
from tfan.errors import MissingExtraError, WeightsError
from tfan.models.registry import read_bytes, wrong_kind

_FOREIGN = re.compile(r"\bGLOBAL ([\w.]+)")  # what torch refuses to make
_DAMAGED = "cannot be read as PyTorch weights; it is cut short, damaged or no such file"
_BEGINNING = 512
_FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return what a .pt, .pth or .safetensors file holds, on the CPU.

    Raises:
        WeightsError: the file is none, is damaged, or holds more than tensors and plain values.
        MissingExtraError: safetensors is not installed.
    """
    problem = wrong_kind(read_bytes(path)[:_BEGINNING])
    if problem:
        raise WeightsError(f"{path} {problem}")
    try:
        held = _load(path)
    except MissingExtraError:
        raise
    except pickle.UnpicklingError as error:
        raise WeightsError(f"{path} {_refusal(str(error))}") from error
    except Exception as error:  # a damaged file fails anywhere in the readers
        raise WeightsError(f"{path} {_DAMAGED}") from error
    if not isinstance(held, Mapping):
        raise WeightsError(f"{path}: expected a state dict, got {type(held).__name__}")
    return dict(held)


def tensors_of(held: Mapping[str, Any], *, source: str) -> dict[str, Tensor]:
    """Return name -> tensor of the state dict that a file holds, or is."""
    state = held.get("state_dict", held)
    if not isinstance(state, Mapping) or not state:
        got = "an empty one" if isinstance(state, Mapping) else type(state).__name__
        raise WeightsError(f"{source}: expected a state dict, got {got}")
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            got = type(value).__name__
            raise WeightsError(f"{source}: expected a state dict, but entry {name!r} is a {got}")
    return dict(state)


def check_entries(
    state: Mapping[str, Tensor], expected: Mapping[str, Tensor], *, source: str, network: str
) -> None:
    """Name the first entry of a state dict that another network would not have.

    Args:
        state: as read.
        expected: what the network has; names, shapes and the kind of number count.
        source: of the state dict, for the error.
        network: what was expected, for the error.
    """
    for name, wanted in expected.items():
        if name not in state:
            first = next(iter(state), "nothing")
            msg = f"expected {name!r}, which is missing; its first entry is {first!r}"
            raise WeightsError(f"{source} holds no weights of {network}: {msg}")
        got = state[name]
        if got.shape != wanted.shape:
            msg = f"{name!r} expected shape {tuple(wanted.shape)}, got {tuple(got.shape)}"
            raise WeightsError(f"{source} holds no weights of {network}: {msg}")
        problem = _wrong_numbers(got, floats=wanted.is_floating_point())
        if problem:
            msg = f"{name!r} expected {problem}"
            raise WeightsError(f"{source} holds no weights of {network}: {msg}")
        if got.dtype in _FLOATS and not bool(torch.isfinite(got).all()):
            raise WeightsError(f"{source} is damaged: {name!r} has values that are no numbers")
    unknown = next((name for name in state if name not in expected), None)
    if unknown is not None:
        raise WeightsError(f"{source} holds no weights of {network}: it has no {unknown!r}")


def _wrong_numbers(got: Tensor, *, floats: bool) -> str:
    """Say what else than the numbers of weights a tensor holds, and how; "" where it is right."""
    if got.layout != torch.strided or got.is_quantized or got.device.type != "cpu":
        layout = "quantized" if got.is_quantized else str(got.layout).removeprefix("torch.")
        return f"all its numbers one by one, got a {layout} tensor on {got.device.type}"
    if got.dtype not in _FLOATS and (floats or got.is_complex()):
        dtype = str(got.dtype).removeprefix("torch.")
        return f"{'floating-point' if floats else 'whole'} numbers, got {dtype}"
    return ""


def _load(path: Path) -> Any:
    if path.suffix.lower() == ".safetensors":
        safe = require("safetensors.torch", extra="torch", purpose=f"Reading {path.name}")
        return safe.load_file(path, device="cpu")
    return torch.load(path, map_location="cpu", weights_only=True)


def _refusal(error: str) -> str:
    """Say why torch does not read a file as plain data; its own words advise to run the code."""
    foreign = _FOREIGN.search(error)
    if foreign is None:
        return _DAMAGED
    return (
        f"holds {foreign[1]}, which runs code when it is loaded; tfan reads plain data only: "
        "save its state_dict (and model_cfg) into a new file"
    )
