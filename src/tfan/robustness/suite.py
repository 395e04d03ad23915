"""The run: every person under every step, and the numbers that come of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.pipeline import Pipeline
from tfan.robustness.axes import Axis
from tfan.robustness.measures import MEASURES, measure
from tfan.robustness.shots import Darkroom, Shot, Taken
from tfan.robustness.subjects import draw_subject
from tfan.synth.head import Head
from tfan.types import AnyArray

Watch = Callable[[int, Axis, list[Taken]], None]


@dataclass(frozen=True, slots=True, eq=False)
class AxisResult:
    """The numbers of one axis with S steps and F faces.

    Attributes:
        name: key of `AXES`.
        labels: the steps as words.
        values: measure -> (S, F), NaN where there is nothing to measure.
        pictures: (S, F) check sums of the pictures: the same picture has the same.
    """

    name: str
    labels: tuple[str, ...]
    values: dict[str, npt.NDArray[np.float32]]
    pictures: npt.NDArray[np.uint32]


def run(
    pipeline: Pipeline,
    head: Head,
    *,
    axes: Sequence[Axis],
    faces: int,
    seed: int,
    watch: Watch | None = None,
) -> list[AxisResult]:
    """Return the numbers of every axis; the first faces are the same however many there are.

    Args:
        pipeline: both networks, answering 478 points.
        head: the morphable head.
        axes: rows of `AXES`.
        faces: people a step.
        seed: of the people.
        watch: is told number of the person, axis, and the pictures of its steps.
    """
    results = [_empty(axis, faces) for axis in axes]
    darkroom = Darkroom(head)
    for index in range(faces):
        subject = draw_subject(head, index, seed=seed)
        known: dict[Shot, dict[str, float]] = {}  # axes share the undisturbed picture
        for axis, result in zip(axes, results, strict=True):
            taken = []
            for step, shot in enumerate(axis.shots(subject)):
                taken.append(darkroom.take(shot))
                if shot not in known:
                    known[shot] = measure(pipeline, taken[-1])
                for name, value in known[shot].items():
                    result.values[name][step, index] = value
                result.pictures[step, index] = check_sum(taken[-1].image)
            if watch is not None:
                watch(index, axis, taken)
        darkroom.forget()
    return results


def check_sum(image: AnyArray) -> int:
    """Return a number that tells a picture from another."""
    return zlib.crc32(np.ascontiguousarray(image).tobytes())


def _empty(axis: Axis, faces: int) -> AxisResult:
    shape = (len(axis.values), faces)
    values = {name: np.full(shape, np.nan, np.float32) for name in MEASURES}
    return AxisResult(axis.name, tuple(axis.labels()), values, np.zeros(shape, np.uint32))
