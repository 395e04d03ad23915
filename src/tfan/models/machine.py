"""Looking at the machine: what is installed, which CUDA devices its driver shows."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any

from tfan._optional import require
from tfan.models.devices import CUDA_PROVIDER, Machine, parse_device

_NAME_BYTES = 256


def look(device: str | None, backend: str) -> Machine:
    """Return what has to be known to choose a device.

    torch takes seconds to import: it is imported only where the choice may fall on it. The driver
    is not asked where only the processor is wanted.
    """
    kind, _ = parse_device(device)
    devices = len(cuda_device_names()) if kind != "cpu" else 0
    wants_cuda = kind == "cuda" or devices > 0
    version, providers = (None, ()) if backend == "torch" else _onnxruntime(backend)
    torch_version = _torch_version(backend) if backend != "onnxruntime" else None
    able: bool | None = None
    if torch_version and wants_cuda and CUDA_PROVIDER not in providers:
        torch = import_module("torch")
        torch_version = str(torch.__version__)
        able = bool(torch.version.cuda or torch.version.hip)
        devices = int(torch.cuda.device_count()) if able else devices
    return Machine(providers, version, torch_version, able, devices)


def cuda_device_names() -> tuple[str, ...]:
    """Return the names of the CUDA devices that the driver shows; () without a driver."""
    with suppress(OSError, AttributeError):
        return _names_from(ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"))
    return ()


def _names_from(driver: Any) -> tuple[str, ...]:
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return ()
    names = []
    for number in range(count.value):
        device, name = ctypes.c_int(0), ctypes.create_string_buffer(_NAME_BYTES)
        driver.cuDeviceGet(ctypes.byref(device), number)
        driver.cuDeviceGetName(name, _NAME_BYTES, device)
        names.append(name.value.decode(errors="replace"))
    return tuple(names)


def _onnxruntime(backend: str) -> tuple[str | None, tuple[str, ...]]:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded
    if find_spec("onnxruntime") is None and backend == "auto" and find_spec("torch") is not None:
        return None, ()
    ort = require("onnxruntime", extra="", purpose="Running networks")
    return str(ort.__version__), tuple(ort.get_available_providers())


def _torch_version(backend: str) -> str | None:
    if backend == "torch":
        return str(require("torch", extra="torch", purpose="backend='torch'").__version__)
    if find_spec("torch") is None:
        return None
    with suppress(metadata.PackageNotFoundError):
        return metadata.version("torch")
    return "of unknown version"
