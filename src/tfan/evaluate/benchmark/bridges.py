"""Adaptation networks (tfan.models.adapter) as bridges between answers and truth."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from tfan.evaluate.benchmark.comparison import Bridge
from tfan.evaluate.sample import Floats
from tfan.models.adapter import Adapter, bundled_adapter, load_adapter
from tfan.models.registry import ADAPTERS

_BUNDLED = "bundled"
_DIGITS = 16  # of a hash, as reports print it


def read_bridges(which: str) -> tuple[Bridge, ...]:
    """Return the networks that are asked for.

    Args:
        which: "bundled" for those that ship with tfan, or a file that `tfan train adapt` wrote.
    """
    if which == _BUNDLED:
        return tuple(_bridge(bundled_adapter(*pair), "(bundled)") for pair in ADAPTERS)
    adapter = load_adapter(which)
    return (_bridge(adapter, hashlib.sha256(Path(which).read_bytes()).hexdigest()[:_DIGITS]),)


def _bridge(adapter: Adapter, words: str) -> Bridge:
    def move(points_px: Floats) -> Floats:
        return np.asarray(adapter(points_px), np.float64)

    return Bridge(adapter.source, adapter.target, move, f"{Path(adapter.where).name} {words}")
