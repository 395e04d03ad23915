"""Answers of one image against its truth: what was found, and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tfan.evaluate.benchmark.answers import Answer
from tfan.evaluate.benchmark.comparison import Bridge, Comparison, Points, compare_schemes
from tfan.evaluate.benchmark.normalisers import NORMALISERS, find_normaliser, scaled_error
from tfan.evaluate.benchmark.subsets import face_labels, image_labels
from tfan.evaluate.metrics import MIN_IOU, NOT_MATCHED, match
from tfan.evaluate.named_points import FIVE
from tfan.evaluate.sample import Floats, Sample, TrueFace

AP_IOUS = (0.4, 0.5)
_HIDDEN = 0.0


@dataclass(frozen=True, slots=True)
class Protocol:
    """How answers are counted.

    Attributes:
        normaliser: name of the one that the report's curves and subsets use.
        points: which points are compared, see `compare_schemes`.
        min_iou: least overlap by which a box has found a face.
        visible_only: whether points that the set calls hidden do not count.
        bridges: networks between the answer's scheme and the truth's.
    """

    normaliser: str = "box"
    points: Points = "auto"
    min_iou: float = MIN_IOU
    visible_only: bool = False
    bridges: tuple[Bridge, ...] = ()

    def __post_init__(self) -> None:
        find_normaliser(self.normaliser)


@dataclass(frozen=True, slots=True)
class FaceMark:
    """How one annotated face was found.

    Attributes:
        image: name of its image.
        number: which face of the image it is, from 0.
        errors: normaliser -> mean error; infinite where the face was not found, NaN where it has
            no point that is compared or cannot be measured so.
        certainty: what the model said of its answer; NaN without one.
        size_px: sqrt(width * height) of the box.
        way: which points were compared, in words; "" where the face was not found.
        labels: subset -> the part in which this face is.
    """

    image: str
    number: int
    found: bool
    errors: Mapping[str, float]
    certainty: float
    size_px: float
    way: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImageMark:
    """What one image adds to the numbers.

    Attributes:
        false: boxes that are no annotated face; 0 where the image is annotated in part.
        whole: whether every face is annotated.
        boxed: whether the set gives boxes, so that average precision means something.
        scores: (D,) of all answers, also those below the model's least score.
        hits: overlap -> (D,) whether each has found a face.
        seconds: that the model took.
        labels: subset -> the part in which this image is.
    """

    name: str
    faces: tuple[FaceMark, ...]
    false: int
    whole: bool
    boxed: bool
    scores: tuple[float, ...] = ()
    hits: Mapping[float, tuple[bool, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)


def mark_image(
    sample: Sample,
    answers: Sequence[Answer],
    *,
    protocol: Protocol,
    scheme: str = "",
    least_score: float = 0.0,
    seconds: float = 0.0,
) -> ImageMark:
    """Return how the answers of one image stand against its truth.

    Args:
        sample: the truth.
        answers: what the model found.
        protocol: how to count.
        scheme: of the model's answers, which says what a missed face would have been judged by;
            "" where it is not known: then by the five points.
        least_score: answers below it count for average precision alone.
        seconds: that the model took.
    """
    kept = [answer for answer in answers if answer.score >= least_score]
    taken = _matched(sample.faces, kept, protocol)
    faces = []
    for number, (truth, index) in enumerate(zip(sample.faces, taken, strict=True)):
        answer = None if index == NOT_MATCHED else kept[index]
        how = _comparison(scheme if answer is None else answer.scheme, truth, protocol)
        faces.append(_mark_face(sample, number, truth, answer, how, protocol))
    return ImageMark(
        name=sample.name,
        faces=tuple(faces),
        false=0 if sample.partial else len(kept) - int((taken != NOT_MATCHED).sum()),
        whole=not sample.partial,
        boxed=all(truth.box_given for truth in sample.faces),
        scores=tuple(answer.score for answer in answers),
        hits={iou: _hits(sample.faces, answers, iou) for iou in AP_IOUS},
        seconds=seconds,
        labels=image_labels(sample),
    )


def _mark_face(
    sample: Sample,
    number: int,
    truth: TrueFace,
    answer: Answer | None,
    how: Comparison | None,
    protocol: Protocol,
) -> FaceMark:
    true = truth.points(FIVE) if how is None else _counted(how, truth, protocol)
    errors = {}
    for name, row in NORMALISERS.items():
        scale = row.measure(truth)
        if answer is not None and how is not None:
            errors[name] = scaled_error(how.move(answer.points_px), true, scale_px=scale)
        else:
            known = np.isfinite(true).all(axis=1).any() and np.isfinite(scale).all()
            errors[name] = np.inf if known else np.nan
    return FaceMark(
        image=sample.name,
        number=number,
        found=answer is not None,
        errors=errors,
        certainty=np.nan if answer is None else answer.certainty,
        size_px=truth.size_px,
        way="" if answer is None or how is None else how.words,
        labels=face_labels(sample, truth),
    )


def _comparison(scheme: str, truth: TrueFace, protocol: Protocol) -> Comparison | None:
    if not scheme:
        return None
    return compare_schemes(scheme, truth.scheme, points=protocol.points, bridges=protocol.bridges)


def _counted(how: Comparison, truth: TrueFace, protocol: Protocol) -> Floats:
    """Return the true points, NaN where they are hidden and hidden ones do not count."""
    true = how.true_points(truth)
    if not protocol.visible_only or truth.visible is None or how.rows is None:
        return true
    return np.where((truth.visible[how.rows] == _HIDDEN)[:, None], np.nan, true)


def _matched(
    truths: Sequence[TrueFace], answers: Sequence[Answer], protocol: Protocol
) -> npt.NDArray[np.int64]:
    """Return for each true face the index of the answer that found it, or -1.

    Where the set gives no boxes, a truth's box is the hull of its points: then an answer's is the
    hull of the same points, for a box of the whole face would not overlap it enough.
    """
    scores = np.array([answer.score for answer in answers], np.float64)
    if all(truth.box_given for truth in truths) or not answers:
        boxes = np.array([answer.box_px for answer in answers], np.float64)
        true = np.array([truth.box_px for truth in truths], np.float64)
        return match(true, boxes, scores=scores, min_iou=protocol.min_iou)
    how = compare_schemes(
        answers[0].scheme, truths[0].scheme, points=protocol.points, bridges=protocol.bridges
    )
    boxes = np.array([_hull(how.move(answer.points_px), answer.box_px) for answer in answers])
    true = np.array([_hull(how.true_points(truth), truth.box_px) for truth in truths])
    return match(true, boxes, scores=scores, min_iou=protocol.min_iou)


def _hull(points_px: Floats, otherwise: Floats) -> Floats:
    """Return the box (4,) around points (P, 2), or the other one where they are none."""
    given = points_px[np.isfinite(points_px).all(axis=1)]
    hull: Floats = np.asarray(otherwise, np.float64)
    if len(given):
        hull = np.concatenate([given.min(axis=0), given.max(axis=0)])
    return hull


def _hits(truths: Sequence[TrueFace], answers: Sequence[Answer], iou: float) -> tuple[bool, ...]:
    boxes = np.array([answer.box_px for answer in answers], np.float64)
    scores = np.array([answer.score for answer in answers], np.float64)
    true = np.array([truth.box_px for truth in truths], np.float64)
    taken = match(true, boxes, scores=scores, min_iou=iou)
    return tuple(bool(hit) for hit in np.isin(np.arange(len(answers)), taken))
