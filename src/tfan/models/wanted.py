"""Which of the faces that were found are wanted: sure enough, large enough, not too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from numbers import Integral, Real
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.geometry.boxes import areas
from tfan.types import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Limits on the faces of an answer. Those left are the same as without limits.

    Attributes:
        min_score: least score of a face, 0..1; None takes the weights' own.
        min_size_px: least size of a face, sqrt(width x height) of its `box_px`, which ends where
            the image does.
        max_faces: no more than so many of the best; None gives all.
    """

    min_score: float | None = None
    min_size_px: float = 0.0
    max_faces: int | None = None

    def __post_init__(self) -> None:
        if self.min_score is not None and not _is_number(self.min_score, most=1):
            _refuse("min_score", "a number from 0 to 1", self.min_score)
        if not _is_number(self.min_size_px) or self.min_size_px == inf:
            _refuse("min_size_px", "pixels from 0", self.min_size_px)
        if self.max_faces is not None and not _is_count(self.max_faces):
            _refuse("max_faces", "None or a number from 1", self.max_faces)

    def among(self, faces: Sequence[Face], *, usual_score: float) -> list[Face]:
        """Return the wanted ones of faces that are given best first.

        Args:
            faces: best first.
            usual_score: least score where none was asked for.
        """
        least = usual_score if self.min_score is None else self.min_score
        kept = [face for face in faces if face.score >= least]
        if self.min_size_px > 0:
            kept = [face for face in kept if size_px(face) >= self.min_size_px]
        return kept[: self.max_faces]


def size_px(face: Face) -> float:
    """Return sqrt(width x height) of a face's box, in pixels of the image."""
    return float(np.sqrt(areas(face.box_px)))


def _is_number(value: Any, *, most: float = inf) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) <= most


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _refuse(name: str, expected: str, got: object) -> None:
    raise InputError(name, expected=expected, got=repr(got))
