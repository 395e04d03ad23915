"""From one landmark scheme to another, where both have the same points."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.landmarks.schemes import SCHEMES, Scheme, load_scheme

Floats = npt.NDArray[np.float64]
Sum = Mapping[str, float]  # point's index, as JSON has it: weight

_TABLE = Path(__file__).parent / "data" / "anatomy.json"
_NEAR = "Say near=True to take points that lie near, or use an adapter (tfan train adapt)."
_ADAPT = "Use an adapter (tfan train adapt)."
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Correspondence:
    """What the points of one scheme say of another's.

    Attributes:
        source: scheme of S points.
        target: scheme of T points.
        matrix: (T, S) each row the weights, of sum 1, that make a target's point; zeros where
            nothing makes it.
        mask: (T,) whether the source makes that point.
    """

    source: str
    target: str
    matrix: Floats
    mask: npt.NDArray[np.bool_]

    @property
    def complete(self) -> bool:
        """Whether every point of the target can be made."""
        return bool(self.mask.all())


@cache
def correspondence(source: str, target: str, *, near: bool = False) -> Correspondence:
    """Return which points of target the points of source make, and how.

    Args:
        source: name of a scheme.
        target: name of a scheme.
        near: take also what lies near: the jaw on the hidden 3-D jaw for the jaw's visible outline
            and back, the pupil for the middle of the lids and back, weighted points of the 478 for
            those of the 70 (mean distances stand in anatomy.json), and the numbering that is
            usual between the 98 and the 68. Without it a point counts only where both schemes
            mean the same place.
    """
    one, other = load_scheme(source), load_scheme(target)
    matrix = np.zeros((other.n_points, one.n_points))
    if source == target:
        np.fill_diagonal(matrix, 1.0)
    else:
        for name, index in _rows(target)["same"].items():
            for number, weight in _makes(_rows(source), name, near=near).items():
                matrix[index, int(number)] = weight
    matrix.setflags(write=False)
    mask = np.asarray(matrix.any(1))
    mask.setflags(write=False)
    return Correspondence(source, target, matrix, mask)


def can_convert(source: str, target: str, *, near: bool = False) -> bool:
    """Say whether `convert` makes every point of target from those of source."""
    return correspondence(source, target, near=near).complete


def convert(points: npt.ArrayLike, source: str, target: str, *, near: bool = False) -> Floats:
    """Return points of another scheme, exactly: by choosing rows and weighing them.

    Args:
        points: (..., S, 2) x, y of the source's points, in any unit. NaN stays NaN, in each point
            that is made of it.
        source: name of the points' scheme.
        target: name of the scheme that is wanted.
        near: as in `correspondence`.

    Returns:
        (..., T, 2) x, y of the target's points.

    Raises:
        InputError: a point of target is no point of source, or points have another shape.
    """
    known = correspondence(source, target, near=near)
    given = np.asarray(points, np.float64)
    n = known.matrix.shape[1]
    if given.ndim < 2 or given.shape[-2:] != (n, 2):
        raise InputError(f"points of {source}", expected=f"(..., {n}, 2)", got=str(given.shape))
    if not known.complete:
        missing = missing_names(known)
        helps = not near and can_convert(source, target, near=True)
        raise InputError(
            f"converting {source} to {target}", expected="a counterpart of every point",
            got=f"none for {missing}", fix=_NEAR if helps else _ADAPT,
        )  # fmt: skip
    return weighed(given, known.matrix)


def weighed(points: Floats, matrix: Floats) -> Floats:
    """Return (..., T, 2) sums of points (..., S, 2); a row of zeros gives NaN."""
    out = np.full((*points.shape[:-2], len(matrix), 2), np.nan)
    if np.isfinite(points).all():
        made = matrix.any(1)
        out[..., made, :] = matrix[made] @ points
        return out
    for index, row in enumerate(matrix):
        used = row.nonzero()[0]  # a NaN must not reach points that it is no part of
        if len(used):
            out[..., index, :] = (points[..., used, :] * row[used, None]).sum(-2)
    return out


def missing_names(known: Correspondence) -> str:
    """Return the points of the target that nothing makes, as a sentence names them."""
    names = [
        name
        for name, there in zip(load_scheme(known.target).names, known.mask, strict=True)
        if not there
    ]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


@cache
def named_sums(scheme: str) -> Mapping[str, Sum]:
    """Return the five points and the chin of a scheme as sums of its points, those that it has.

    The keys are those of "tfw5" and "chin"; empty where the order of the points is not known.
    """
    rows = _rows(scheme)
    names = (*load_scheme("tfw5").parts, "chin")
    found = {name: rows.get("named", {}).get(name) or _makes(rows, name) for name in names}
    return {name: sums for name, sums in found.items() if sums}


def _makes(rows: Mapping[str, Any], name: str, *, near: bool = False) -> Sum:
    if name in rows["same"]:
        return {str(rows["same"][name]): 1.0}
    found: Sum = rows["sums"].get(name, {})
    if not found and near:
        found = rows["near"].get(name, {})
    return found


def _rows(scheme: str) -> Mapping[str, Any]:
    row: Mapping[str, Any] = _table().get(scheme, {"same": {}, "sums": {}, "near": {}})
    return row


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


def reachable(source: str, *, near: bool = False) -> tuple[Scheme, ...]:
    """Return every other scheme that `convert` makes from this one."""
    names = (n for n in SCHEMES if n != source and can_convert(source, n, near=near))
    return tuple(map(load_scheme, names))
