"""A finished run as files: `results.json` to read, `faces.npz` to compare face by face."""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.io.files import replace_file, replace_text
from tfan.robustness.axes import AXES
from tfan.robustness.suite import AxisResult
from tfan.robustness.summary import step_stats

_RESULTS, _FACES = "results.json", "faces.npz"
_PICTURES = "pictures"
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where numbers come from.

    Attributes:
        command: what was typed.
        version: of tfan.
        seed: of the people.
        faces: people a step.
        files: what it is -> (name, sha256) of weights and head model.
    """

    command: str
    version: str
    seed: int
    faces: int
    files: dict[str, tuple[str, str]]


def sha256_of(data: bytes) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write JSON with five digits a number and null for NaN."""
    replace_text(path, json.dumps(_plain(value), indent=1) + "\n")


def write_run(folder: Path, provenance: Provenance, results: Sequence[AxisResult]) -> None:
    """Write both files of a run."""
    axes = {
        result.name: {
            "title": AXES[result.name].title,
            "unit": AXES[result.name].unit,
            "steps": [
                {"step": label, **{name: asdict(one) for name, one in stats.items()}}
                for label, stats in zip(result.labels, step_stats(result), strict=True)
            ],
        }
        for result in results
    }
    replace_file(folder / _FACES, lambda beside: _write_faces(beside, results))
    write_json(folder / _RESULTS, {"provenance": asdict(provenance), "axes": axes})


def read_run(folder: Path) -> tuple[Provenance, list[AxisResult]]:
    """Return what `write_run` wrote, or say that there is no such run."""
    try:
        stored = json.loads((folder / _RESULTS).read_text(encoding="utf-8"))
        row = stored["provenance"]
        files = {what: (str(name), str(digest)) for what, (name, digest) in row["files"].items()}
        provenance = Provenance(**{**row, "files": files})
        with np.load(folder / _FACES, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return provenance, [
            _axis_of(name, axis["steps"], arrays) for name, axis in stored["axes"].items()
        ]
    except (*_UNREADABLE, TypeError, AttributeError) as error:
        raise InputError(
            "earlier run", expected=f"a folder with {_RESULTS} and {_FACES} of 'tfan robustness'",
            got=f"{folder} ({type(error).__name__}: {error})",
        ) from error  # fmt: skip


def _axis_of(name: str, steps: list[dict[str, Any]], arrays: dict[str, Any]) -> AxisResult:
    values = {
        key.split("/")[1]: array
        for key, array in arrays.items()
        if key.startswith(f"{name}/") and not key.endswith(f"/{_PICTURES}")
    }
    labels = tuple(str(step["step"]) for step in steps)
    return AxisResult(name, labels, values, arrays[f"{name}/{_PICTURES}"])


def _write_faces(path: Path, results: Sequence[AxisResult]) -> None:
    arrays: dict[str, Any] = {}
    for result in results:
        arrays[f"{result.name}/{_PICTURES}"] = result.pictures
        for name, values in result.values.items():
            arrays[f"{result.name}/{name}"] = values
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    return value
