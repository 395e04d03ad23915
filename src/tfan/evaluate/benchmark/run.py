"""Each sample of a set through a model -> what the report needs, image by image."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.benchmark.answers import Answer, AnswerError, answers_of
from tfan.evaluate.benchmark.contenders import Contender
from tfan.evaluate.benchmark.marks import FaceMark, ImageMark, Protocol, mark_image
from tfan.evaluate.benchmark.rivals import RivalError
from tfan.evaluate.judge import FailedImage
from tfan.evaluate.sample import Sample
from tfan.types import AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkRun:
    """Every image of a set, counted; the images themselves are not kept.

    Attributes:
        unread: images that cannot be read: they count for nothing, and are told.
        refused: images that the model refused: it has found nothing in them, which counts.
        checksum: sha256 of the truth, by which two runs on the same labels are known.
        licences: of the data, as the samples state them.
    """

    protocol: Protocol
    images: tuple[ImageMark, ...]
    unread: tuple[FailedImage, ...]
    refused: tuple[FailedImage, ...]
    checksum: str
    licences: tuple[str, ...] = ()

    @property
    def faces(self) -> list[FaceMark]:
        """Every annotated face of the images that could be read."""
        return [face for image in self.images for face in image.faces]


def run_benchmark(
    samples: Iterable[Sample], contender: Contender, protocol: Protocol
) -> BenchmarkRun:
    """Return what a model finds in the images of a set, counted as the protocol says.

    Raises:
        AnswerError: the model's answers are no faces; the sentence names the image.
        RivalError: its program has ended, or does not speak as agreed; likewise.
    """
    images: list[ImageMark] = []
    unread: list[FailedImage] = []
    refused: list[FailedImage] = []
    truth = hashlib.sha256()
    licences: dict[str, None] = {}
    scheme = contender.scheme
    for sample in samples:
        _add_truth(truth, sample)
        licences |= {sample.licence: None} if sample.licence else {}
        try:
            image = sample.read()
        except InputError as error:
            unread.append(FailedImage(sample.name, str(error)))
            continue
        began = time.perf_counter()
        try:
            answers = _answers(contender, image, sample)
        except InputError as error:
            refused.append(FailedImage(sample.name, str(error)))
            answers = ()
        seconds = time.perf_counter() - began
        scheme = scheme or next((answer.scheme for answer in answers), "")
        images.append(
            mark_image(
                sample, answers, protocol=protocol, scheme=scheme,
                least_score=contender.least_score, seconds=seconds,
            )
        )  # fmt: skip
    return BenchmarkRun(
        protocol, tuple(images), tuple(unread), tuple(refused), truth.hexdigest(), tuple(licences)
    )


def _answers(contender: Contender, image: AnyArray, sample: Sample) -> tuple[Answer, ...]:
    try:
        return answers_of(contender.find(image, sample.meaning), source=contender.name)
    except (AnswerError, RivalError) as error:
        raise type(error)(f"{sample.name}: {error}") from error


def _add_truth(digest: hashlib._Hash, sample: Sample) -> None:
    digest.update(sample.name.encode())
    for face in sample.faces:
        digest.update(np.ascontiguousarray(face.box_px, np.float64).tobytes())
        digest.update("\n".join((face.scheme, *face.names)).encode())
        digest.update(np.ascontiguousarray(face.points_px, np.float64).tobytes())
