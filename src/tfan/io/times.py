"""When the frames of a source were taken, in seconds from its first one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tfan.io.recording import Damage, Stored

LEAST_STEP_S = 1e-3  # between a frame that tells no time and the one before it
_LOOKED_AT = 9  # frames; a time that none of these after the first one tells is no clock


class Times:
    """Times of the frames of one source.

    A source has times where its first frame tells one and one of the next few does, too; else none
    of its frames has, whatever later ones tell, unless a rate is given. In a source with times, a
    frame that tells none counts as 1 ms later than the one before it: so it mostly comes before
    the next, and has the same time however it is reached.
    """

    def __init__(
        self,
        frames: Callable[[int], Iterator[Stored | Damage]],
        fps: float | None,
        *,
        live: bool = False,
    ) -> None:
        """Take where times come from.

        Args:
            frames: yields the frames from a number on.
            fps: rate of sources without times.
            live: whether frames come only once, and must not come late.
        """
        self._frames, self._fps, self._live = frames, fps, live
        self._begun = False  # whether the first frames were seen
        self._zero_s: float | None = None  # clock of the first; None where there are no times
        self._last = -1  # number of the frame that was asked for last
        self._told = (0, 0.0)  # number and time of the last one up to there that told a time

    def watched(self, items: Iterator[Stored | Damage]) -> Iterator[Stored | Damage]:
        """Yield the items of a pass from the start; the first frame waits for the next few."""
        held: list[Stored | Damage] = []
        for item in items:
            if self._begun or self._live or not (held or isinstance(item, Stored)):
                yield item
                continue
            held.append(item)
            if _decided(held):
                self._begin_with(held)
                yield from held
                held.clear()
        self._begin_with(held)
        yield from held

    def of(self, frame: Stored) -> tuple[float | None, bool]:
        """Return seconds from the first frame on, None without times; and whether it is a guess."""
        if not self._begun:
            self._begin(frame)
        if self._zero_s is None:
            return (None if self._fps is None else frame.index / self._fps), False
        return self._seconds(frame, self._zero_s), frame.clock_s is None

    def _seconds(self, frame: Stored, zero_s: float) -> float:
        """Return when a frame was taken, by the last one up to there that tells a time."""
        if frame.clock_s is not None:
            self._told = frame.index, frame.clock_s - zero_s
        else:
            self._told = self._told_before(frame.index, zero_s)
        self._last = frame.index
        at, time_s = self._told
        return time_s + (frame.index - at) * LEAST_STEP_S

    def _begin(self, frame: Stored) -> None:
        """Look at the first frames, as a later one is asked for."""
        if self._live:
            self._begin_with([frame])
        else:
            next((one for one in self.watched(self._frames(0)) if isinstance(one, Stored)), None)

    def _begin_with(self, first: list[Stored | Damage]) -> None:
        """Take the clock of the first frame, unless those that follow tell none."""
        if not self._begun and first:
            clocks = _clocks(first)
            alone = len(clocks) > 1 and _n_told(clocks) == 1
            self._begun, self._zero_s = True, None if alone else clocks[0]

    def _told_before(self, index: int, zero_s: float) -> tuple[int, float]:
        """Return number and time of the last frame before one that tells a time."""
        known = self._last if index > self._told[0] else -1  # none from the one told to there does
        for at in range(index - 1, known, -1):
            item = next(self._frames(at), None)
            if isinstance(item, Stored) and item.clock_s is not None:
                return at, item.clock_s - zero_s
        return (0, 0.0) if known < 0 else self._told


def _decided(held: list[Stored | Damage]) -> bool:
    """Whether the first frames tell enough of whether there are times."""
    clocks = _clocks(held)
    return clocks[0] is None or _n_told(clocks) == 2 or len(held) == _LOOKED_AT


def _clocks(items: list[Stored | Damage]) -> list[float | None]:
    return [item.clock_s for item in items if isinstance(item, Stored)]


def _n_told(clocks: list[float | None]) -> int:
    return sum(clock_s is not None for clock_s in clocks)
