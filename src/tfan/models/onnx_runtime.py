"""Networks run by ONNX Runtime."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import partial
from typing import Any

from tfan._optional import require
from tfan.errors import InputError
from tfan.models.contract import Contract, check_names, unreadable
from tfan.models.devices import (
    CPU_PROVIDER,
    CUDA_PROVIDER,
    StartError,
    no_cuda_in_onnxruntime,
    parse_device,
)
from tfan.types import Array

_MAX_DEFAULT_THREADS = 4  # networks of 100 million multiply-adds gain nothing from more
_ERRORS_ONLY = 3  # ONNX Runtime's scale: its remarks would go to the user's terminal
_CUDA_OPTIONS = {
    "use_tf32": "0",  # its 10 bits of mantissa would make the answers other ones than the CPU's
    "cudnn_conv_algo_search": "HEURISTIC",  # the default tries each algorithm on each new shape
}


class OnnxRuntime:
    """A network run by ONNX Runtime, on the device that was asked for or not at all.

    Safe to call from several threads. Pickling keeps the file's bytes; the session is made anew.
    """

    backend = "onnxruntime"

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
        self.device, provider = _provider(device)
        start = partial(_open, data, source, provider, device=device, threads=threads)
        self._session = start()
        inputs = [item.name for item in self._session.get_inputs()]
        check_names(inputs, list(self.output_shapes()), contract, source)
        # told that it will see one image at a time, ONNX Runtime leaves out the work on shapes
        batch = self._batch_name() if provider[0] == CPU_PROVIDER else None
        self._single = start(sizes={batch: 1}) if batch else self._session

    def __call__(self, batch: Array) -> tuple[Array, ...]:
        names = list(self._contract.output_names)
        session = self._single if len(batch) == 1 else self._session
        return tuple(session.run(names, {self._contract.input_name: batch}))

    def _batch_name(self) -> str | None:
        """Return what the file calls the number of images, where that alone may be any number."""
        shape = self._session.get_inputs()[0].shape
        free = bool(shape) and isinstance(shape[0], str) and shape.count(shape[0]) == 1
        return shape[0] if free else None

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


def check_threads(threads: int | None) -> int:
    """Return the number of threads of a network."""
    if threads is None:
        return default_threads()
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError("threads", expected="a whole number from 1", got=repr(threads))
    return threads


def _open(
    data: bytes,
    source: str,
    provider: tuple[str, dict[str, str]],
    *,
    device: str | None,
    threads: int | None,
    sizes: Mapping[str, int] | None = None,
) -> Any:
    count = check_threads(threads)
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded
    ort = require("onnxruntime", extra="", purpose="Running networks")
    wanted = provider[0]
    if wanted not in ort.get_available_providers():
        raise no_cuda_in_onnxruntime(device, ort.__version__)
    if wanted == CUDA_PROVIDER and hasattr(ort, "preload_dlls"):
        with redirect_stdout(sys.stderr):  # it prints what it cannot find
            ort.preload_dlls()
    cause: Exception | None = None
    try:
        session = _session(ort, data, provider, count, sizes or {})
        if session.get_providers()[0] == wanted:  # else it fell back without an error
            return session
    except Exception as error:  # the library's own error classes have no common base
        cause = error
    if wanted == CPU_PROVIDER or not _readable(ort, data):
        raise unreadable(source) from cause
    raise _not_started(ort, device) from cause


def _session(
    ort: Any, data: bytes, provider: tuple[str, Any], threads: int, sizes: Mapping[str, int]
) -> Any:
    options = ort.SessionOptions()
    # two sessions of one network: the threads of the one that rests must not wait by spinning
    options.add_session_config_entry("session.force_spinning_stop", "1")
    for name, size in sizes.items():
        options.add_free_dimension_override_by_name(name, size)
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Without this it goes on with the processor after an error, now and in any later run.
    given = {"providers": [provider], "enable_fallback": 0}
    return ort.InferenceSession(data, sess_options=options, **given)


def _readable(ort: Any, data: bytes) -> bool:
    try:
        _session(ort, data, (CPU_PROVIDER, {}), 1, {})
    except Exception:  # see `_open`
        return False
    return True


def _provider(device: str | None) -> tuple[str, tuple[str, dict[str, str]]]:
    """Return the device's full name, and ONNX Runtime's provider for it with its options."""
    kind, number = parse_device(device)
    if kind == "auto":  # a choice, see `open_runtime`
        raise InputError("device", expected="'cpu', 'cuda' or 'cuda:0'", got=repr(device))
    if kind == "cpu":
        return "cpu", (CPU_PROVIDER, {})
    number = number or 0
    return f"cuda:{number}", (CUDA_PROVIDER, {"device_id": str(number), **_CUDA_OPTIONS})


def _not_started(ort: Any, device: str | None) -> StartError:
    return StartError(
        "device",
        expected=f"'cpu' (onnxruntime {ort.__version__} is installed)",
        got=f"{device!r}, which could not be started",
        fix="Its CUDA and cuDNN: pip install 'onnxruntime-gpu[cuda,cudnn]', or backend='torch'.",
    )
