"""Marks of faces and images -> the numbers of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfan.evaluate.benchmark.marks import FaceMark, ImageMark
from tfan.evaluate.metrics import area_under, average_precision, fail_rate
from tfan.evaluate.sample import Floats

LEVELS = (0.08, 0.1)


@dataclass(frozen=True, slots=True)
class FaceNumbers:
    """How good the points are for some faces, by one normaliser; NaN where nothing can be said.

    Attributes:
        faces: annotated faces.
        measured: those that have an error: with points, and either missed or measurable.
        recall: share of `faces` that were found.
        nme: mean error of the found ones.
        nme_error: standard error of that mean.
        nme_median: their median.
        fail8, fail10: share of `measured` with an error above 0.08, 0.10; a missed face fails.
        auc8, auc10: area under their cumulative error curve from 0 to there, over its width; a
            missed face adds nothing.
    """

    faces: int
    measured: int
    recall: float
    nme: float
    nme_error: float
    nme_median: float
    fail8: float
    fail10: float
    auc8: float
    auc10: float


@dataclass(frozen=True, slots=True)
class BoxNumbers:
    """How good the boxes are, on images where every face is annotated with a box.

    Attributes:
        images: all images.
        ap50, ap40: average precision at an intersection over union of 0.5 and 0.4; NaN where the
            set gives no boxes, or there is no face.
        false_per_img: boxes without a face, an image.
        seconds: median time that the model took for an image.
    """

    images: int
    ap50: float
    ap40: float
    false_per_img: float
    seconds: float


def face_numbers(faces: Sequence[FaceMark], normaliser: str) -> FaceNumbers:
    """Return the numbers of some faces."""
    errors = errors_of(faces, normaliser)
    finite = errors[np.isfinite(errors)]
    (fail8, auc8), (fail10, auc10) = (
        (fail_rate(errors, above=level), area_under(errors, upto=level)) for level in LEVELS
    )
    n = len(finite)
    return FaceNumbers(
        faces=len(faces),
        measured=int((~np.isnan(errors)).sum()),
        recall=_mean(np.array([face.found for face in faces], np.float64)),
        nme=_mean(finite),
        nme_error=float(finite.std(ddof=1) / n**0.5) if n > 1 else np.nan,
        nme_median=float(np.median(finite)) if n else np.nan,
        fail8=fail8,
        fail10=fail10,
        auc8=auc8,
        auc10=auc10,
    )


def box_numbers(images: Sequence[ImageMark]) -> BoxNumbers:
    """Return the numbers of the boxes."""
    whole = [image for image in images if image.whole]
    boxed = bool(whole) and all(image.boxed for image in whole)
    return BoxNumbers(
        images=len(images),
        ap50=_precision(whole, 0.5) if boxed else np.nan,
        ap40=_precision(whole, 0.4) if boxed else np.nan,
        false_per_img=sum(image.false for image in whole) / max(1, len(whole)),
        seconds=float(np.median([image.seconds for image in images])) if images else np.nan,
    )


def errors_of(faces: Sequence[FaceMark], normaliser: str) -> Floats:
    """Return the (F,) errors by one normaliser; infinite where missed, NaN where unknown."""
    return np.array([face.errors[normaliser] for face in faces], np.float64)


def _precision(images: Sequence[ImageMark], iou: float) -> float:
    hits = [hit for image in images for hit in image.hits[iou]]
    scores = [score for image in images for score in image.scores]
    n_true = sum(len(image.faces) for image in images)
    if not n_true:
        return float("nan")
    return average_precision(np.array(hits), np.array(scores), n_true=n_true)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")
