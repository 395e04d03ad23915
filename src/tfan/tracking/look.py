"""What the networks say of faces that are followed, and of those that the detector found."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfan.geometry.boxes import box_for_hull, suppress
from tfan.models.detector import Detections
from tfan.models.landmarker import Landmarker, five_of, joined, offness
from tfan.models.marks import Landmarks, sureness
from tfan.pipeline import Pipeline
from tfan.pipeline.faces import agreed_boxes, sizes_px
from tfan.thermal.plane import Plane
from tfan.tracking.sighting import Sighting, sightings
from tfan.tracking.track import Track, carried
from tfan.types import AnyArray


def look_again(
    pipeline: Pipeline, plane: Plane, tracks: list[Track], time_s: float
) -> list[Sighting]:
    """Return what is seen where faces are expected, one sighting for each track."""
    if not tracks:
        return []
    prep, landmarker = pipeline.landmarker.preparation, pipeline.landmarker
    heard = np.array([track.detector_score for track in tracks])
    if prep.place_again is None:
        places = [track.expected(time_s) for track in tracks]
        points, boxes = (np.array(each) for each in zip(*places, strict=True))
        marks, around = landmarker.look(plane, prep.place(boxes, five_of(points), plane.hw)), None
    else:
        marks, around = _look_around(landmarker, plane, tracks, time_s)
    if prep.agree_boxes:
        found = box_for_hull(marks.hull_px)
    else:
        found = np.array([carried(each, marks.hull_px[i]) for i, each in enumerate(tracks)])
    sure = sureness(marks)
    scores = pipeline.face_score(heard, sure, sizes_px(found))
    return sightings(marks, found, scores, heard, sure, around)


def _look_around(
    landmarker: Landmarker, plane: Plane, tracks: list[Track], time_s: float
) -> tuple[Landmarks, list[Any]]:
    """Return landmarks where faces are expected, and views around them; None where looked twice."""
    place: Any = landmarker.preparation.place_again
    around = [track.last.around for track in tracks]
    if any(view is None for view in around):
        points = np.array([track.expected(time_s)[0] for track in tracks])
        views = place(points, five_of(points))
    else:
        shifts = np.array([track.shift(time_s) for track in tracks], np.float32)
        views = joined(around).moved(shifts)
    marks = landmarker.look(plane, views)
    better = place(marks.points_px, five_of(marks.points_px))
    around = [better[i : i + 1] for i in range(len(tracks))]
    rows = np.flatnonzero(offness(views, better) > 1)
    if len(rows):
        marks = _replaced(marks, landmarker.look(plane, better[rows]), rows)
        around = [None if i in rows else view for i, view in enumerate(around)]
    return marks, around


def look_into(
    pipeline: Pipeline, plane: Plane, found: Detections, rows: list[int]
) -> list[Sighting]:
    """Return what is seen in some boxes of the detector, in their order."""
    if not rows:
        return []
    boxes, scores = found.boxes_px[rows], found.scores[rows]
    prep = pipeline.landmarker.preparation
    marks = pipeline.landmarker(plane, prep.place(boxes, found.five_px[rows], plane.hw))
    judged, laid, sure = boxes, boxes, sureness(marks)
    if prep.agree_boxes:
        judged = agreed_boxes(boxes, marks, sure)
        laid = box_for_hull(marks.hull_px)
    judgement = pipeline.face_score(scores, sure, sizes_px(judged))
    return sightings(marks, laid, judgement, scores, sure)


def without_doubles(sightings: list[Sighting]) -> list[int]:
    """Return the numbers of those that are no double of a better one."""
    if not sightings:
        return []
    boxes = np.stack([each.box_px for each in sightings])
    return suppress(boxes, np.array([each.score for each in sightings]))


def _replaced(marks: Landmarks, others: Landmarks, rows: AnyArray) -> Landmarks:
    """Return landmarks with some rows taken from others."""
    fields = {}
    for name in Landmarks.__dataclass_fields__:
        fields[name] = getattr(marks, name).copy()
        fields[name][rows] = getattr(others, name)
    return Landmarks(**fields)
