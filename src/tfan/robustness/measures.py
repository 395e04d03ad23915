"""What is read off one picture: one number a measure, and the table of the measures."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from tfan.evaluate.metrics import ious
from tfan.geometry.boxes import areas, clip_boxes
from tfan.geometry.coordinates import to_centre_px, to_image_px
from tfan.geometry.crop import windows_for_boxes
from tfan.landmarks.schemes import NETWORK_SCHEMES
from tfan.models.detector import Detections, Doubles
from tfan.models.landmarker import Landmarks
from tfan.pipeline import Finder, Pipeline
from tfan.robustness.shots import Taken
from tfan.thermal.plane import Plane
from tfan.types import Array, Face

FOUND_IOU = 0.5
FAILED_NME = 0.10


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of the tables.

    Attributes:
        name: key.
        title: head of the column.
        percent: whether it is shown in per cent.
        better: 1 where more is better, -1 where less is, 0 where neither is said.
    """

    name: str
    title: str
    percent: bool
    better: int


MEASURES: dict[str, Measure] = {
    row.name: row
    for row in (
        Measure("detector_recall", "detector recall", True, 1),
        Measure("recall", "recall", True, 1),
        Measure("false_faces", "false faces a picture", False, -1),
        Measure("nme_478", "NME 478", True, -1),
        Measure("nme_70", "NME 70", True, -1),
        Measure("fail_478", "fail 478", True, -1),
        Measure("fail_70", "fail 70", True, -1),
        Measure("found_nme_478", "NME 478 of found", True, -1),
        Measure("confidence", "confidence", False, 0),
        Measure("sigma", "sigma", True, 0),
        Measure("error", "error", True, 0),
    )
}
_SCHEMES = {"478": "mediapipe478", "70": "facesynthetics70"}


def measure(pipeline: Pipeline, taken: Taken) -> dict[str, float]:
    """Return measure -> value of one picture; NaN where there is nothing to measure.

    Args:
        pipeline: both networks, answering 478 points.
        taken: picture and truth.
    """
    heard = _Heard(pipeline.detector)
    faces = replace(pipeline, detector=cast("Finder", heard)).detect(taken.image)
    plane, proposed = heard.last[-1]
    found = _whole_way(faces, taken, to_image_px(proposed.boxes_px), plane.hw)
    return found | _landmarks(pipeline, taken, plane)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A detector whose last call is kept: the pipeline does not tell what it began with."""

    detector: Finder
    last: list[tuple[Plane, Detections]] = field(default_factory=list)

    @property
    def doubles(self) -> Doubles:
        return self.detector.doubles

    def __call__(self, plane: Plane, *, min_score: float | None = None) -> Detections:
        found = self.detector(plane)  # at its own threshold, whatever score the pipeline wants
        self.last.append((plane, found))
        return found if min_score is None else self.detector(plane, min_score=min_score)


def _whole_way(
    faces: list[Face], taken: Taken, proposed_px: Array, hw: tuple[int, int]
) -> dict[str, float]:
    """Return how the detector's boxes and the pipeline's faces compare with the true face."""
    true_box = clip_boxes(to_image_px(taken.box_px[None]), hw)[0]
    proposed = clip_boxes(proposed_px, hw)
    boxes = np.array([face.box_px for face in faces], np.float32).reshape(-1, 4)
    overlap = ious(true_box, boxes)[0]
    found = bool((overlap >= FOUND_IOU).any())
    return {
        "detector_recall": float((ious(true_box, proposed) >= FOUND_IOU).any()),
        "recall": float(found),
        "false_faces": float((overlap < FOUND_IOU).sum()),
        "found_nme_478": _nme_of(faces[int(overlap.argmax())], taken) if found else math.nan,
    }


def _landmarks(pipeline: Pipeline, taken: Taken, plane: Plane) -> dict[str, float]:
    """Return how good the landmarks are where the true box is given."""
    windows = windows_for_boxes(taken.box_px[None], taken.five_px[None])
    marks: Landmarks = pipeline.landmarker(plane, windows)
    count = marks.points_px.shape[1]  # a network of one's own may know the 478 only
    distance = np.linalg.norm(marks.points_px[0] - taken.points_px[:count], axis=1)
    size = box_size(taken)
    values = {
        "confidence": float(marks.confidence.mean()),
        "sigma": float(marks.sigma_px.mean()) / size,
        "error": float(distance.mean()) / size,
    }
    for short, scheme in _SCHEMES.items():
        part = distance[NETWORK_SCHEMES[scheme]]
        nme = float(part.mean()) / size if len(part) else math.nan
        values[f"nme_{short}"] = nme
        values[f"fail_{short}"] = float(nme > FAILED_NME) if len(part) else math.nan
    return values


def box_size(taken: Taken) -> float:
    """Return sqrt(width * height) of the true box in pixels, what errors are divided by."""
    return float(np.sqrt(areas(taken.box_px[None])[0]))


def _nme_of(face: Face, taken: Taken) -> float:
    points = to_centre_px(face.points_px)
    true = taken.points_px[NETWORK_SCHEMES["mediapipe478"]]
    return float(np.linalg.norm(points - true, axis=1).mean()) / box_size(taken)
