"""Judged faces -> the numbers of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tfan.evaluate.groups import GROUPS, in_order
from tfan.evaluate.judge import Evaluation, JudgedFace
from tfan.evaluate.metrics import average_precision, fail_rate
from tfan.evaluate.named_points import FIVE, NAMES
from tfan.evaluate.sample import Floats

FAILED_ABOVE = 0.1
NORMALISER = "sqrt(box width * box height)"

_EYES, _MOUTH = ("right_eye", "left_eye"), ("right_mouth", "left_mouth")
# name: two sets of points; the span runs from the middle of one to the middle of the other
SPANS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "eyes": (_EYES[:1], _EYES[1:]),
    "mouth": (_MOUTH[:1], _MOUTH[1:]),
    "eyes to mouth": (_EYES, _MOUTH),
    "eyes to nose": (_EYES, ("nose",)),
    "eyes to chin": (_EYES, ("chin",)),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How good the answers are for some faces; NaN where nothing can be said.

    Attributes:
        faces: number of annotated faces.
        recall: share of them that were found.
        nme5: mean error of the found ones with annotated points.
        nme5_error: standard error of that mean.
        nme5_median: median of the same errors.
        nme5_sure: mean error of those whose annotation is sure.
        fail10: share of the faces with annotated points that were not found or have an error
            above 0.1.
        eye_ratio: mean distance of the eyes as found over the annotated one.
        right_shift: how far right of the annotation the points are put, on average; over the
            face's size.
        down_shift: the same downwards.
        right_shift_px: the mean shift in pixels: one that is alike for all sizes of faces is an
            error of the coordinates, not of the shape.
        down_shift_px: the same downwards.
    """

    faces: int
    recall: float
    nme5: float
    nme5_error: float
    nme5_median: float
    nme5_sure: float
    fail10: float
    eye_ratio: float
    right_shift: float
    down_shift: float
    right_shift_px: float
    down_shift_px: float


@dataclass(frozen=True, slots=True)
class Detection:
    """How good the boxes are, on images where every face is annotated.

    Attributes:
        images: number of images, also those annotated in part.
        ap40: average precision at an intersection over union of 0.4.
        false_per_img: boxes without a face, an image.
    """

    images: int
    ap40: float
    false_per_img: float


@dataclass(frozen=True, slots=True, eq=False)
class PointShift:
    """Where a named point is put, on average, relative to its annotation; over the face's size.

    Attributes:
        faces: number of faces.
        shift: (2,) mean x (right) and y (down).
        spread: (2,) standard deviation of it.
        distance: mean distance.
    """

    faces: int
    shift: Floats
    spread: Floats
    distance: float


def numbers(faces: Sequence[JudgedFace]) -> Numbers:
    """Return the numbers of some faces."""
    every = np.array([face.error for face in faces], np.float64)
    known = np.isfinite(every)
    errors = every[known]
    sure = np.array([face.truth.sure for face in faces], bool)
    five = np.array([face.shifts[: len(FIVE)] for face in faces]).reshape(-1, len(FIVE), 2)
    five_px = five * np.array([face.truth.size_px for face in faces]).reshape(-1, 1, 1)
    return Numbers(
        faces=len(faces),
        recall=_mean(np.array([face.found for face in faces], np.float64)),
        nme5=_mean(errors),
        nme5_error=float(errors.std(ddof=1) / len(errors) ** 0.5) if len(errors) > 1 else np.nan,
        nme5_median=float(np.median(errors)) if len(errors) else np.nan,
        nme5_sure=_mean(every[known & sure]),
        fail10=fail_rate(every, above=FAILED_ABOVE),
        eye_ratio=_finite_mean(
            np.array([span_ratio(face, *SPANS["eyes"]) for face in faces], np.float64)
        ),
        right_shift=_finite_mean(five[..., 0]),
        down_shift=_finite_mean(five[..., 1]),
        right_shift_px=_finite_mean(five_px[..., 0]),
        down_shift_px=_finite_mean(five_px[..., 1]),
    )


def detection(evaluation: Evaluation) -> Detection:
    """Return the numbers of the boxes."""
    whole = [image for image in evaluation.images if not image.sample.partial]
    hits = [right for image in whole for right in image.right]
    scores = [face.score for image in whole for face in image.answers]
    return Detection(
        images=len(evaluation.images),
        ap40=average_precision(
            np.array(hits), np.array(scores), n_true=sum(len(image.faces) for image in whole)
        ),
        false_per_img=sum(len(image.false) for image in whole) / max(1, len(whole)),
    )


def by_group(faces: Sequence[JudgedFace]) -> dict[str, dict[str, Sequence[JudgedFace]]]:
    """Return group -> label -> its faces, both in the order of the report."""
    parted: dict[str, dict[str, Sequence[JudgedFace]]] = {}
    for group in GROUPS:
        labels = in_order(group, [face.labels[group.name] for face in faces])
        parted[group.name] = {
            label: [face for face in faces if face.labels[group.name] == label] for label in labels
        }
    return parted


def point_shifts(faces: Sequence[JudgedFace]) -> dict[str, PointShift]:
    """Return the mean shift of each named point that some face has."""
    shifts = np.array([face.shifts for face in faces]).reshape(-1, len(NAMES), 2)
    found: dict[str, PointShift] = {}
    for name, every in zip(NAMES, np.moveaxis(shifts, 1, 0), strict=True):
        some = every[np.isfinite(every).all(axis=1)]
        if len(some):
            distance = float(np.linalg.norm(some, axis=1).mean())
            found[name] = PointShift(len(some), some.mean(axis=0), some.std(axis=0), distance)
    return found


def span_ratio(face: JudgedFace, first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Return the length of a span as found over the annotated one; NaN where unknown."""
    true = face.truth.points(first + second)
    shifts = face.shifts[[NAMES.index(name) for name in first + second]]
    ends = np.stack([true, true + shifts * face.truth.size_px])  # (2, P, 2)
    n = len(first)
    across = ends[:, :n].mean(axis=1) - ends[:, n:].mean(axis=1)
    annotated, found = np.linalg.norm(across, axis=1)
    return float(found / annotated) if annotated > 0 else float("nan")


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _finite_mean(values: Floats) -> float:
    return _mean(values[np.isfinite(values)])


def span_ratios(faces: Sequence[JudgedFace]) -> dict[str, tuple[int, float]]:
    """Return span -> number of faces, mean ratio of its length as found to the annotated one."""
    found: dict[str, tuple[int, float]] = {}
    for name, (first, second) in SPANS.items():
        ratios = np.array([span_ratio(face, first, second) for face in faces], np.float64)
        ratios = ratios[np.isfinite(ratios)]
        if len(ratios):
            found[name] = len(ratios), float(ratios.mean())
    return found
