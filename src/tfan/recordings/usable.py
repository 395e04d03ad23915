"""The frames of a source that can be followed: of one size, in times that rise or in none."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isfinite

import numpy as np

from tfan.errors import InputError
from tfan.io import Frame, Source
from tfan.io.times import LEAST_STEP_S


@dataclass(slots=True)
class UsableFrames:
    """Goes through a source and remembers what was wrong with frames.

    Either all frames that are given tell times, each after the one before, or none does: the
    first one decides.

    Attributes:
        source: of the frames.
        start: number of the first one that is read.
        known_s: frame -> time for those that were followed before; NaN where it told none.
        n_left_out: frames before `start` that could not be used when they were followed.
        n_guessed: frames whose times are guessed; at first those before `start`.
        good: the frames.
    """

    source: Source
    start: int = 0
    known_s: Mapping[int, float] = field(default_factory=dict)
    n_left_out: int = 0
    n_guessed: int = 0
    good: Generator[Frame, None, None] = field(init=False)
    _damage: str = ""
    _n_blank: int = 0
    _n_lost_times: int = 0
    _n_odd_sizes: int = 0
    _hw: tuple[int, int] | None = None  # of the first
    _timed: bool | None = None  # whether the first tells a time
    _last_s: float = -inf

    def __post_init__(self) -> None:
        self.good = self._good()

    def _good(self) -> Generator[Frame, None, None]:
        try:
            for frame in self.source.frames(self.start):
                if self._fits(frame):
                    yield self._in_time(frame)
        except InputError as error:  # told after the last good frame
            self._damage = str(error)

    def _fits(self, frame: Frame) -> bool:
        if frame.values.dtype.kind == "f" and not np.isfinite(frame.values).any():
            self._n_blank += 1
            return False
        self._hw = self._hw or frame.hw
        if frame.hw != self._hw:
            self._n_odd_sizes += 1
            return False
        return True

    def _in_time(self, frame: Frame) -> Frame:
        told_s = _finite(frame.time_s)
        if self._timed is None:
            firsts = [*map(_finite, self.known_s.values())] or [told_s]
            self._timed = any(each is not None for each in firsts)
        if not self._timed:
            self._n_lost_times += told_s is not None
            return replace(frame, time_s=None, time_guessed=False)
        after_s = self._after_s(frame.index)
        rising_s = told_s if told_s is not None and told_s > after_s else None
        guessed = frame.time_guessed or rising_s is None
        self.n_guessed += guessed
        time_s = after_s + LEAST_STEP_S if rising_s is None else rising_s
        known_s = _finite(self.known_s.get(frame.index))
        self._last_s = time_s if known_s is None or known_s <= after_s else known_s
        return replace(frame, time_s=self._last_s, time_guessed=guessed)

    def _after_s(self, index: int) -> float:
        """Return the time of the last frame before one; a journal may have some that failed now."""
        known = (_finite(time_s) for number, time_s in self.known_s.items() if number < index)
        return max(self._last_s, *(time_s for time_s in known if time_s is not None), -inf)

    @property
    def trouble(self) -> str:
        """What was wrong, as sentences; empty if nothing was."""
        height, width = self._hw or (0, 0)
        counted = (
            (self.n_left_out, f"before number {self.start} were left out by the run before."),
            (self._n_blank, "are nothing but NaN."),
            (
                self._n_odd_sizes,
                f"are left out, as they are not {width} x {height} pixels like the first.",
            ),
            (
                self.n_guessed,
                "are told to be no later than the one before, or tell no time; "
                "they count as 1 ms later and are left out of signals.",
            ),
            (
                self._n_lost_times,
                "tell times, but the first does not: the times are left out.",
            ),
        )
        told = [f"{self.source.name}: {n} frames {what}" for n, what in counted if n]
        return " ".join([self._damage, *told] if self._damage else told)


def _finite(time_s: float | None) -> float | None:
    return time_s if time_s is not None and isfinite(time_s) else None
