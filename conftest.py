"""Leaves out the parts whose optional packages are not installed when docstrings are tested."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {"src/tfan/train": "torch", "src/tfan/synth": "numba"}

_PUBLISHED = "src/tfan/models/published"
_TORCH = (
    "checkpoint_file", "convert", "face_detector_file", "mobilenet", "state_dicts", "yolo5face",
    "yolo5face_lean", "yolo5face_parts",
)  # fmt: skip
_NEEDS |= {f"{_PUBLISHED}/{name}.py": "torch" for name in _TORCH}

collect_ignore = [folder for folder, package in _NEEDS.items() if find_spec(package) is None]
