"""Answers of one image against its truth: what was found, and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tfan.evaluate.benchmark.answers import Answer
from tfan.evaluate.benchmark.comparison import Bridge, Comparison, Points, compare_schemes
from tfan.evaluate.benchmark.normalisers import NORMALISERS, find_normaliser, scaled_error
from tfan.evaluate.benchmark.subsets import face_labels, image_labels
from tfan.evaluate.metrics import MIN_IOU, NOT_MATCHED, assign, ious, match
from tfan.evaluate.named_points import FIVE
from tfan.evaluate.sample import Floats, Sample, TrueFace
from tfan.geometry.boxes import areas

AP_IOUS = (0.4, 0.5)
_HIDDEN = 0.0
_LEAST_HULL = 3  # points; of fewer, or of points in a line, the hull says nothing of a face


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
    least_score: float = -np.inf,
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
    counted = _counted(truth, protocol)
    true = counted.points(FIVE) if how is None else how.true_points(counted)
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


def _counted(truth: TrueFace, protocol: Protocol) -> TrueFace:
    """Return the truth, its points NaN where they are hidden and hidden ones do not count."""
    if not protocol.visible_only or truth.visible is None:
        return truth
    hidden = (truth.visible == _HIDDEN)[:, None]
    return replace(truth, points_px=np.where(hidden, np.nan, truth.points_px))


def _matched(
    truths: Sequence[TrueFace], answers: Sequence[Answer], protocol: Protocol
) -> npt.NDArray[np.int64]:
    """Return for each true face the index of the answer that found it, or -1.

    Where the set gives no box, a truth's box is the hull of its points: then an answer's is the
    hull of the same points, for a box of the whole face would not overlap it enough.
    """
    scores = np.array([answer.score for answer in answers], np.float64)
    overlap = [[_overlap(truth, answer, protocol) for answer in answers] for truth in truths]
    table = np.array(overlap, np.float64).reshape(len(truths), len(answers))
    return assign(table, scores=scores, min_iou=protocol.min_iou)


def _overlap(truth: TrueFace, answer: Answer, protocol: Protocol) -> float:
    """Return the intersection over union of a true face and an answer."""
    true, found = truth.box_px, answer.box_px
    how = None if truth.box_given else _comparison(answer.scheme, truth, protocol)
    if how is not None:
        true_points = how.true_points(truth)
        given = np.isfinite(true_points).all(axis=1)
        hull = _hull(true_points[given])
        if hull is not None:
            same = _hull(how.move(answer.points_px)[given])
            true, found = hull, (found if same is None else same)
    return float(ious(true, found)[0, 0])


def _hull(points_px: Floats) -> Floats | None:
    """Return the box (4,) around points (P, 2), None where they span none."""
    if len(points_px) < _LEAST_HULL:
        return None
    hull: Floats = np.concatenate([points_px.min(axis=0), points_px.max(axis=0)])
    return hull if areas(hull) > 0 else None


def _hits(truths: Sequence[TrueFace], answers: Sequence[Answer], iou: float) -> tuple[bool, ...]:
    boxes = np.array([answer.box_px for answer in answers], np.float64)
    scores = np.array([answer.score for answer in answers], np.float64)
    true = np.array([truth.box_px for truth in truths], np.float64)
    taken = match(true, boxes, scores=scores, min_iou=iou)
    return tuple(bool(hit) for hit in np.isin(np.arange(len(answers)), taken))
