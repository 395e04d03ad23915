"""The published networks' weights from a formula, and files as they are published.

The published weights cannot be had here. The golden arrays of ../shared/reference were made with
these, see its README.md; the names and shapes stand in its published_state_dicts.json.
"""

from __future__ import annotations

import copy
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

REFERENCE = Path(__file__).parents[4] / "shared" / "reference"
KINDS = ("landmarker_70", "landmarker_478", "detector_yolov5n_face")
DETECTOR = KINDS[2]


def reference(name: str) -> Path:
    """Return the path of a file of ../shared/reference; the test is skipped where there is none."""
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip(f"no {path.name} in a folder 'shared' beside the checkout")
    return path


def formula_state(kind: str) -> dict[str, np.ndarray]:
    """Return name -> array of one of KINDS, without prefix."""
    shapes = json.loads(reference("published_state_dicts.json").read_text(encoding="utf-8"))[kind]
    state = {name: _entry(name, tuple(shape)) for name, shape in shapes.items()}
    if kind == DETECTOR:
        with np.load(reference("published_detector.npz")) as golden:
            state |= {name: golden[name] for name in state if "anchor" in name}
    else:
        state["fc.weight"] = state["fc.weight"] * np.float32(0.05)
        bias = state["fc.bias"].reshape(-1, 3)
        bias[:, :2] += 0.5
        bias[:, 2] = 0.1 * np.abs(bias[:, 2])
    return state


def detector_config() -> dict[str, Any]:
    """Return a new model_cfg of the published detector, with the keys that such files have."""
    pytest.importorskip("torch")
    from tfan.models.published.yolo5face import PUBLISHED_CONFIG

    scales = {"depth_multiple": 1.0, "width_multiple": 1.0}
    return scales | copy.deepcopy(PUBLISHED_CONFIG)


def write_checkpoint(kind: str, path: Path, prefix: str | None = None) -> Path:
    """Write weights of a kind as they are published and return the path.

    Args:
        kind: one of KINDS.
        path: `.pt` or `.pth`, or `.safetensors` for the bare state dict.
        prefix: goes before each name; None for the published one: "module." of the landmarkers,
            nothing of the detector.
    """
    if prefix is None:
        prefix = "" if kind == DETECTOR else "module."
    arrays = {prefix + name: value for name, value in formula_state(kind).items()}
    if path.suffix == ".safetensors":
        pytest.importorskip("safetensors.numpy").save_file(arrays, str(path))
        return path
    torch = pytest.importorskip("torch")
    content: Any = {name: torch.from_numpy(np.array(value)) for name, value in arrays.items()}
    if kind == DETECTOR:
        content = {
            "state_dict": content,
            "model_cfg": detector_config(),
            "stride": torch.tensor([8.0, 16.0, 32.0]),
            "names": ["face"],
        }
    torch.save(content, path)
    return path


def _entry(name: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return np.array(0, np.int64)
    if name.endswith("running_mean"):
        value = 0.1 * rng.standard_normal(shape)
    elif name.endswith("running_var"):
        value = 1 + 0.2 * rng.random(shape)
    elif name.endswith("bias"):
        value = 0.1 * rng.standard_normal(shape)
    elif len(shape) == 1:
        value = 1 + 0.1 * rng.standard_normal(shape)
    else:
        value = np.sqrt(1.7 / np.prod(shape[1:])) * rng.standard_normal(shape)
    return np.asarray(value, np.float32)
