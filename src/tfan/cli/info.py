"""`tfan info`: what is installed, on what it can run, which weights it has."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from typing import Any

import typer

from tfan.cli.options import JsonOption
from tfan.errors import WeightsError
from tfan.models.registry import WEIGHTS, Weights, bundled_path, read_bundled

_DISTRIBUTION = "thermal-face-alignment"
_PACKAGES = ("numpy", "opencv-python-headless", "onnxruntime", "typer", "rich")
_TRAIN_PACKAGES = ("torch", "numba", "onnx", "scipy")


def info(as_json: JsonOption = False) -> None:
    """Print versions, ONNX Runtime's providers and the weights with hashes and licences."""
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
        "packages": {name: _version(name) for name in _PACKAGES},
        "train_packages": {name: _version(name) for name in _TRAIN_PACKAGES},
        "providers": list(onnxruntime.get_available_providers()),
        "weights": {name: _weights(row) for name, row in WEIGHTS.items()},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


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

    rows = [
        ("tfan", facts["tfan"]),
        ("python", f"{facts['python']} on {facts['platform']}"),
        ("packages", listed(facts["packages"])),
        ("training", listed(facts["train_packages"])),
        ("providers", ", ".join(facts["providers"])),
    ]
    lines = [f"{name:<10} {value}" for name, value in rows]
    for name, row in facts["weights"].items():
        size = "x".join(map(str, row["input_hw"]))
        about = f"{row['file']}, {row['state']}, {row['task']}, input {size}, {row['licence']}"
        lines += [f"weights    {name}: {about}", f"           sha256 {row['sha256']}"]
        if row["trained"]:
            lines.append(f"           trained: {row['trained']}")
    return "\n".join(lines)
