"""Networks run by torch: the same ONNX files, one operator after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tfan.errors import InputError
from tfan.models.contract import Contract, check_names
from tfan.models.devices import StartError
from tfan.models.onnx_runtime import check_threads
from tfan.models.torch_graph import Graph, on_device, read_graph, run_graph
from tfan.types import Array


class TorchRuntime:
    """A network run by torch, on the device that was asked for or not at all.

    Safe to call from several threads. Pickling keeps the file's bytes.

    torch has one number of threads for the whole process, and one switch each for TF32 in
    convolutions and in products. None of them is touched: `threads` may be None or what torch has.
    """

    backend = "torch"

    def __init__(
        self,
        data: bytes,
        *,
        contract: Contract,
        source: str,
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if device == "cpu":
            _check_threads(threads)
        self.device = device
        self._data, self._contract, self._source = data, contract, source
        graph = read_graph(data, source=source)
        check_names(list(graph.inputs), list(graph.outputs), contract, source)
        self._place = _started(device)
        self._graph: Graph = on_device(graph, self._place)

    def __call__(self, batch: Array) -> tuple[Array, ...]:
        name = self._contract.input_name
        _check_shape(batch, self._graph.inputs[name], name)
        given = torch.from_numpy(np.require(batch, np.float32, ["C", "W"]))
        with torch.inference_mode():
            answers = run_graph(self._graph, {name: given.to(self._place)})
            # Copies: an answer may be a view of a constant of the network.
            return tuple(answers[each].cpu().numpy().copy() for each in self._contract.output_names)

    def output_shapes(self) -> dict[str, list[int | str | None]]:
        """Return name -> shape of each output as the file declares it."""
        return {name: list(shape) for name, shape in self._graph.outputs.items()}

    def __getstate__(self) -> dict[str, Any]:
        names = {"contract": self._contract, "source": self._source, "device": self.device}
        return {"data": self._data, **names}  # threads are the process's own

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]


def _check_threads(threads: int | None) -> None:
    if threads is None or check_threads(threads) == torch.get_num_threads():
        return
    raise InputError(
        "threads",
        expected=f"None or {torch.get_num_threads()}, which torch has for the whole process",
        got=repr(threads),
        fix=f"Call torch.set_num_threads({threads}) before, or use backend='onnxruntime'.",
    )


def _started(device: str) -> torch.device:
    place = torch.device(device)
    try:
        torch.zeros(1, device=place).add_(1).cpu()  # a driver may be there and no kernel for it
    except (RuntimeError, AssertionError) as error:
        raise StartError(
            "device",
            expected=f"one that torch {torch.__version__} can start",
            got=repr(device),
            fix="Look at torch.zeros(1, device=...) for its reason.",
        ) from error
    return place


def _check_shape(batch: Array, declared: list[int | str | None], name: str) -> None:
    fits = batch.ndim == len(declared) and all(
        not isinstance(side, int) or side == got
        for side, got in zip(declared, batch.shape, strict=True)
    )
    if not fits:
        expected = f"({', '.join(map(str, declared))})"
        raise InputError(name, expected=expected, got=str(batch.shape))
