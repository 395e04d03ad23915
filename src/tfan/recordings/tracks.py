"""Who is in a recording, when, and with which gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tfan.recordings.rows import FrameRow, Heading


class Rows(Protocol):
    """Rows that can be gone through again and again, such as a `Journal`."""

    @property
    def heading(self) -> Heading:
        """Of the recording."""

    def __iter__(self) -> Iterator[FrameRow]: ...


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a recording; numbers of frames are those of the source.

    Attributes:
        track_id: the number.
        first: frame in which the person is seen first.
        last: and last.
        n_measured: frames in which the face was measured.
        n_held: frames in which it was predicted.
        n_gaps: times that it was not measured between first and last.
        longest_gap: frames of the longest of them.
        coverage: share of the frames from first to last in which it was measured.
    """

    track_id: int
    first: int
    last: int
    n_measured: int
    n_held: int
    n_gaps: int
    longest_gap: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Summary:
    """A recording in a few numbers.

    Attributes:
        source: its name.
        n_read: frames that were read.
        n_seen: in which somebody was measured.
        n_gaps: times that nobody was measured between the first and the last face.
        events: name -> times, of cuts, freezes and steps.
        people: by number.
    """

    source: str
    n_read: int
    n_seen: int
    n_gaps: int
    events: dict[str, int]
    people: tuple[Person, ...]

    @property
    def coverage(self) -> float:
        """Share of the frames in which somebody was measured."""
        return self.n_seen / self.n_read if self.n_read else 0.0


@dataclass(slots=True)
class _Seen:
    """Where somebody is seen among frames that are counted as they come, not as numbered."""

    first: int = -1
    last: int = -1
    at: int = -1  # count of the last frame in which it was measured
    began: int = 0
    n_measured: int = 0
    n_held: int = 0
    n_gaps: int = 0
    longest_gap: int = 0

    def see(self, count: int, frame: int) -> None:
        """Take in a frame in which it was measured."""
        if self.first < 0:
            self.first, self.began = frame, count
        elif count > self.at + 1:
            self.n_gaps += 1
            self.longest_gap = max(self.longest_gap, count - self.at - 1)
        self.at, self.last = count, frame
        self.n_measured += 1


def summarise(rows: Rows) -> Summary:
    """Return who is in a recording."""
    anybody, people = _Seen(), dict[int, _Seen]()
    events: dict[str, int] = {}
    n_frames = 0
    for count, row in enumerate(rows):
        n_frames += 1
        if row.event not in ("none", "first"):
            events[row.event] = events.get(row.event, 0) + 1
        for one in row.people:
            seen = people.setdefault(one.track_id, _Seen())
            if one.held:
                seen.n_held += 1
            else:
                seen.see(count, row.frame)
        if any(not one.held for one in row.people):
            anybody.see(count, row.frame)
    found = tuple(_person(number, people[number]) for number in sorted(people))
    return Summary(rows.heading.source, n_frames, anybody.n_measured, anybody.n_gaps, events, found)


def _person(track_id: int, seen: _Seen) -> Person:
    span = seen.at - seen.began + 1 if seen.n_measured else 0
    return Person(
        track_id, seen.first, seen.last, seen.n_measured, seen.n_held, seen.n_gaps,
        seen.longest_gap, seen.n_measured / span if span else 0.0,
    )  # fmt: skip
