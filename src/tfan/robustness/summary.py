"""Means with their standard errors, and two runs compared face by face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.robustness.measures import MEASURES, Measure
from tfan.robustness.suite import AxisResult

WORSE_FROM = 2.0  # standard errors
# of a normal distribution lie beyond that on one side: what chance alone gives
CHANCE = 0.0228
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Stat:
    """A mean over the faces that have a value, its standard error, and their number."""

    mean: float
    error: float
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """New minus old of one measure at one step.

    Attributes:
        axis: key of `AXES`.
        step: label.
        measure: key of `MEASURES`.
        old: mean before, over the faces compared.
        change: mean of new minus old.
        error: standard error of the change.
        count: faces compared.
        paired: whether both runs saw the very same pictures.
    """

    axis: str
    step: str
    measure: str
    old: float
    change: float
    error: float
    count: int
    paired: bool

    @property
    def gain(self) -> float:
        """The change counted so that more is better."""
        return self.change * MEASURES[self.measure].better

    @property
    def worse(self) -> bool:
        """Whether the new run is worse by more than `WORSE_FROM` standard errors."""
        return self.gain < -WORSE_FROM * self.error

    @property
    def better(self) -> bool:
        """Whether the new run is better by as much."""
        return self.gain > WORSE_FROM * self.error


def stat(values: Floats) -> Stat:
    """Return mean and standard error of values (F,), leaving NaN out."""
    there = np.asarray(values[np.isfinite(values)], np.float64)
    if not len(there):
        return Stat(math.nan, math.nan, 0)
    error = float(there.std(ddof=1) / np.sqrt(len(there))) if len(there) > 1 else math.nan
    return Stat(float(there.mean()), error, len(there))


def step_stats(result: AxisResult) -> list[dict[str, Stat]]:
    """Return measure -> mean and standard error for each step."""
    return [
        {name: stat(values[step]) for name, values in result.values.items()}
        for step in range(len(result.labels))
    ]


def compare(new: Sequence[AxisResult], old: Sequence[AxisResult]) -> list[Difference]:
    """Return every measure with a better side at every step that both runs have."""
    before = {result.name: result for result in old}
    differences = []
    for result in new:
        other = before.get(result.name)
        for step, label in enumerate(result.labels):
            if other is None or label not in other.labels:
                continue
            place = other.labels.index(label)
            for measure in MEASURES.values():
                if measure.better and measure.name in other.values:
                    found = _difference(result, step, other, place, measure)
                    differences += [found] if found else []
    return differences


def _difference(
    new: AxisResult, step: int, old: AxisResult, place: int, measure: Measure
) -> Difference | None:
    faces = min(new.pictures.shape[1], old.pictures.shape[1])
    first, second = (
        np.asarray(run.values[measure.name][row, :faces], np.float64)
        for run, row in ((old, place), (new, step))
    )
    same = bool((new.pictures[step, :faces] == old.pictures[place, :faces]).all())
    if same:
        both = np.isfinite(first) & np.isfinite(second)
        change, before = stat((second - first)[both]), stat(first[both])
        mean, error, count = change.mean, change.error, change.count
    else:
        before, after = stat(first), stat(second)
        mean, error = after.mean - before.mean, math.hypot(before.error, after.error)
        count = min(before.count, after.count)
    if count < 2:
        return None
    return Difference(
        new.name, new.labels[step], measure.name, before.mean, mean, error, count, same
    )
