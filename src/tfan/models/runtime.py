"""Running a network. Everything above sees arrays, never a framework."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Protocol

from tfan._optional import require
from tfan.errors import InputError, WeightsError
from tfan.types import Array

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_MAX_DEFAULT_THREADS = 4  # networks of 100 million multiply-adds gain nothing from more
_ERRORS_ONLY = 3  # ONNX Runtime's scale: its remarks would go to the user's terminal


class Runtime(Protocol):
    """A loaded network: (B, C, H, W) float32 in, a tuple of (B, ...) float32 out."""

    def __call__(self, batch: Array) -> tuple[Array, ...]: ...


@dataclass(frozen=True, slots=True)
class Contract:
    """Names of a network's one input and of its outputs, in the order in which they are wanted."""

    task: str
    input_name: str
    output_names: tuple[str, ...]


class OnnxRuntime:
    """A network run by ONNX Runtime, on the device that was asked for or not at all.

    Safe to call from several threads. Pickling keeps the file's bytes; the session is made anew.
    """

    def __init__(
        self,
        data: bytes,
        *,
        contract: Contract,
        source: str,
        device: str | None = "cpu",
        threads: int | None = None,
    ) -> None:
        self._arguments = {
            "contract": contract,
            "source": source,
            "device": device,
            "threads": threads,
        }
        self._data = data
        self._contract = contract
        self._session = _open(data, source=source, device=device, threads=threads)
        _check_names(self._session, contract, source)

    def __call__(self, batch: Array) -> tuple[Array, ...]:
        names = list(self._contract.output_names)
        return tuple(self._session.run(names, {self._contract.input_name: batch}))

    def output_shapes(self) -> dict[str, list[int | str | None]]:
        """Return name -> shape of each output as the file declares it."""
        return {output.name: output.shape for output in self._session.get_outputs()}

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self._data, **self._arguments}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]


def default_threads() -> int:
    """Return how many threads a network gets where nobody says."""
    return min(_MAX_DEFAULT_THREADS, os.cpu_count() or 1)


def _open(data: bytes, *, source: str, device: str | None, threads: int | None) -> Any:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded
    ort = require("onnxruntime", extra="", purpose="Running networks")
    providers = _providers(ort, device)
    options = ort.SessionOptions()
    options.intra_op_num_threads = _check_threads(threads)
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    try:
        session = ort.InferenceSession(data, sess_options=options, providers=providers)
    except Exception as error:  # the library's own error classes have no common base
        msg = f"{source} cannot be read as an ONNX network; it is cut short, damaged or no network"
        raise WeightsError(msg) from error
    wanted = providers[0][0]
    if session.get_providers()[0] != wanted:  # it fell back without an error
        raise _no_device(ort, str(device), f"{wanted}, which could not be started")
    return session


def _check_threads(threads: int | None) -> int:
    if threads is None:
        return default_threads()
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError("threads", expected="a whole number from 1", got=repr(threads))
    return threads


def _providers(ort: Any, device: str | None) -> list[tuple[str, dict[str, int]]]:
    name, _, number = str(device or "cpu").partition(":")
    if name not in _PROVIDERS or (number and not number.isdigit()) or (name == "cpu" and number):
        raise InputError("device", expected="'cpu', 'cuda' or 'cuda:0'", got=repr(device))
    if _PROVIDERS[name] not in ort.get_available_providers():
        raise _no_device(ort, str(device), repr(device))
    options = {"device_id": int(number or 0)} if name == "cuda" else {}
    return [(_PROVIDERS[name], options)]


def _no_device(ort: Any, device: str, got: str) -> InputError:
    there = ort.get_available_providers()
    asked = device.partition(":")[0]
    usable = [name for name, provider in _PROVIDERS.items() if provider in there and name != asked]
    expected = f"{' or '.join(map(repr, usable))} (onnxruntime {ort.__version__} is installed)"
    fix = "For CUDA: pip uninstall onnxruntime, then pip install onnxruntime-gpu."
    return InputError("device", expected=expected, got=got, fix=fix)


def _check_names(session: Any, contract: Contract, source: str) -> None:
    inputs = [item.name for item in session.get_inputs()]
    outputs = [item.name for item in session.get_outputs()]
    if inputs != [contract.input_name] or not set(contract.output_names) <= set(outputs):
        wanted = f"{contract.input_name} -> {', '.join(contract.output_names)}"
        got = f"{', '.join(inputs)} -> {', '.join(outputs)}"
        msg = f"{source} is no {contract.task} network of tfan: expected {wanted}, got {got}"
        raise WeightsError(msg)
