"""Going on where an interrupted run stopped: the same people keep their numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.geometry.boxes import areas, intersections
from tfan.recordings.journal import Journal
from tfan.recordings.rows import FrameRow
from tfan.types import Array

_AGAIN = 60  # frames that are followed a second time, so that tracks and smoothing are warm
_LEAST_OVERLAP = 0.3
_FIXES = {
    "files": "The recording was changed since: leave out --resume to begin anew.",
    "corners": "The regions were changed since: leave out --resume to begin anew.",
}


@dataclass(slots=True)
class Known:
    """What a journal knows of the people, and which of the new numbers they have now.

    Attributes:
        last_frame: number of the last one in the journal; -1 with none.
        last_id: number that was given last.
        recent: the last rows.
        n_rows: how many there are in all.
        n_guessed: how many of them have a guessed time.
    """

    last_frame: int = -1
    last_id: int = 0
    recent: deque[FrameRow] = field(default_factory=lambda: deque(maxlen=_AGAIN))
    n_rows: int = 0
    n_guessed: int = 0
    _votes: dict[tuple[int, int], float] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """The frame from which to follow again."""
        return self.recent[0].frame if self.recent else 0

    @property
    def n_left_out(self) -> int:
        """Of the frames that are not followed again, how many the journal lacks."""
        return self.start - (self.n_rows - len(self.recent))

    @property
    def n_guessed_before(self) -> int:
        """Of the frames that are not followed again, how many have a guessed time."""
        return self.n_guessed - sum(row.time_guessed for row in self.recent)

    @property
    def times_s(self) -> dict[int, float]:
        """Return frame -> time of those that are followed again; NaN where there was none."""
        return {row.frame: row.time_s for row in self.recent}

    def numbered(self, row: FrameRow) -> FrameRow | None:
        """Return a row with the people's numbers of before; None where the journal has it."""
        if row.frame <= self.last_frame:
            self._compare(row)
            return None
        if self._votes:
            self._settle()
        people = tuple(
            sorted(
                (replace(one, track_id=self._number(one.track_id)) for one in row.people),
                key=lambda one: one.track_id,
            )
        )
        return replace(row, people=people)

    def _compare(self, row: FrameRow) -> None:
        old = next((each for each in self.recent if each.frame == row.frame), None)
        for new, known in product(row.people, old.people if old is not None else ()):
            share = _overlap(new.face.box_px, known.face.box_px)
            if share >= _LEAST_OVERLAP:
                pair = (new.track_id, known.track_id)
                self._votes[pair] = self._votes.get(pair, 0.0) + share

    def _settle(self) -> None:
        """Give each new number the old one with which it shares most."""
        for new, known in sorted(self._votes, key=self._votes.__getitem__, reverse=True):
            if new not in self._numbers and known not in self._numbers.values():
                self._numbers[new] = known
        self._votes = {}

    def _number(self, new: int) -> int:
        if self.last_frame < 0:
            return new
        if new not in self._numbers:
            self.last_id += 1
            self._numbers[new] = self.last_id
        return self._numbers[new]


def known_from(journal: Journal | None) -> Known:
    """Return what a journal knows; nothing without one."""
    known = Known()
    for row in () if journal is None else journal:
        known.last_frame = row.frame
        known.recent.append(row)
        known.n_rows += 1
        known.n_guessed += row.time_guessed
        known.last_id = max([known.last_id, *(one.track_id for one in row.people)])
    return known


def check_same(journal: Journal, now: Mapping[str, Any]) -> None:
    """Compare what is true now with what a journal's heading tells.

    Raises:
        InputError: something differs: the rows of both runs would not go together; or the
            journal does not tell its files, as older ones do not.
    """
    for name, value in now.items():
        before = getattr(journal.heading, name)
        if before == value:
            continue
        expected = f"{name} {_other(before, value)}, as in the run that was interrupted"
        got = str(_other(value, before))
        fix = _FIXES.get(name, "Call it as then, or leave out --resume.")
        if name == "files" and not before:
            expected, got = "a journal that tells its files", "one that tells no such thing"
            fix = "Leave out --resume to begin anew."
        raise InputError(str(journal.path), expected=expected, got=got, fix=fix)


def _other(value: Any, than: Any) -> Any:
    """Return what is other in a value than in another."""
    if isinstance(value, Mapping):
        return {key: each for key, each in value.items() if each != than.get(key)}
    return value


def _overlap(box: Array, other: Array) -> float:
    common = float(intersections(box, other[None])[0])
    both = float(areas(np.stack([box, other])).sum()) - common
    return common / both if both > 0 else 0.0
