"""The weights in an ONNX file of `tfan train export`, under the names that the networks give them.

Such a file holds each convolution with its batch norm folded in (`train.export.fold`), so its
weights are those of a folded network; `train.starting` makes a network of them that can be trained.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tfan._optional import require
from tfan.errors import WeightsError
from tfan.models.registry import read_own
from tfan.train.config import Network
from tfan.train.local_head import UNITS
from tfan.train.nets import N_LANDMARKS

Weights = dict[str, Tensor]

# the exporter renames what it transposes, but its nodes still say whose weights they multiply by
_TURNED = {"/local/mix/MatMul": "local.mix.weight", "/local/context/MatMul": "local.context.weight"}


def read_onnx_weights(path: Path) -> Weights:
    """Return name -> weights of a network of `tfan train export`, in single precision.

    Raises:
        WeightsError: the file is no ONNX file.
    """
    onnx: Any = require("onnx", extra="train", purpose="Training on from an ONNX file")
    data = read_own(path)
    try:
        graph = onnx.load_from_string(data).graph
        values = {w.name: np.array(onnx.numpy_helper.to_array(w)) for w in graph.initializer}
    except Exception as error:  # what protobuf raises on noise is its own affair
        msg = f"{path.name} cannot be read as ONNX ({type(error).__name__})"
        raise WeightsError(msg) from error
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values:  # stored in half precision
            values[node.output[0]] = values.pop(node.input[0]).astype(np.float32)
    for node in graph.node:
        if node.name in _TURNED and node.input[1] in values:
            values[_TURNED[node.name]] = values.pop(node.input[1]).T
    return {name: torch.tensor(v) for name, v in _with_local_output(values).items()}


def _with_local_output(values: dict[str, Any]) -> dict[str, Any]:
    """Undo what `LocalHead.forward` does to its last weights: units in, axes turned."""
    units = np.array(UNITS, np.float32)
    return {
        "local.output" if _is_local_output(v) else name: (
            v.transpose(0, 2, 1) / units if _is_local_output(v) else v
        )
        for name, v in values.items()
    }


def _is_local_output(value: Any) -> bool:
    return bool(value.ndim == 3 and value.shape[:2] == (N_LANDMARKS, len(UNITS)))


def network_of(weights: Weights, *, source: str) -> Network:
    """Return the widths of the network whose folded weights these are."""
    try:
        return _network_of(weights)
    except KeyError as error:
        msg = f"{source} holds no network of tfan train export: it has no {error.args[0]}"
        raise WeightsError(msg) from error


def _network_of(weights: Weights) -> Network:
    stages = _count(weights, r"backbone\.stages\.(\d+)\.")
    channels = [len(weights[f"backbone.stages.{i}.0.0.weight"]) for i in range(stages)]
    blocks = [_count(weights, rf"backbone\.stages\.{i}\.(\d+)\.") - 1 for i in range(stages)]
    inner = [
        len(weights[f"backbone.stages.{i}.1.first.0.weight"]) if count else channels[i]
        for i, count in enumerate(blocks)
    ]
    head = "hidden.weight" if "hidden.weight" in weights else "heads.0.0.weight"
    local = weights["local.place"].shape[1] if "local.place" in weights else 0
    return Network(
        channels=tuple(channels), inner=tuple(inner), blocks=tuple(blocks),
        head=len(weights[head]), local=local,
    )  # fmt: skip


def _count(weights: Weights, pattern: str) -> int:
    """Return how many numbers, from 0, a place in the names takes."""
    found = [int(match[1]) for name in weights if (match := re.match(pattern, name))]
    return 1 + max(found, default=0)
