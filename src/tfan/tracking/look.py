"""What the networks say of faces that are followed, and of those that the detector found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfan.geometry.boxes import suppress
from tfan.models.detector import Detections
from tfan.models.landmarker import five_of, offness
from tfan.models.marks import Landmarks, rows_of, sureness
from tfan.pipeline import Pipeline
from tfan.pipeline.faces import agreed_boxes, sizes_px
from tfan.thermal.plane import Plane
from tfan.tracking.track import Track, box_of
from tfan.types import AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One face as seen in one frame, counted from pixel centres."""

    marks: Landmarks
    box_px: AnyArray
    score: float
    detector_score: float


def look_again(
    pipeline: Pipeline, plane: Plane, tracks: list[Track], time_s: float
) -> list[Sighting]:
    """Return what is seen where faces are expected, one sighting for each track."""
    if not tracks:
        return []
    places = [track.expected(time_s) for track in tracks]
    points, boxes = np.stack([p for p, _ in places]), np.stack([b for _, b in places])
    prep, landmarker = pipeline.landmarker.preparation, pipeline.landmarker
    if prep.place_again is None:
        marks = landmarker.look(plane, prep.place(boxes, five_of(points), plane.hw))
    else:
        views: Any = prep.place_again(points, five_of(points))
        marks = landmarker.look(plane, views)
        better: Any = prep.place_again(marks.points_px, five_of(marks.points_px))
        rows = np.flatnonzero(offness(views, better) > 1)
        if len(rows):
            marks = _replaced(marks, landmarker.look(plane, better[rows]), rows)
    found = [
        box_of(marks.points_px[i], _carried(pipeline, track)) for i, track in enumerate(tracks)
    ]
    heard = np.array([track.detector_score for track in tracks])
    return _sightings(pipeline, marks, np.stack(found), heard)


def look_into(
    pipeline: Pipeline, plane: Plane, found: Detections, rows: list[int]
) -> list[Sighting]:
    """Return what is seen in some boxes of the detector, in their order."""
    if not rows:
        return []
    boxes, scores = found.boxes_px[rows], found.scores[rows]
    prep = pipeline.landmarker.preparation
    marks = pipeline.landmarker(plane, prep.place(boxes, found.five_px[rows], plane.hw))
    if prep.agree_boxes:
        judged = agreed_boxes(boxes, marks)
        laid = np.stack([box_of(points, None) for points in marks.points_px])
        seen = pipeline.face_score(scores, sureness(marks), sizes_px(judged))
        return _with_scores(marks, laid, seen, scores)
    return _sightings(pipeline, marks, boxes, scores)


def without_doubles(sightings: list[Sighting]) -> list[int]:
    """Return the numbers of those that are no double of a better one."""
    if not sightings:
        return []
    boxes = np.stack([each.box_px for each in sightings])
    return suppress(boxes, np.array([each.score for each in sightings]))


def _carried(pipeline: Pipeline, track: Track) -> tuple[AnyArray, AnyArray] | None:
    if pipeline.landmarker.preparation.agree_boxes:
        return None
    return track.marks.points_px[0], track.box_px


def _sightings(
    pipeline: Pipeline, marks: Landmarks, boxes: AnyArray, heard: AnyArray
) -> list[Sighting]:
    return _with_scores(
        marks, boxes, pipeline.face_score(heard, sureness(marks), sizes_px(boxes)), heard
    )


def _with_scores(
    marks: Landmarks, boxes: AnyArray, scores: AnyArray, heard: AnyArray
) -> list[Sighting]:
    return [
        Sighting(rows_of(marks, np.array([i])), boxes[i], float(scores[i]), float(heard[i]))
        for i in range(len(scores))
    ]


def _replaced(marks: Landmarks, others: Landmarks, rows: AnyArray) -> Landmarks:
    """Return landmarks with some rows taken from others."""
    fields = {}
    for name in Landmarks.__dataclass_fields__:
        fields[name] = getattr(marks, name).copy()
        fields[name][rows] = getattr(others, name)
    return Landmarks(**fields)
