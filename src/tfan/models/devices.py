"""Which backend runs a network on which device, from what was asked and what is there.

"cpu" and None are the processor, "cuda" is the first CUDA device, "cuda:1" the second, "auto" a
CUDA device that works, else the processor. `gpus` names CUDA devices and goes with "cuda", with
"auto", or with "cuda:N" where N is the first of them.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tfan.errors import InputError

BACKENDS = ("auto", "onnxruntime", "torch")
CPU_PROVIDER, CUDA_PROVIDER = "CPUExecutionProvider", "CUDAExecutionProvider"
_ORT_FIX = "For CUDA: pip uninstall onnxruntime, then pip install 'onnxruntime-gpu[cuda,cudnn]'."
_TORCH_FIX = "For CUDA: install a torch with CUDA, see pytorch.org/get-started."
_NONE_SEEN_FIX = "`nvidia-smi -L` lists them; CUDA_VISIBLE_DEVICES may hide them."


class StartError(InputError):
    """A device that should be there and could not be started; another may be."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is installed and plugged in, as far as it was looked at.

    Attributes:
        providers: of ONNX Runtime; empty where it is not installed or not asked for.
        onnxruntime: its version.
        torch: version of torch; None where it is not installed.
        torch_cuda: whether torch is built for CUDA; None where it was not imported to find out.
        cuda_devices: number of CUDA devices.
    """

    providers: tuple[str, ...] = ()
    onnxruntime: str | None = None
    torch: str | None = None
    torch_cuda: bool | None = None
    cuda_devices: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend, and the devices among which it splits a batch: ("cpu",), ("cuda:0", "cuda:1")."""

    backend: str
    devices: tuple[str, ...]


def choices(
    device: str | None, gpus: int | Sequence[int] | None, backend: str, machine: Machine
) -> tuple[Choice, ...]:
    """Return what may run a network, best first: where one cannot be started, the next is tried.

    Raises:
        InputError: nothing can; the processor never takes the place of a device named by name.
    """
    kind, number = parse_device(device)
    numbers = _device_numbers(kind, number, gpus)
    check_backend(backend)
    runners = _cuda_backends(backend, machine) if kind != "cpu" else ()
    found: list[Choice] = []
    if runners and machine.cuda_devices:
        _check_there(device, numbers, gpus, machine)
        sets = [numbers] if numbers else [(n,) for n in range(machine.cuda_devices)]
        found = [Choice(name, _names(each)) for name in runners for each in sets]
    if kind != "cuda":
        found.append(Choice(_cpu_backend(backend, machine), ("cpu",)))
    if not found:
        raise _no_cuda(device, backend, runners, machine)
    return tuple(found)


def parse_device(device: str | None) -> tuple[str, int | None]:
    """Return ("cpu" | "cuda" | "auto", number of the CUDA device or None)."""
    kind, colon, number = str("cpu" if device is None else device).partition(":")
    numbered = kind == "cuda" and number.isascii() and number.isdigit()
    if kind not in ("cpu", "cuda", "auto") or (colon and not numbered):
        raise InputError("device", expected="'cpu', 'cuda' or 'cuda:0'", got=repr(device))
    return kind, int(number) if colon else None


def check_backend(backend: str) -> None:
    """Refuse a backend that is none."""
    if backend not in BACKENDS:
        expected = " or ".join(map(repr, BACKENDS))
        raise InputError("backend", expected=expected, got=repr(backend))


def no_cuda_in_onnxruntime(device: str | None, version: str, got: str = "") -> InputError:
    """Return the sentence for an ONNX Runtime without CUDA."""
    expected = f"'cpu' (onnxruntime {version} is installed)"
    return InputError("device", expected=expected, got=got or repr(device), fix=_ORT_FIX)


def _device_numbers(
    kind: str, number: int | None, gpus: int | Sequence[int] | None
) -> tuple[int, ...]:
    """Return the numbers of the wanted CUDA devices; none where any will do."""
    if gpus is None:
        if number is None:
            return (0,) if kind == "cuda" else ()
        return (number,)
    numbers = _parse_gpus(gpus)
    if kind == "cpu":
        expected = "device='cuda' or 'auto' beside it"
        raise InputError("gpus", expected=expected, got=f"{gpus!r} with device='cpu'")
    if number not in (None, numbers[0]):
        expected = f"{number} first, as in device='cuda:{number}'"
        raise InputError("gpus", expected=expected, got=repr(gpus))
    return numbers


def _parse_gpus(gpus: Any) -> tuple[int, ...]:
    try:
        given = list(gpus) if isinstance(gpus, Sequence) or hasattr(gpus, "__iter__") else [gpus]
        numbers = tuple(-1 if isinstance(n, bool) else operator.index(n) for n in given)
    except TypeError:
        numbers = ()
    if not numbers or min(numbers) < 0 or len(set(numbers)) < len(numbers):
        expected = "numbers of CUDA devices such as [0]"
        raise InputError("gpus", expected=expected, got=repr(gpus))
    return numbers


def _cuda_backends(backend: str, machine: Machine) -> tuple[str, ...]:
    able = {
        "onnxruntime": CUDA_PROVIDER in machine.providers,
        "torch": machine.torch is not None and machine.torch_cuda is not False,
    }
    return tuple(name for name, can in able.items() if can and backend in ("auto", name))


def _cpu_backend(backend: str, machine: Machine) -> str:
    if backend == "auto":
        without = CPU_PROVIDER not in machine.providers and machine.torch is not None
        return "torch" if without else "onnxruntime"
    return backend


def _check_there(device: str | None, numbers: tuple[int, ...], gpus: Any, machine: Machine) -> None:
    last = machine.cuda_devices - 1
    if not numbers or max(numbers) <= last:
        return
    what, got = ("device", device) if gpus is None else ("gpus", gpus)
    named = "'cuda:{}'" if gpus is None else "{}"
    there = named.format(0) if last == 0 else f"{named.format(0)} to {named.format(last)}"
    raise InputError(what, expected=f"{there} (CUDA devices of this machine)", got=repr(got))


def _no_cuda(
    device: str | None, backend: str, runners: tuple[str, ...], machine: Machine
) -> InputError:
    if runners:
        expected = "'cpu' (no CUDA device is seen on this machine)"
        return InputError("device", expected=expected, got=repr(device), fix=_NONE_SEEN_FIX)
    there = {"onnxruntime": machine.onnxruntime, "torch": machine.torch}
    installed = [f"{n} {v}" for n, v in there.items() if v and backend in ("auto", n)]
    if installed[:1] == [f"onnxruntime {machine.onnxruntime}"] and len(installed) == 1:
        return no_cuda_in_onnxruntime(device, str(machine.onnxruntime))
    are = "are installed, both" if len(installed) > 1 else "is installed,"
    expected = f"'cpu' ({' and '.join(installed)} {are} without CUDA)"
    fix = _ORT_FIX if len(installed) > 1 else _TORCH_FIX
    return InputError("device", expected=expected, got=repr(device), fix=fix)


def _names(numbers: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"cuda:{number}" for number in numbers)
