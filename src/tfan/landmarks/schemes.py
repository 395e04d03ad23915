"""Landmark schemes as tables: names, parts, mirror order, the five points."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError

Indices = npt.NDArray[np.int64]

_DATA = Path(__file__).parent / "data"
_MIRROR_KEYS = {"mediapipe478": "flip478", "facesynthetics70": "flip70"}
NETWORK_SCHEMES = {"mediapipe478": slice(0, 478), "facesynthetics70": slice(478, 548)}
"""The schemes that tfan's networks answer: which of the 548 rows belong to which."""
SCHEMES = (
    "tfw5", "charlotte43", "sftl54", "ibug68", "facesynthetics70", "charlotte72", "wflw98",
    "mediapipe478",
)  # fmt: skip
"""Every scheme that tfan knows, as data sets and other systems use them."""
N_NETWORK = 548
_OWN_SOURCE = "tfan, README.md beside the table"


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """One landmark convention of N points.

    Attributes:
        name: one of SCHEMES.
        names: (N,) one name for each point: its part and its index.
        parts: part of the face -> indices in drawing order; left and right are the subject's.
            Empty where the order of the points was never published.
        edges: (E, 2) pairs of indices that draw the parts as lines.
        mirror: (N,) permutation: point i of a mirrored image is point mirror[i]; (0,) where the
            order of the points was never published.
        five: (5,) right eye, left eye, nose tip, right mouth corner, left mouth corner; (0,) where
            the scheme has no such five points (see tfan.landmarks.convert for "tfw5").
        source: where the layout was read.
    """

    name: str
    names: tuple[str, ...]
    parts: dict[str, tuple[int, ...]]
    edges: Indices
    mirror: Indices
    five: Indices
    source: str = ""

    @property
    def n_points(self) -> int:
        """Number of landmarks."""
        return len(self.names)


def table_path() -> Path:
    """Return the path of the table that places both schemes on the ICT head (see README there)."""
    return _DATA / "mp478_on_ict.npz"


@cache
def load_scheme(name: str) -> Scheme:
    """Return the scheme called name, or say which names exist."""
    if name not in SCHEMES:
        raise InputError("scheme", expected=" or ".join(map(repr, SCHEMES)), got=repr(name))
    row = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    mirror = _mirror(name, row)
    parts = {part: tuple(indices) for part, indices in row["parts"].items()}
    names = _names(parts, row.get("n", len(mirror)), rest="skin" if parts else "point")
    edges = _edges(parts, frozenset(row["closed"]), frozenset(row.get("undrawn", ())))
    five = _frozen(row["five"])
    return Scheme(name, names, parts, edges, mirror, five, row.get("source", _OWN_SOURCE))


def scheme_for(n_landmarks: int) -> Scheme:
    """Return the network's scheme with that many points, or say which numbers exist."""
    schemes = {scheme.n_points: scheme for scheme in map(load_scheme, NETWORK_SCHEMES)}
    if not isinstance(n_landmarks, Integral) or n_landmarks not in schemes:
        known = " or ".join(str(n) for n in sorted(schemes))
        raise InputError("n_landmarks", expected=known, got=repr(n_landmarks))
    return schemes[n_landmarks]


@cache
def mirror_548() -> Indices:
    """Return the permutation (548,) that mirrors all rows of the landmark network."""
    first, second = (load_scheme(name).mirror for name in NETWORK_SCHEMES)
    return _frozen(np.concatenate([first, len(first) + second]))


def _frozen(values: npt.ArrayLike) -> Indices:
    array = np.array(values, dtype=np.int64)
    array.setflags(write=False)
    return array


def _mirror(name: str, row: dict[str, Any]) -> Indices:
    """Return the permutation of a scheme's own file, or of the table of the head."""
    if name in _MIRROR_KEYS:
        with np.load(table_path()) as table:
            return _frozen(table[_MIRROR_KEYS[name]])
    if row["swaps"] is None:
        return _frozen([])
    mirror = np.arange(row["n"])
    for one, other in row["swaps"]:
        mirror[[one, other]] = other, one
    return _frozen(mirror)


def _names(parts: dict[str, tuple[int, ...]], n_points: int, *, rest: str) -> tuple[str, ...]:
    part_of = {index: part for part, indices in parts.items() for index in indices}
    return tuple(f"{part_of.get(index, rest)}_{index}" for index in range(n_points))


def _edges(
    parts: dict[str, tuple[int, ...]], closed: frozenset[str], undrawn: frozenset[str]
) -> Indices:
    pairs: list[tuple[int, int]] = []
    for part, indices in parts.items():
        if part in undrawn:
            continue
        pairs += pairwise(indices)
        if part in closed:
            pairs.append((indices[-1], indices[0]))
    return _frozen(np.reshape(pairs, (-1, 2)))
