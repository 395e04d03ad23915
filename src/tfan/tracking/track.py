"""One person over time: what was last measured, and where the face is expected next."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tfan.geometry.boxes import bounds
from tfan.models.landmarker import five_of
from tfan.models.marks import Landmarks
from tfan.tracking.sighting import Sighting
from tfan.tracking.steady import Steady
from tfan.types import AnyArray, Array

TENTATIVE = 0  # number of a track that has not been seen often enough to be a person
_NEW_SHARE = 0.5  # of a new speed that is believed
_OLD_ENOUGH_S = 0.03  # of age of the place from which a speed is measured, to be believed
_COAST_S = 0.3  # unseen people slow down within about that
_STRAY_SIZES_PER_S = 0.5  # by which a predicted face may be off
_DETECTOR_SHARE = 0.5  # of a new score of the detector that is believed
_MISSED_SHARE = 0.6  # of its score is left to a face that the detector missed


@dataclass(slots=True, eq=False)
class Track:
    """A face that is followed; all places are counted from pixel centres.

    Attributes:
        last: the face as last measured.
        seen_s: when that was.
        detector_score: running mean of what the detector said.
        track_id: the person's number, `TENTATIVE` until there is one.
        hits: frames in which it was seen.
        usual: running mean of the landmarks' mean confidence.
        velocity: x and y, pixels a second.
        steady: filter of what is handed out, where that is smoothed at once.
        look: (N,) running mean of the image at the landmarks, while nobody was near.
        looks: frames that went into it.
        serial: number of the track itself, which stays when numbers of people are set right.
        waited_s: for how long the picture stood still since the face was last seen.
    """

    last: Sighting
    seen_s: float
    detector_score: float
    track_id: int = TENTATIVE
    hits: int = 1
    usual: float = 0.0
    velocity: tuple[float, float] = (0.0, 0.0)
    steady: Steady | None = None
    look: Array | None = None
    looks: int = 0
    serial: int = 0
    waited_s: float = 0.0

    def __post_init__(self) -> None:
        self.usual = self.sureness

    @property
    def marks(self) -> Landmarks:
        """Landmarks of the one face, as last measured."""
        return self.last.marks

    @property
    def box_px(self) -> AnyArray:
        """Face box (4,) that belongs to them."""
        return self.last.box_px

    @property
    def sureness(self) -> float:
        """Mean confidence of the landmarks, when last seen."""
        return self.last.sureness

    @property
    def size_px(self) -> float:
        """Sqrt(width x height) of the landmarks' hull."""
        return self.last.size_px

    def shift(self, time_s: float) -> tuple[float, float]:
        """Return how far to the right and down the face is expected to have gone meanwhile."""
        coasted = _COAST_S * (1 - math.exp(-max(time_s - self.seen_s, 0.0) / _COAST_S))
        x, y = self.velocity
        return x * coasted, y * coasted

    def expected(self, time_s: float) -> tuple[Array, AnyArray]:
        """Return points (N, 2) and box (4,) where they are expected."""
        x, y = self.shift(time_s)
        shift = np.array((x, y, x, y), np.float32)
        return self.marks.points_px[0] + shift[:2], self.box_px + shift

    def surprise(self, seen: Sighting, time_s: float) -> float:
        """Return how far a measurement lies from what was expected, in sizes of the face."""
        (x, y), (last_x, last_y), (dx, dy) = seen.centre_px, self.last.centre_px, self.shift(time_s)
        moved = math.hypot(x - last_x - dx, y - last_y - dy)
        return moved / self.size_px + abs(math.log(seen.size_px / self.size_px))

    def see(self, seen: Sighting, time_s: float) -> None:
        """Take in a measurement."""
        passed = max(time_s - self.seen_s, 1e-6)
        share = 1.0 if self.hits == 1 else _NEW_SHARE
        share *= min(1.0, passed / _OLD_ENOUGH_S)  # frames that arrive in bursts tell no speed
        if passed <= 2 * _COAST_S:
            places = zip(self.velocity, seen.centre_px, self.last.centre_px, strict=True)
            x, y = (v + share * ((new - old) / passed - v) for v, new, old in places)
            self.velocity = x, y
        else:
            self.velocity = 0.0, 0.0
        self.last, self.seen_s, self.waited_s = seen, time_s, 0.0
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
            hull_px=bounds(points[None]),
            sigma_px=sigma,
            confidence=(self.marks.confidence * share).astype(np.float32),
            visibility=np.zeros_like(self.marks.visibility),
            quality=self.marks.quality * share.mean(axis=1),
        )
        return marks, box


def carried(track: Track, hull_px: AnyArray) -> AnyArray:
    """Return the box (4,) of a track, carried along to where the hull (4,) of its points is now."""
    before = track.marks.hull_px[0]
    zoom = (hull_px[2:] - hull_px[:2]) / np.maximum(before[2:] - before[:2], 1)
    corners: AnyArray = (track.box_px.reshape(2, 2) - before[:2]) * zoom + hull_px[:2]
    return corners.reshape(4)


def five(points_px: Array) -> Array:
    """Return eyes, nose tip, mouth corners (5, 2) of points (N, 2)."""
    found: Array = five_of(points_px[None])[0]
    return found
