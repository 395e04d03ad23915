"""`tfan info`: what is installed, on what it can run, which weights it has."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from typing import Any

import typer

from tfan.cli.options import JsonOption
from tfan.errors import TfanError, WeightsError
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.machine import cuda_device_names
from tfan.models.registry import WEIGHTS, Weights, bundled_path, find, read_bundled
from tfan.models.runtime import open_runtime

_DISTRIBUTION = "thermal-face-alignment"
PACKAGES: dict[str, tuple[str, ...]] = {
    "base": (
        "numpy", "opencv-python-headless", "onnxruntime", "typer", "rich", "pooch", "tifffile",
    ),
    "io": ("h5py", "av", "pyjpegls"),
    "tables": ("pyarrow",),
    "torch": ("torch", "onnx", "safetensors"),
    "train": ("torch", "numba", "onnx", "scipy", "geomloss"),
    "rivals": ("mediapipe",),
}  # fmt: skip
"""What the base install and each extra bring, as in pyproject.toml."""


def info(as_json: JsonOption = False) -> None:
    """Print versions, devices, what would run on them, and the weights with their licences."""
    facts = gather()
    typer.echo(json.dumps(facts, indent=2) if as_json else _for_people(facts))


def gather() -> dict[str, Any]:
    """Return what `tfan info --json` prints; nothing is taken from the user's files."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when the library is loaded
    import onnxruntime

    return {
        "tfan": metadata.version(_DISTRIBUTION),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {
            extra: {name: _version(name) for name in names} for extra, names in PACKAGES.items()
        },
        "providers": list(onnxruntime.get_available_providers()),
        "cuda_devices": list(cuda_device_names()),
        "runs": {device: _run_on(device) for device in ("cpu", "auto")},
        "weights": {name: _weights(row) for name, row in WEIGHTS.items()},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _run_on(device: str) -> dict[str, str] | None:
    """Open the bundled detector and return what really runs it; None where it cannot be had."""
    try:
        data = read_bundled(find("detector"))
        opened = open_runtime(data, contract=DETECTOR_CONTRACT, source="detector", device=device)
    except TfanError:
        return None
    return {"device": opened.device, "backend": opened.backend}


def _weights(row: Weights) -> dict[str, Any]:
    return {
        "task": row.task,
        "file": row.file,
        "state": _state(row),
        "sha256": row.sha256,
        "licence": row.licence,
        "input_hw": list(row.input_hw),
        "trained": row.trained,
        "scores": dict(row.scores),
    }


def _state(row: Weights) -> str:
    if not bundled_path(row).is_file():
        return "missing"
    try:
        read_bundled(row)
    except WeightsError:
        return "changed"
    return "verified"


def _for_people(facts: dict[str, Any]) -> str:
    def listed(versions: dict[str, str | None]) -> str:
        return ", ".join(f"{name} {version or '-'}" for name, version in versions.items())

    cuda, runs = list(enumerate(facts["cuda_devices"])), facts["runs"]
    rows = [
        ("tfan", facts["tfan"]),
        ("python", f"{facts['python']} on {facts['platform']}"),
        *((extra, listed(versions)) for extra, versions in facts["packages"].items()),
        ("providers", ", ".join(facts["providers"])),
        ("CUDA", ", ".join(f"cuda:{i} {name}" for i, name in cuda) or "no device"),
        ("runs", "; ".join(f"device='{asked}' {_told(run)}" for asked, run in runs.items())),
    ]
    lines = [f"{name:<10} {value}" for name, value in rows]
    for name, row in facts["weights"].items():
        size = "x".join(map(str, row["input_hw"]))
        about = f"{row['file']}, {row['state']}, {row['task']}, input {size}, {row['licence']}"
        lines += [f"weights    {name}: {about}", f"           sha256 {row['sha256']}"]
        if row["trained"]:
            lines.append(f"           trained: {row['trained']}")
    return "\n".join(lines)


def _told(run: dict[str, str] | None) -> str:
    return f"on {run['device']} by {run['backend']}" if run else "not to be had"
