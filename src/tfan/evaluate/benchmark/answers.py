"""What any model says of one face, as the benchmark reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.errors import TfanError
from tfan.evaluate.judge import certainty_of
from tfan.evaluate.sample import Floats
from tfan.landmarks.schemes import load_scheme


class AnswerError(TfanError, TypeError):
    """A model whose answers are not faces in some landmark scheme."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One face as a model found it, in image coordinates (tfan.types).

    Attributes:
        box_px: (4,) left, top, right, bottom.
        score: how sure the model is of the face, higher is surer.
        points_px: (N, 2) x, y of the landmarks of `scheme`.
        scheme: name of the landmark convention, see tfan.landmarks.load_scheme.
        certainty: ranks faces by expected error: the higher, the smaller.
    """

    box_px: Floats
    score: float
    points_px: Floats
    scheme: str
    certainty: float


def answers_of(found: Iterable[Any], *, source: str) -> tuple[Answer, ...]:
    """Return what a model answered for one image, checked.

    Args:
        found: objects with `box_px`, `score`, `points_px` and `scheme`, such as `tfan.types.Face`;
            `quality` or `confidence` rank them where they are there, else the score.
        source: the model, for the error.

    Raises:
        AnswerError: they are none, or do not have the points of their scheme.
    """
    if not isinstance(found, Iterable):
        raise _wrong(source, "a list of faces", f"a {type(found).__name__}")
    return tuple(_answer(face, source) for face in found)


def _answer(face: Any, source: str) -> Answer:
    missing = [n for n in ("box_px", "score", "points_px", "scheme") if not hasattr(face, n)]
    if missing:
        wanted = "faces with box_px, score, points_px and scheme"
        raise _wrong(source, wanted, f"one without {', '.join(missing)}")
    try:
        box, score = np.asarray(face.box_px, np.float64), float(face.score)
        points = np.asarray(face.points_px, np.float64)
        n_points = load_scheme(str(face.scheme)).n_points
    except Exception as error:  # whatever somebody's arrays raise, a tensor with a gradient too
        got = str(error) or type(error).__name__
        raise _wrong(source, "numbers, and a scheme that tfan knows", got) from error
    if box.shape != (4,) or points.shape != (n_points, 2):
        wanted = f"a box (4,) and {n_points} points of {face.scheme} ({n_points}, 2)"
        raise _wrong(source, wanted, f"{box.shape} and {points.shape}")
    if not (np.isfinite(box).all() and np.isfinite(points).all() and np.isfinite(score)):
        raise _wrong(source, "finite numbers", "NaN or infinity in an answer")
    rated = hasattr(face, "quality") or hasattr(face, "confidence")
    certainty = certainty_of(face) if rated else score
    return Answer(box, score, points, str(face.scheme), float(certainty))


def _wrong(source: str, expected: str, got: str) -> AnswerError:
    return AnswerError(f"{source}: expected {expected}, got {got}.")
