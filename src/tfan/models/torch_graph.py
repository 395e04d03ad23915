"""ONNX bytes as a list of torch calls; everything that needs no input is worked out at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from tfan._optional import require
from tfan.errors import WeightsError
from tfan.models.contract import unreadable
from tfan.models.operators.operator import Run, UnsupportedError
from tfan.models.operators.table import OPERATORS

_OLDEST_OPSET = 13  # older ones give Softmax and the axes of reductions another meaning
Shape = list[int | str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One call.

    Attributes:
        run: the operator with its attributes.
        inputs: names, "" for one left out.
        outputs: names.
        host: places of the inputs that stay with the processor.
        done: names of values that no later step needs.
    """

    run: Run
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    host: frozenset[int]
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A network: constants, steps in their order, declared shapes of inputs and outputs."""

    constants: Mapping[str, Tensor]
    steps: tuple[Step, ...]
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]


def read_graph(data: bytes, *, source: str) -> Graph:
    """Return the network in ONNX bytes, with weights on the processor.

    Weights stored in half precision and cast by the network are single precision afterwards.

    Raises:
        WeightsError: the bytes are no network, or one with an operator that is not in the table.
    """
    onnx: Any = require("onnx", extra="torch", purpose="backend='torch'")
    try:
        model = onnx.load_model_from_string(data)
        constants = {t.name: _tensor(onnx, t) for t in model.graph.initializer}
    except Exception as error:  # protobuf's, or numpy's for weights that are cut short
        raise unreadable(source) from error
    if not model.graph.node or not model.graph.output:
        raise unreadable(source)
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    if opset < _OLDEST_OPSET:
        msg = f"{source}: backend 'torch' runs opset {_OLDEST_OPSET} and later, got {opset}"
        raise WeightsError(msg)
    steps: list[Step] = []
    for node in model.graph.node:
        _fold_or_keep(onnx, node, constants, steps, source)
    outputs = _shapes(model.graph.output)
    inputs = {n: s for n, s in _shapes(model.graph.input).items() if n not in constants}
    used = {*outputs, *(name for step in steps for name in step.inputs)}
    kept = {name: value for name, value in constants.items() if name in used}
    return Graph(kept, _released(steps, {*outputs, *kept}), inputs, outputs)


def on_device(graph: Graph, device: torch.device) -> Graph:
    """Return the network with its weights on a device; sizes and axes stay with the processor."""
    calculated = {
        name
        for step in graph.steps
        for place, name in enumerate(step.inputs)
        if place not in step.host
    }
    moved = {
        name: value.to(device) if name in calculated and value.is_floating_point() else value
        for name, value in graph.constants.items()
    }
    return replace(graph, constants=moved)


def run_graph(graph: Graph, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return name -> value of each output of a network."""
    values = {**graph.constants, **given}
    for step in graph.steps:
        inputs = [values[name] if name else None for name in step.inputs]
        answer = step.run(*_together(inputs, step.host))
        answers = (answer,) if isinstance(answer, Tensor) else answer
        values.update(zip(step.outputs, answers, strict=False))
        for name in step.done:
            del values[name]
    return {name: values[name] for name in graph.outputs}


def _together(inputs: list[Tensor | None], host: frozenset[int]) -> list[Tensor | None]:
    """Return a step's inputs on one device, those that it reads as numbers left where they are."""
    at = [i for i, x in enumerate(inputs) if x is not None and i not in host]
    devices = {x.device for i in at if (x := inputs[i]) is not None}
    if len(devices) < 2:
        return inputs
    device = next(each for each in devices if each.type != "cpu")
    return [x.to(device) if x is not None and i in at else x for i, x in enumerate(inputs)]


def _fold_or_keep(
    onnx: Any, node: Any, constants: dict[str, Tensor], steps: list[Step], source: str
) -> None:
    """Work a node out if everything that it needs is known, else append its step."""
    attributes = {a.name: _value(onnx, onnx.helper.get_attribute_value(a)) for a in node.attribute}
    if node.op_type == "Constant" and not node.domain:
        constants[node.output[0]] = _constant(attributes, source)
        return
    operator = OPERATORS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    if operator is None:
        raise _unsupported(source, node.op_type)
    try:
        run = operator.make({"num_outputs": len(node.output), **attributes})
    except UnsupportedError as error:
        raise _unsupported(source, f"{node.op_type} with {error}") from error
    step = Step(run, tuple(node.input), tuple(node.output), operator.host)
    if not all(name in constants for name in step.inputs if name):
        steps.append(step)
        return
    with torch.inference_mode():
        answer = run(*(constants[name] if name else None for name in step.inputs))
    answers = (answer,) if isinstance(answer, Tensor) else answer
    constants.update(zip(step.outputs, answers, strict=False))


def _released(steps: list[Step], kept: set[str]) -> tuple[Step, ...]:
    """Return the steps, each with the values that may go after it."""
    finished: list[Step] = []
    seen = set(kept)
    for step in reversed(steps):
        fresh = {*step.inputs, *step.outputs} - seen - {""}
        seen |= fresh
        finished.append(replace(step, done=tuple(sorted(fresh))))
    return tuple(reversed(finished))


def _tensor(onnx: Any, stored: Any) -> Tensor:
    return torch.from_numpy(onnx.numpy_helper.to_array(stored).copy())


def _value(onnx: Any, value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return _tensor(onnx, value) if isinstance(value, onnx.TensorProto) else value


def _constant(attributes: Mapping[str, Any], source: str) -> Tensor:
    (name, value), *_ = attributes.items()
    if name == "value":
        tensor: Tensor = value
        return tensor
    kind = {"value_int": torch.int64, "value_ints": torch.int64}.get(name, torch.float32)
    if name not in ("value_int", "value_ints", "value_float", "value_floats"):
        raise _unsupported(source, f"Constant with {name}")
    return torch.tensor(value, dtype=kind)


def _unsupported(source: str, what: str) -> WeightsError:
    msg = f"{source}: backend 'torch' has no operator {what}; use backend='onnxruntime'"
    return WeightsError(msg)


def _shapes(values: Any) -> dict[str, Shape]:
    return {
        value.name: [
            d.dim_value if d.HasField("dim_value") else d.dim_param or None
            for d in value.type.tensor_type.shape.dim
        ]
        for value in values
    }
