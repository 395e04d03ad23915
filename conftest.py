"""Leaves out the parts whose optional packages are not installed when docstrings are tested."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {"src/tfan/train": "torch", "src/tfan/synth": "numba"}

collect_ignore = [folder for folder, package in _NEEDS.items() if find_spec(package) is None]
