"""One face as seen in one frame, with what following it needs, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.models.marks import Landmarks, hull_size_px, rows_of, sureness
from tfan.types import AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One face as seen in one frame, counted from pixel centres.

    Attributes:
        marks: landmarks of the one face.
        box_px: (4,) face box that belongs to them.
        score: of the face.
        detector_score: what the detector said of it, or is taken to say.
        centre_px: x and y of the mean of the points.
        size_px: sqrt(width x height) of their hull.
        sureness: mean confidence of the landmarks.
        around: the view (1) laid around the landmarks, where the next look goes; None where it
            has to be worked out of them.
    """

    marks: Landmarks
    box_px: AnyArray
    score: float
    detector_score: float
    centre_px: tuple[float, float]
    size_px: float
    sureness: float
    around: Any = None


def sightings(
    marks: Landmarks,
    boxes: AnyArray,
    scores: AnyArray,
    heard: AnyArray,
    around: Sequence[Any] | None = None,
) -> list[Sighting]:
    """Return one sighting for each of F faces.

    Args:
        marks: of F faces.
        boxes: (F, 4).
        scores: (F,).
        heard: (F,) scores of the detector.
        around: (F) see `Sighting`.
    """
    columns: Sequence[AnyArray] = (
        scores, heard, marks.points_px.mean(axis=1), hull_size_px(marks.hull_px), sureness(marks)
    )  # fmt: skip
    found = []
    for i, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        score, detector_score, (x, y), size, sure = row
        one = rows_of(marks, np.array([i]))
        view = around[i] if around is not None else None
        found.append(Sighting(one, boxes[i], score, detector_score, (x, y), size, sure, view))
    return found
