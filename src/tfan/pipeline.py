"""Detector, then landmarker: image -> faces. And the sliding window, which needs no detector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import WeightsError
from tfan.geometry.boxes import areas, box_for_points, clip_boxes, suppress
from tfan.geometry.coordinates import to_image_px
from tfan.geometry.crop import windows_for_boxes, windows_for_points
from tfan.geometry.head_pose import head_poses
from tfan.geometry.pyramid import pyramid_windows
from tfan.landmarks.schemes import N_NETWORK, NETWORK_SCHEMES, load_scheme, scheme_for
from tfan.models.calibration import PLAIN_CALIBRATION
from tfan.models.detector import DETECTOR_CONTRACT, Detector
from tfan.models.face_score import PLAIN_SCORE, FaceScore
from tfan.models.landmarker import LANDMARK_CONTRACT, Landmarker, Landmarks, Looks, five_of
from tfan.models.registry import find, read_bundled, read_own
from tfan.models.runtime import Contract, OnnxRuntime
from tfan.models.wanted import Wanted
from tfan.thermal.plane import prepare
from tfan.types import AnyArray, Array, Face

_CANDIDATES = 5  # windows of the sliding search that are looked at again
_MORE_LOOKS = 2


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

    detector: Detector
    landmarker: Landmarker
    scheme: str = "mediapipe478"
    min_presence: float = 0.0
    min_sureness: float = 0.65
    face_score: FaceScore = PLAIN_SCORE
    min_score: float = 0.4

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
        least = self.min_score if min_score is None else min_score
        faces = [face for face, _ in self.candidates(image, mode, min_score=least)]
        return wanted.among(faces, usual_score=self.min_score)

    def candidates(
        self, image: Any, mode: str = "auto", *, min_score: float = 0.0
    ) -> list[tuple[Face, float]]:
        """Return every box that may hold a face, best first, with the detector's own score.

        The detector proposes more boxes than hold faces; what the landmark network makes of their
        inside decides, through `face_score`.

        Args:
            image: see `detect`.
            mode: "auto", "temperature" or "pixel".
            min_score: least score; nothing is worked out of what lies below.
        """
        plane = prepare(image, mode)
        found = self.detector(plane)
        if not len(found.scores):
            return []
        marks = self.landmarker(plane, windows_for_boxes(found.boxes_px, found.five_px))
        boxes = _boxes_in_image(_agreed_boxes(found.boxes_px, marks), plane.hw)
        scores = self.face_score(found.scores, _sureness(marks), _sizes_px(boxes))
        there = np.flatnonzero((marks.presence >= self.min_presence) & (scores >= min_score))
        rows = there[suppress(boxes[there], scores[there])]
        faces = self._faces(_rows(marks, rows), boxes[rows], scores[rows])
        return list(zip(faces, found.scores[rows].tolist(), strict=True))

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

        Args:
            image: see `detect`.
            mode: "auto", "temperature" or "pixel".
            eta: factor between levels of the pyramid, between 0 and 1.
            stride: pixels between windows of 224 pixels at their own level.
            max_lvl: finest level; 0 is the image as it is.
        """
        plane = prepare(image, mode)
        windows = pyramid_windows(plane.hw, eta=eta, stride=stride, max_lvl=max_lvl)
        marks = self.landmarker.look(plane, windows)
        marks = _rows(marks, np.argsort(-_sureness(marks), kind="stable")[:_CANDIDATES])
        for _ in range(_MORE_LOOKS):
            better = windows_for_points(marks.points_px, five_of(marks.points_px))
            marks = self.landmarker.look(plane, better)
        sureness = _sureness(marks)
        if sureness.max() < self.min_sureness:
            return None
        best = _rows(marks, np.array([sureness.argmax()]))
        boxes = _boxes_in_image(box_for_points(best.points_px), plane.hw)
        faces = self._faces(best, boxes, best.presence)
        return faces[0] if faces else None

    def _faces(self, marks: Landmarks, boxes: Array, scores: Array) -> list[Face]:
        rows = slice(None)
        if marks.points_px.shape[1] == N_NETWORK:
            rows = NETWORK_SCHEMES[self.scheme]
        points = to_image_px(marks.points_px[:, rows])
        five = points[:, load_scheme(self.scheme).five]
        poses = head_poses(marks.points_px, marks.sigma_px)
        return [
            Face(
                box_px=boxes[i],
                score=float(scores[i]),
                points_px=points[i],
                sigma_px=marks.sigma_px[i, rows],
                confidence=marks.confidence[i, rows],
                visibility=marks.visibility[i, rows],
                scheme=self.scheme,
                five_px=five[i],
                quality=float(marks.quality[i]),
                pose_deg=poses[i],
            )
            for i in np.flatnonzero(marks.presence >= self.min_presence)
        ]


def load_pipeline(
    model_path: str | Path | None = None,
    *,
    n_landmarks: int = 478,
    detector_path: str | Path | None = None,
    device: str | None = "cpu",
    threads: int | None = None,
    looks: Looks = "auto",
    detector_size: int | None = None,
) -> Pipeline:
    """Return a pipeline with the bundled weights, or with ONNX files of your own.

    Args:
        model_path: landmark network; None takes the bundled one.
        n_landmarks: 478 (MediaPipe's order) or 70 (68 iBUG and two pupils).
        detector_path: detection network; None takes the bundled one.
        device: "cpu", "cuda" or "cuda:1"; never changed silently.
        threads: threads of each network; None takes up to four.
        looks: 1, 2 or "auto": how often each face is looked at.
        detector_size: longer side of what the detector sees, a multiple of 32.
    """
    scheme = scheme_for(n_landmarks).name
    detect, mark = find("detector"), find("landmarks")
    run = {"device": device, "threads": threads}
    marker = _runtime(LANDMARK_CONTRACT, "landmarks", model_path, run)
    _check_points(marker, n_landmarks, str(model_path))
    calibration = mark.calibration if model_path is None else PLAIN_CALIBRATION
    landmarker = Landmarker(marker, mark.input_hw[0], looks, calibration)
    finder = _runtime(DETECTOR_CONTRACT, "detector", detector_path, run)
    size = max(detect.input_hw) if detector_size is None else detector_size
    detector = Detector(finder, size, detect.threshold)
    pipeline = Pipeline(detector, landmarker, scheme, mark.min_presence, mark.min_sureness)
    if model_path is None and detector_path is None:  # the score was fitted to this pair
        return replace(pipeline, face_score=detect.face_score, min_score=detect.min_score)
    return pipeline


def _runtime(
    contract: Contract, name: str, path: str | Path | None, run: dict[str, Any]
) -> OnnxRuntime:
    if path is not None:
        return OnnxRuntime(read_own(path), contract=contract, source=str(path), **run)
    row = find(name)
    return OnnxRuntime(read_bundled(row), contract=contract, source=row.file, **run)


def _check_points(runtime: OnnxRuntime, n_landmarks: int, source: str) -> None:
    count = runtime.output_shapes()["points"][1]
    alone = 478  # the 70 do not reach the forehead: no window could be laid around them again
    wanted = (N_NETWORK, alone) if n_landmarks == alone else (N_NETWORK,)
    if isinstance(count, int) and count not in wanted:
        numbers = " or ".join(map(str, wanted))
        raise WeightsError(f"{source}: expected a network of {numbers} landmarks, got {count}")


def _agreed_boxes(boxes: Array, marks: Landmarks) -> Array:
    """Return face boxes (F, 4) between the detector's and the landmarks' own.

    Sure landmarks overlap hand-drawn boxes better than the detector does, doubtful ones worse.
    """
    share = _sureness(marks)[:, None]
    agreed: Array = (boxes + share * (box_for_points(marks.points_px) - boxes)).astype(np.float32)
    return agreed


def _boxes_in_image(boxes: AnyArray, hw: tuple[int, int]) -> Array:
    """Return boxes (F, 4), counted from pixel centres, in image coordinates and cut there."""
    return clip_boxes(to_image_px(boxes), hw)


def _sureness(marks: Landmarks) -> AnyArray:
    mean: AnyArray = marks.confidence.mean(axis=1)
    return mean


def _sizes_px(boxes: AnyArray) -> AnyArray:
    sizes: AnyArray = np.sqrt(areas(boxes))
    return sizes


def _rows(marks: Landmarks, rows: AnyArray) -> Landmarks:
    return Landmarks(*(getattr(marks, name)[rows] for name in Landmarks.__dataclass_fields__))
