"""Samples and anything that finds faces -> what was right, for each face and each image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.evaluate.groups import GROUPS, Case
from tfan.evaluate.metrics import NOT_MATCHED, match, mean_error
from tfan.evaluate.named_points import FIVE, NAMES, named_points
from tfan.evaluate.sample import Floats, Sample, TrueFace
from tfan.thermal.interpret import interpret
from tfan.types import AnyArray, Face

Detect = Callable[[AnyArray], list[Face]]


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFace:
    """One annotated face and the answer that found it.

    Attributes:
        image: name of its image.
        number: which face of the image it is, from 0.
        answer: None where no box overlaps enough.
        error: mean distance of the five points over the face's size; NaN without an annotated
            point, infinite where the face was not found.
        shifts: (N, 2) answer minus truth of the points NAMES, over the face's size; NaN where
            either is missing.
        labels: group -> the part in which this face is.
    """

    image: str
    number: int
    truth: TrueFace
    answer: Face | None
    error: float
    shifts: Floats
    labels: Mapping[str, str]

    @property
    def found(self) -> bool:
        """Whether some answer has found it."""
        return self.answer is not None

    @property
    def certainty(self) -> float:
        """What the library says of how good the answer is; NaN without one."""
        return float("nan") if self.answer is None else certainty_of(self.answer)


@dataclass(frozen=True, slots=True, eq=False)
class JudgedImage:
    """The answers of one image.

    Attributes:
        right: (D,) whether each answer found an annotated face.
    """

    sample: Sample
    answers: tuple[Face, ...]
    right: npt.NDArray[np.bool_]
    faces: tuple[JudgedFace, ...]

    @property
    def false(self) -> list[Face]:
        """The answers that are no annotated face; none in images annotated in part."""
        if self.sample.partial:
            return []
        return [face for face, right in zip(self.answers, self.right, strict=True) if not right]


@dataclass(frozen=True, slots=True)
class FailedImage:
    """An image without a result, and the sentence that says why."""

    image: str
    error: str


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Every image of a set, judged."""

    images: tuple[JudgedImage, ...]
    failed: tuple[FailedImage, ...] = ()

    @property
    def faces(self) -> list[JudgedFace]:
        """Every annotated face of the images that could be read."""
        return [face for image in self.images for face in image.faces]


def certainty_of(face: Face) -> float:
    """Return the face's quality; of a rival's face without one, the mean confidence."""
    quality = getattr(face, "quality", None)
    return float(np.mean(face.confidence) if quality is None else quality)


def evaluate(samples: Iterable[Sample], detect: Detect) -> Evaluation:
    """Judge what detect finds in each sample.

    Args:
        samples: images and their truth.
        detect: image -> faces, such as `tfan.Pipeline.detect`; it may be a rival's.
    """
    images: list[JudgedImage] = []
    failed: list[FailedImage] = []
    for sample in samples:
        try:
            images.append(judge(sample, detect))
        except InputError as error:  # one broken image must not cost the others their results
            failed.append(FailedImage(sample.name, str(error)))
    return Evaluation(tuple(images), tuple(failed))


def judge(sample: Sample, detect: Detect) -> JudgedImage:
    """Return what is right in one image."""
    image = sample.read()
    answers = tuple(detect(image))
    boxes = np.array([face.box_px for face in answers], np.float64).reshape(-1, 4)
    truths = np.array([face.box_px for face in sample.faces], np.float64).reshape(-1, 4)
    taken = match(truths, boxes, scores=np.array([face.score for face in answers]))
    reading, hw = interpret(image), (int(image.shape[0]), int(image.shape[1]))
    faces = []
    for number, (truth, index) in enumerate(zip(sample.faces, taken, strict=True)):
        answer = None if index == NOT_MATCHED else answers[index]
        case = Case(sample, truth, answer, reading, hw)
        faces.append(_judged(case, number))
    return JudgedImage(sample, answers, np.isin(np.arange(len(answers)), taken), tuple(faces))


def _judged(case: Case, number: int) -> JudgedFace:
    truth, answer = case.truth, case.answer
    true_points = truth.points(NAMES)
    shifts = np.full(true_points.shape, np.nan)
    error = np.inf if np.isfinite(true_points[: len(FIVE)]).any() else np.nan
    if answer is not None:
        found = named_points(answer)
        shifts = (found - true_points) / truth.size_px
        five = slice(len(FIVE))
        error = mean_error(found[five], true_points[five], size_px=truth.size_px)
    labels = {group.name: group.label(case) for group in GROUPS}
    return JudgedFace(case.sample.name, number, truth, answer, float(error), shifts, labels)
