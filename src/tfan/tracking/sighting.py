"""One face as seen in one frame, with what following it needs, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.models.marks import Landmarks, hull_size_px, rows_of
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
    sure: AnyArray,
    around: Sequence[Any] | None = None,
) -> list[Sighting]:
    """Return one sighting for each of F faces.

    Args:
        marks: of F faces.
        boxes: (F, 4).
        scores: (F,).
        heard: (F,) scores of the detector.
        sure: (F,) `sureness` of the landmarks.
        around: (F) see `Sighting`.
    """
    centres = np.add.reduce(marks.points_px, axis=1) / marks.points_px.shape[1]
    columns = scores, heard, centres, hull_size_px(marks.hull_px), sure
    found = []
    for i, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        score, detector_score, (x, y), size, sureness = row
        one = marks if len(scores) == 1 else rows_of(marks, np.array([i]))
        view = around[i] if around is not None else None
        found.append(Sighting(one, boxes[i], score, detector_score, (x, y), size, sureness, view))
    return found
