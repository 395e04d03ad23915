"""A recording in as many stretches as a chart has columns: means of each person in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from tfan.recordings.rows import FrameRow
from tfan.recordings.tracks import Person, Rows, Summary
from tfan.types import AnyArray

MAX_PEOPLE, MAX_CURVES = 6, 8
_BINS = 700  # as many as the chart has columns, nearly
_USUAL = (
    "nose_tip", "forehead", "right_inner_canthus", "left_inner_canthus", "right_cheek",
    "left_cheek", "right_nostril", "upper_lip",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Bins:
    """Sums of one person over stretches of the recording, one column a stretch.

    Attributes:
        total: (K, B) of K quantities: the regions', then quality.
        count: (K, B) of their values.
    """

    total: AnyArray
    count: AnyArray

    @classmethod
    def empty(cls, n_regions: int, n_bins: int) -> Self:
        """Return sums of nothing."""
        shape = (n_regions + 1, n_bins)
        return cls(np.zeros(shape), np.zeros(shape))

    def add(self, values: AnyArray, at: int) -> None:
        """Take in values (K,) of one frame; NaN is none."""
        known = np.isfinite(values)
        self.total[known, at] += values[known]
        self.count[known, at] += 1

    def means(self) -> AnyArray:
        """Return (K, B), NaN where nothing was measured."""
        with np.errstate(invalid="ignore"):
            means: AnyArray = np.where(self.count > 0, self.total / self.count, np.nan)
        return means


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """A recording in stretches.

    Attributes:
        x: (B,) mean time of each in seconds, or number of the frame.
        timed: which of both.
        people: those seen longest, by number, with their sums.
    """

    x: AnyArray
    timed: bool
    people: tuple[tuple[Person, Bins], ...]

    @property
    def label(self) -> str:
        """What x is, for people."""
        return "time, s" if self.timed else "frame (the file tells no times)"


def choose_curves(regions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the regions that a picture shows: all, or the usual ones of many."""
    if len(regions) <= MAX_CURVES:
        return regions
    usual = [name for name in _USUAL if name in regions]
    others = [name for name in regions if name not in usual]
    return tuple((usual + others)[:MAX_CURVES])


def title_of(summary: Summary) -> str:
    """Return the name of a source for people; OpenCV breaks down at what is no text in one."""
    name = Path(summary.source).name or summary.source
    return name.encode(errors="replace").decode()


def seen_words(one: Person) -> str:
    """Return how long a person is seen, for people."""
    span = f"{one.coverage:.0%} of those from {one.first} to {one.last}"
    return f"{one.n_measured} frames measured, {span}"


def gather(rows: Rows, summary: Summary, regions: tuple[str, ...]) -> Binned:
    """Return the means of some regions of the people seen longest."""
    people = sorted(summary.people, key=lambda one: -one.n_measured)[:MAX_PEOPLE]
    people.sort(key=lambda one: one.track_id)
    n_bins = max(2, min(_BINS, summary.n_read))
    bins = {one.track_id: Bins.empty(len(regions), n_bins) for one in people}
    picked = [rows.heading.regions.index(name) for name in regions]
    frames, seconds, n_in_bin = np.zeros(n_bins), np.zeros(n_bins), np.zeros(n_bins)
    for number, row in enumerate(rows):
        at = min(number * n_bins // max(summary.n_read, 1), n_bins - 1)
        frames[at] += row.frame
        seconds[at] += row.time_s
        n_in_bin[at] += 1
        _add(bins, row, at, picked)
    timed = not np.isnan(seconds).any()
    x, filled = seconds if timed else frames, n_in_bin > 0
    x[filled] /= n_in_bin[filled]
    x[~filled] = x[filled].max(initial=0.0) + 1
    return Binned(x, timed, tuple((one, bins[one.track_id]) for one in people))


def _add(bins: dict[int, Bins], row: FrameRow, at: int, picked: list[int]) -> None:
    for one in row.people:
        mine = bins.get(one.track_id)
        if mine is None or one.held:
            continue
        means = [one.readings[i].mean_celsius if one.readings else np.nan for i in picked]
        mine.add(np.array([*means, one.face.quality]), at)
