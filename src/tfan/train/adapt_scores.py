"""How far points of one scheme, made from another's, lie from the true ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.landmarks.convert import correspondence, weighed
from tfan.landmarks.schemes import load_scheme
from tfan.train.adapt_pairs import Pairs

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating[Any]]
_TURNS: Mapping[str, tuple[float, float]] = {
    "frontal": (0, 20), "half": (20, 45), "profile": (45, 181)
}  # fmt: skip
_OUTLINES = ("jaw", "face_oval")
DIGITS = 5


@dataclass(frozen=True, slots=True)
class Score:
    """Mean distance over the size of the face (sqrt of its hull's width x height).

    Attributes:
        faces: how many.
        before: by the table of points that are the same or near (NaN for points without one).
        after: by the network.
    """

    faces: int
    before: float
    after: float


def scores(pairs: Pairs, adapted: Points, source: str, target: str) -> dict[str, Score]:
    """Return what `compared` says of a network and of the table of same and near points.

    Args:
        pairs: N faces.
        adapted: (N, T, 2) what the network makes of pairs.given.
        source: scheme of pairs.given.
        target: scheme of pairs.wanted.
    """
    known = correspondence(source, target, near=True)
    return compared(pairs, weighed(pairs.given.astype(np.float64), known.matrix), adapted, target)


def compared(pairs: Pairs, before: Points, after: Points, target: str) -> dict[str, Score]:
    """Return part -> score: all points, each turn of the head, each part of the target's face.

    Args:
        pairs: N faces.
        before: (N, T, 2) made one way.
        after: (N, T, 2) made another way.
        target: scheme of pairs.wanted.
    """
    one, other = (_errors(points, pairs.wanted) for points in (before, after))
    found = {"all": _score(one, other)}
    turned = np.abs(pairs.yaw_deg)
    for name, (low, high) in _TURNS.items():
        here = (turned >= low) & (turned < high)
        if here.any():
            found[name] = _score(one[here], other[here])
    profile = turned >= _TURNS["profile"][0]
    for part, indices in load_scheme(target).parts.items():
        found[part] = _score(one[:, indices], other[:, indices])
        if part in _OUTLINES and profile.any():
            far = (one[profile][:, indices], other[profile][:, indices])
            found[f"{part}, profile"] = _score(*far)
    return found


def as_numbers(found: Mapping[str, Score]) -> dict[str, dict[str, float]]:
    """Return scores as JSON holds them."""
    return {
        part: {"faces": s.faces, "before": round(s.before, DIGITS), "after": round(s.after, DIGITS)}
        for part, s in found.items()
    }


def table(found: Mapping[str, Score]) -> str:
    """Return scores as a Markdown table, errors in per cent of the face's size."""
    lines = ["| part | faces | by the table | adapted |", "| --- | ---: | ---: | ---: |"]
    for part, s in found.items():
        words = [f"{100 * value:.2f} %" for value in (s.before, s.after)]
        words = ["-" if word.startswith("nan") else word for word in words]
        lines.append(f"| {part} | {s.faces} | {' | '.join(words)} |")
    return "\n".join(lines) + "\n"


def _errors(points: Points, wanted: Points) -> Floats:
    """Return (N, T) distances over sizes; NaN where the true or the made point is not known."""
    low, high = np.nanmin(wanted, 1), np.nanmax(wanted, 1)
    size = np.sqrt(np.prod(np.maximum(high - low, 1e-9), 1))
    distances: Floats = np.linalg.norm(points.astype(np.float64) - wanted, axis=2) / size[:, None]
    return distances


def _score(before: Floats, after: Floats) -> Score:
    return Score(len(after), _mean(before), _mean(after))


def _mean(errors: Floats) -> float:
    known = np.isfinite(errors)
    return float(errors[known].mean()) if known.any() else float("nan")
