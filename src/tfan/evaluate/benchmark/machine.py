"""On what a benchmark ran: processor, system, versions."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib import metadata
from pathlib import Path

_PACKAGES = ("numpy", "opencv-python-headless", "onnxruntime", "torch")
_CPU_FACTS = Path("/proc/cpuinfo")


def machine_facts() -> dict[str, str]:
    """Return what names a machine without naming its owner."""
    facts = {
        "processor": _processor(),
        "cores": str(_cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    for name in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            facts[name] = metadata.version(name)
    return facts


def _cores() -> int:
    """Return how many processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    with suppress(OSError):
        for line in _CPU_FACTS.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "not said by the system"
