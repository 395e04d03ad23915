"""Running a network. Everything above sees arrays, never a framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfan.models.contract import Contract, Runtime
from tfan.models.devices import Choice, StartError, choices
from tfan.models.machine import look
from tfan.models.onnx_runtime import OnnxRuntime, default_threads

__all__ = ["Contract", "OnnxRuntime", "Runtime", "default_threads", "open_runtime"]


def open_runtime(
    data: bytes,
    *,
    contract: Contract,
    source: str,
    device: str | None = "cpu",
    gpus: int | Sequence[int] | None = None,
    backend: str = "auto",
    threads: int | None = None,
) -> Runtime:
    """Return a network ready to run on what was asked for, or say in one sentence why not.

    Args:
        data: content of an ONNX file.
        contract: the names that it must have.
        source: what messages call it.
        device: "cpu" or None, "cuda", "cuda:1", or "auto": CUDA where it works, else "cpu".
        gpus: numbers of CUDA devices among which each batch is split; goes with a CUDA device or
            "auto".
        backend: "onnxruntime", "torch", or "auto": ONNX Runtime where it can serve the device.
        threads: of ONNX Runtime on the processor; None takes up to four. See `TorchRuntime` for
            torch.

    Raises:
        InputError: the device, the number or the backend is not to be had.
        MissingExtraError: backend "torch" without torch.
        WeightsError: the file is no network of this contract.
    """
    failed = []
    for choice in choices(device, gpus, backend, look(device, backend)):
        try:
            return _open_choice(choice, data, contract=contract, source=source, threads=threads)
        except StartError as error:
            failed.append(error)
    raise failed[0]


def _open_choice(choice: Choice, data: bytes, **given: Any) -> Runtime:
    if len(choice.devices) > 1:
        from tfan.models.split_runtime import SplitRuntime

        alone = [Choice(choice.backend, (device,)) for device in choice.devices]
        return SplitRuntime(tuple(_open_choice(each, data, **given) for each in alone))
    (device,) = choice.devices
    if choice.backend == "torch":
        from tfan.models.torch_runtime import TorchRuntime

        return TorchRuntime(data, device=device, **given)
    return OnnxRuntime(data, device=device, **given)
