"""Detector, then landmarker: image -> faces. And the sliding window, which needs no detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, overload

import numpy as np

from tfan.geometry.boxes import box_for_hull
from tfan.models.contract import Runtime
from tfan.models.detector import Detections, Doubles
from tfan.models.face_score import PLAIN_SCORE, FaceScore
from tfan.models.landmarker import Landmarker
from tfan.models.marks import Landmarks, rows_of, sureness
from tfan.models.search import Pyramid, search
from tfan.models.wanted import Wanted
from tfan.pipeline.batch import in_chunks, listed
from tfan.pipeline.faces import agreed_boxes, boxes_in_image, faces_of, sizes_px
from tfan.thermal.plane import Plane, prepare
from tfan.types import AnyArray, Face

# Least score of a face where not both networks are the bundled pair, for which it was fitted, and
# the detector is tfan's kind: its own score is the face's.
PLAIN_MIN_SCORE = 0.4
_ROUNDING = 1e-4  # of scores, on the way through their logits
_LEAST_SURE = 0.2  # mean confidence of what only the detector's finer look finds: digits have .03
_NONE_DOUBLE = Doubles(np.inf, np.inf)
Candidates = list[tuple[Face, float]]


class Finder(Protocol):
    """A face detector: `models.detector.Detector` or the published one."""

    @property
    def runtime(self) -> Runtime:
        """The network."""

    @property
    def threshold(self) -> float:
        """Least score of its own at which a box is looked into."""

    @property
    def doubles(self) -> Doubles:
        """Which boxes are one face found twice, after landmarks have moved them too."""

    def __call__(self, plane: Plane, *, min_score: float | None = None) -> Detections:
        """Return the faces that score at least min_score, counted from pixel centres."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Find faces and their landmarks. Holds no state: one instance serves many threads.

    Attributes:
        detector: plane -> boxes, scores, five points.
        landmarker: plane, windows -> landmarks.
        scheme: name of the landmark convention of the answers.
        min_presence: least probability of the landmark network that it sees a face.
        min_sureness: least mean confidence of a face that `slide` finds.
        face_score: the detector's score and the mean confidence of the landmarks -> score.
        min_score: least score of a face.
    """

    detector: Finder
    landmarker: Landmarker
    scheme: str = "mediapipe478"
    min_presence: float = 0.0
    min_sureness: float = 0.65
    face_score: FaceScore = PLAIN_SCORE
    min_score: float = PLAIN_MIN_SCORE

    def detect(
        self,
        image: Any,
        mode: str = "auto",
        *,
        min_score: float | None = None,
        min_size_px: float = 0.0,
        max_faces: int | None = None,
    ) -> list[Face]:
        """Return the faces of an image, best first; an empty list when there are none.

        Args:
            image: (H, W) temperatures, counts or brightness, or (H, W, 3 or 4) colours; see
                `tfan.interpret`. It is not changed.
            mode: "auto", "temperature" or "pixel".
            min_score: least score of a face, 0..1; None takes the weights' own.
            min_size_px: least size of a face: sqrt(width x height) of `box_px`, which is cut at
                the edges of the image.
            max_faces: no more than so many of the best; None gives all.
        """
        wanted = Wanted(min_score=min_score, min_size_px=min_size_px, max_faces=max_faces)
        return self._wanted_on([prepare(image, mode)], wanted)[0]

    def detect_in(self, plane: Plane) -> list[Face]:
        """Return the faces of an image that is prepared already, best first, as `detect`."""
        return self._wanted_on([plane], Wanted())[0]

    @overload
    def detect_batch(
        self, images: Sequence[Any] | AnyArray, mode: str = "auto", **limits: Any
    ) -> list[list[Face]]: ...

    @overload
    def detect_batch(
        self, images: Iterable[Any], mode: str = "auto", **limits: Any
    ) -> Iterator[list[Face]]: ...

    def detect_batch(
        self, images: Iterable[Any], mode: str = "auto", **limits: Any
    ) -> list[list[Face]] | Iterator[list[Face]]:
        """Return the faces of each image, as `detect` does, but many faces at once in the network.

        Args:
            images: a list, tuple or array (N, H, W[, C]) of images gives a list; anything else
                that can be iterated over gives an iterator that reads a few images ahead, so
                that a recording of any length needs no more memory than some frames.
            mode: "auto", "temperature" or "pixel".
            limits: min_score, min_size_px and max_faces, see `detect`.

        Raises:
            BatchError: an image cannot be read; says which, and holds what a list would have
                given up to there. An iterator yields all results before it.
        """
        wanted = Wanted(**limits)
        work = partial(self._wanted_on, wanted=wanted)
        faces = in_chunks(images, partial(prepare, mode=mode), work, size=_pixels)
        return listed(images, faces)

    def candidates(
        self, image: Any, mode: str = "auto", *, min_score: float | None = None
    ) -> Candidates:
        """Return every box that may hold a face, best first, with the detector's own score.

        The detector proposes more boxes than hold faces; what the landmark network makes of their
        inside decides, through `face_score`.

        Args:
            image: see `detect`.
            mode: "auto", "temperature" or "pixel".
            min_score: least score; nothing is worked out of what lies below. None gives all that
                the detector proposes at its own threshold.
        """
        return self._candidates_on([prepare(image, mode)], min_score)[0]

    def slide(
        self,
        image: Any,
        mode: str = "auto",
        *,
        eta: float = 0.75,
        stride: float = 100,
        max_lvl: int = 0,
    ) -> Face | None:
        """Return the best face that windows over the whole image see, None if none does.

        No detector runs. The landmark network itself says how sure it is of each window: seeing
        noise or a wall, it may take them for a face, but it does not know where the points are.
        Published weights choose as published, and always find something.

        Args:
            image: see `detect`.
            mode: "auto", "temperature" or "pixel".
            eta: factor between levels of the pyramid, between 0 and 1.
            stride: pixels between windows of 224 pixels at their own level. The finest windows of
                weights of tfan's kind have 224 pixels or half the image's shorter side, whichever
                is less; the step shrinks and grows with the window.
            max_lvl: finest level; 0 is the image as it is.
        """
        plane = prepare(image, mode)
        best = search(self.landmarker, plane, Pyramid(eta, stride, max_lvl))
        if sureness(best)[0] < self.min_sureness or best.presence[0] < self.min_presence:
            return None
        boxes = boxes_in_image(box_for_hull(best.hull_px), plane.hw)
        return faces_of(best, boxes, best.presence, scheme=self.scheme)[0]

    def _wanted_on(self, planes: Sequence[Plane], wanted: Wanted) -> list[list[Face]]:
        least = self.min_score if wanted.min_score is None else wanted.min_score
        return [
            wanted.among([face for face, _ in found], usual_score=self.min_score)
            for found in self._candidates_on(planes, least)
        ]

    def _candidates_on(self, planes: Sequence[Plane], min_score: float | None) -> list[Candidates]:
        """Return the candidates of each plane; the crops of all go through the network at once."""
        least = None
        if self.face_score == PLAIN_SCORE and min_score is not None:  # the detector's own counts
            least = max(min_score - _ROUNDING, 0.0)
        found = [self.detector(plane, min_score=least) for plane in planes]
        some = [i for i, each in enumerate(found) if len(each.scores)]
        candidates: list[Candidates] = [[] for _ in planes]
        if not some:
            return candidates
        place = self.landmarker.preparation.place
        views = [place(found[i].boxes_px, found[i].five_px, planes[i].hw) for i in some]
        together = self.landmarker.together([planes[i] for i in some], views)
        for i, marks in zip(some, together, strict=True):
            candidates[i] = self._judged(planes[i], found[i], marks, min_score or 0.0)
        return candidates

    def _judged(
        self, plane: Plane, found: Detections, marks: Landmarks, min_score: float
    ) -> Candidates:
        agree = self.landmarker.preparation.agree_boxes
        sure = sureness(marks)
        boxes = agreed_boxes(found.boxes_px, marks, sure) if agree else found.boxes_px
        boxes = boxes_in_image(boxes, plane.hw)
        scores = self.face_score(found.scores, sure, sizes_px(boxes))
        good = (marks.presence >= self.min_presence) & (scores >= min_score)
        if found.finer_only is not None:
            good &= ~found.finer_only | (sure >= _LEAST_SURE)
        there = np.flatnonzero(good)
        doubles = self.detector.doubles if agree else _NONE_DOUBLE  # it has dropped its own
        rows = there[doubles.left(boxes[there], scores[there])]
        faces = faces_of(rows_of(marks, rows), boxes[rows], scores[rows], scheme=self.scheme)
        return list(zip(faces, found.scores[rows].tolist(), strict=True))


def _pixels(plane: Plane) -> int:
    return plane.values.size
