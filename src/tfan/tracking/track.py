"""One person over time: what was last measured, and where the face is expected next."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from tfan.geometry.boxes import bounds, box_for_points
from tfan.models.landmarker import five_of
from tfan.models.marks import Landmarks, face_size_px, sureness
from tfan.tracking.one_euro import OneEuro
from tfan.types import AnyArray, Array

TENTATIVE = 0  # number of a track that has not been seen often enough to be a person
_NEW_SHARE = 0.5  # of a new speed that is believed
_COAST_S = 0.3  # unseen people slow down within about that
_STRAY_SIZES_PER_S = 0.5  # by which a predicted face may be off
_DETECTOR_SHARE = 0.5  # of a new score of the detector that is believed
_MISSED_SHARE = 0.6  # of its score is left to a face that the detector missed


@dataclass(slots=True, eq=False)
class Track:
    """A face that is followed; all places are counted from pixel centres.

    Attributes:
        marks: landmarks of one face, as last measured.
        box_px: (4,) face box that belongs to them.
        seen_s: when that was.
        detector_score: running mean of what the detector said.
        score: of the face when it was last seen.
        track_id: the person's number, `TENTATIVE` until there is one.
        hits: frames in which it was seen.
        usual: running mean of the landmarks' mean confidence.
        velocity: (2,) pixels a second.
        euro: filter of the points handed out, where they are smoothed at once.
        look: (N,) running mean of the image at the landmarks, while nobody was near.
        looks: frames that went into it.
    """

    marks: Landmarks
    box_px: AnyArray
    seen_s: float
    detector_score: float
    score: float
    track_id: int = TENTATIVE
    hits: int = 1
    usual: float = 0.0
    velocity: AnyArray = field(default_factory=lambda: np.zeros(2))
    euro: OneEuro | None = None
    look: Array | None = None
    looks: int = 0

    def __post_init__(self) -> None:
        self.usual = self.sureness

    @property
    def sureness(self) -> float:
        """Mean confidence of the landmarks, when last seen."""
        return float(sureness(self.marks)[0])

    @property
    def size_px(self) -> float:
        """Sqrt(width x height) of the landmarks' hull."""
        return float(face_size_px(self.marks.points_px)[0])

    @property
    def centre_px(self) -> AnyArray:
        """Mean (2,) of the points."""
        mean: AnyArray = self.marks.points_px[0].mean(axis=0)
        return mean

    def shift(self, time_s: float) -> Array:
        """Return (2,) how far the face is expected to have gone since it was seen."""
        coasted = _COAST_S * (1 - math.exp(-max(time_s - self.seen_s, 0.0) / _COAST_S))
        return (self.velocity * coasted).astype(np.float32)

    def expected(self, time_s: float) -> tuple[Array, AnyArray]:
        """Return points (N, 2) and box (4,) where they are expected."""
        shift = self.shift(time_s)
        return self.marks.points_px[0] + shift, self.box_px + np.tile(shift, 2)

    def surprise(self, marks: Landmarks, time_s: float) -> float:
        """Return how far a measurement lies from what was expected, in sizes of the face."""
        moved = marks.points_px[0].mean(axis=0) - self.centre_px - self.shift(time_s)
        growth = math.log(float(face_size_px(marks.points_px)[0]) / self.size_px)
        return float(np.linalg.norm(moved)) / self.size_px + abs(growth)

    def see(self, marks: Landmarks, box_px: AnyArray, score: float, time_s: float) -> None:
        """Take in a measurement."""
        passed = max(time_s - self.seen_s, 1e-6)
        speed = (marks.points_px[0].mean(axis=0) - self.centre_px) / passed
        share = 1.0 if self.hits == 1 else _NEW_SHARE
        if passed <= 2 * _COAST_S:
            self.velocity = self.velocity + share * (speed - self.velocity)
        else:
            self.velocity = np.zeros(2)
        self.marks, self.box_px, self.score, self.seen_s = marks, box_px, score, time_s
        self.hits += 1
        self.usual += 0.1 * (self.sureness - self.usual)

    def hear(self, detector_score: float | None) -> None:
        """Take in what the detector said of the face; None where it did not see it."""
        if detector_score is None:
            self.detector_score *= _MISSED_SHARE
        else:
            self.detector_score += _DETECTOR_SHARE * (detector_score - self.detector_score)

    def held(self, time_s: float) -> tuple[Landmarks, AnyArray]:
        """Return expected landmarks, which nobody sees, and the box; doubt grows with time."""
        points, box = self.expected(time_s)
        stray = _STRAY_SIZES_PER_S * self.size_px * (time_s - self.seen_s)
        sigma = np.hypot(self.marks.sigma_px, np.float32(stray))
        share = (self.marks.sigma_px / sigma) ** 2
        marks = replace(
            self.marks,
            points_px=points[None],
            sigma_px=sigma,
            confidence=(self.marks.confidence * share).astype(np.float32),
            visibility=np.zeros_like(self.marks.visibility),
            quality=self.marks.quality * share.mean(axis=1),
        )
        return marks, box


def box_of(points_px: AnyArray, last: tuple[AnyArray, AnyArray] | None) -> AnyArray:
    """Return the face box (4,) of points (N, 2).

    Args:
        points_px: of the face now.
        last: points (N, 2) and box (4,) of the same face before; the box is carried along. None
            lays it by the points alone, which need a forehead for that.
    """
    if last is None:
        box: AnyArray = box_for_points(points_px)
        return box
    before, now = bounds(last[0]), bounds(points_px)
    size_before = np.maximum(before[2:] - before[:2], 1)
    zoom = (now[2:] - now[:2]) / size_before
    carried = (last[1].reshape(2, 2) - before[:2]) * zoom + now[:2]
    moved: AnyArray = carried.reshape(4)
    return moved


def five(points_px: Array) -> Array:
    """Return eyes, nose tip, mouth corners (5, 2) of points (N, 2)."""
    found: Array = five_of(points_px[None])[0]
    return found
