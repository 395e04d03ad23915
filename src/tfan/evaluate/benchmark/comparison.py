"""Which points of an answer are laid against which of the truth, and by which way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from tfan.evaluate.named_points import FIVE, NAMED_POINTS
from tfan.evaluate.sample import NAMED, Floats, TrueFace
from tfan.landmarks.convert import correspondence, weighed
from tfan.landmarks.schemes import load_scheme

Points = Literal["auto", "exact", "near", "five"]
POINTS: tuple[Points, ...] = ("auto", "exact", "near", "five")
Move = Callable[[Floats], Floats]

_MOST_OF = 0.5  # exact points are used where they are at least that share of the truth's


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """A network that turns points of one scheme into those of another.

    Attributes:
        source: scheme of the points that it takes.
        target: scheme of those that it gives.
        move: (N, 2) points of source -> (M, 2) of target.
        words: which file it is.
    """

    source: str
    target: str
    move: Move
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """How answers of one scheme are laid against truth of another.

    Attributes:
        words: what a report says of it.
        names: (P,) of the points compared; of five named ones their names, else empty.
        rows: (P,) which of the truth's points; None where they go by names.
        move: (N, 2) points of the answer -> (P, 2).
    """

    words: str
    names: tuple[str, ...]
    rows: npt.NDArray[np.int64] | None
    move: Move

    def true_points(self, truth: TrueFace) -> Floats:
        """Return the (P, 2) annotated points that are compared; NaN where not annotated."""
        if self.rows is None:
            return truth.points(self.names)
        points: Floats = np.asarray(truth.points_px, np.float64)[self.rows]
        return points


@cache
def compare_schemes(
    found: str, true: str, *, points: Points = "auto", bridges: tuple[Bridge, ...] = ()
) -> Comparison:
    """Return how answers in scheme `found` are compared with truth in scheme `true`.

    Args:
        found: scheme of the answers.
        true: scheme of the annotation, or "named".
        points: "exact" takes those points of the truth that both schemes have; "near" also those
            that lie near (see `tfan.landmarks.convert.correspondence`); "five" eyes, nose and
            mouth corners; "auto" all points within one scheme, exact ones where at least half of
            the truth's are, else five.
        bridges: networks, each used between its two schemes instead of all that.

    Where nothing can be compared, the comparison has no points: boxes are counted all the same.
    """
    if true == NAMED or points == "five":
        return _five(found, true)
    every = np.arange(load_scheme(true).n_points)
    if found == true:
        return Comparison(f"all {len(every)} points of {true}", (), every, _as_they_are)
    for bridge in bridges:
        if (bridge.source, bridge.target) == (found, true):
            words = f"all {len(every)} points of {true}, of {found} by the network {bridge.words}"
            return Comparison(words, (), every, bridge.move)
    known = correspondence(found, true, near=points == "near")
    rows = np.flatnonzero(known.mask)
    if len(rows) >= _MOST_OF * len(every) or (points != "auto" and len(rows)):
        word = "that lie near points" if points == "near" else "that are points"
        words = f"{len(rows)} of the {len(every)} points of {true} {word} of {found}"
        return Comparison(words, (), rows, _Weighed(known.matrix[rows]))
    return _five(found, true) if points == "auto" else _nothing(found, true)


def _five(found: str, true: str) -> Comparison:
    rows = NAMED_POINTS.get(found, {})
    there = FIVE if true == NAMED else tuple(NAMED_POINTS.get(true, {}))
    names = tuple(name for name in FIVE if name in rows and name in there)
    if not names:
        return _nothing(found, true)
    weights = np.zeros((len(names), load_scheme(found).n_points))
    for row, name in zip(weights, names, strict=True):
        for index, weight in rows[name].items():
            row[index] = weight
    count = "five" if names == FIVE else f"{len(names)} of five"
    kind = "named points" if true == NAMED else f"points of {true}"
    words = f"{count} {kind} (eyes, nose, mouth corners) against those of {found}"
    return Comparison(words, names, None, _Weighed(weights))


def _nothing(found: str, true: str) -> Comparison:
    words = f"no points: none of {true} is known to be one of {found}; an adapter may make them"
    return Comparison(words, (), np.zeros(0, np.int64), _Weighed(np.zeros((0, 1))))


@dataclass(frozen=True, slots=True, eq=False)
class _Weighed:
    """Sums of points; a value, so that it travels."""

    weights: Floats

    def __call__(self, points_px: Floats) -> Floats:
        if not len(self.weights):
            return np.zeros((0, 2))
        return weighed(points_px, self.weights)


def _as_they_are(points_px: Floats) -> Floats:
    return points_px
