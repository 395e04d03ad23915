"""One recording from its source to its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tfan.errors import InputError
from tfan.io import Frame, Source, open_source
from tfan.io.camera import PREFIX
from tfan.landmarks.schemes import load_scheme
from tfan.pipeline import Pipeline
from tfan.recordings.finish import Wanted, finish
from tfan.recordings.journal import Journal, JournalWriter
from tfan.recordings.measuring import has_celsius, row_of
from tfan.recordings.report import read_report, write_report
from tfan.recordings.resume import Known, known_from
from tfan.recordings.rows import Heading
from tfan.recordings.tracks import Summary
from tfan.rois import Region
from tfan.tracking import Followed, Tracker, follow

JOURNAL, REPORT = "{}.tfan-part", "{}.track.json"
_LEAST_STEP_S = 1e-3  # between frames whose times do not grow

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how many frames are done, and of how many."""


class Follower(Protocol):
    """Follows people through the frames of one recording."""

    @property
    def scheme(self) -> str:
        """Of the landmarks."""

    def __call__(self, frames: Iterable[Frame], mode: str) -> Iterator[Followed]:
        """Yield each frame with its people; every call begins with nobody."""


@dataclass(frozen=True, slots=True)
class PipelineFollower:
    """Follows with the networks; smooths looking both ways."""

    pipeline: Pipeline
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scheme(self) -> str:
        """Of the landmarks."""
        return self.pipeline.scheme

    def __call__(self, frames: Iterable[Frame], mode: str) -> Iterator[Followed]:
        return follow(frames, Tracker(self.pipeline, "video", **self.settings), mode=mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of every recording.

    Attributes:
        output: folder of the files.
        regions: to be measured.
        reading: keyword arguments of `open_source`.
        wanted: which files.
        resume: go on with what an interrupted run left, and skip what is complete.
    """

    output: Path
    regions: tuple[Region, ...] = ()
    reading: Mapping[str, Any] = field(default_factory=dict)
    wanted: Wanted = field(default_factory=Wanted)
    resume: bool = False

    @property
    def read_as(self) -> dict[str, Any]:
        """What is asked of the reading and is not None."""
        return {name: value for name, value in self.reading.items() if value is not None}


def record(
    name: str, stem: str, asked: Asked, follower: Follower, progress: Progress | None = None
) -> tuple[Summary, str]:
    """Follow and measure one recording and write its files, named after `stem`.

    Rows go to a journal beside the results as they are measured; an interrupted run leaves it,
    a complete one makes the files of it and takes it away.

    Returns:
        Who is in it, and a sentence on frames that could not be used, empty if all could.

    Raises:
        InputError: not one frame can be used, or nothing can be written.
    """
    tell = progress or (lambda *_: None)
    report, path = asked.output / REPORT.format(stem), asked.output / JOURNAL.format(stem)
    if asked.resume and not path.exists() and report.exists():
        told = read_report(report, name)
        if told.holds(asked.wanted, asked.read_as, follower.scheme, asked.regions):
            return told.summary, told.trouble
    if not asked.resume:
        path.unlink(missing_ok=True)
    with open_source(name, **asked.reading) as source:
        trouble = _measure(source, path, asked, follower, tell)
        journal = Journal(path)
        summary = finish(source, journal, asked.output / stem, asked.regions, asked.wanted, tell)
    write_report(report, journal.heading, summary, trouble, asked.wanted)
    with suppress(OSError):
        path.unlink()
    return summary, trouble


def _measure(source: Source, path: Path, asked: Asked, follower: Follower, tell: Progress) -> str:
    """Write the journal, or go on with it; return what was wrong with frames."""
    known = known_from(Journal(path)) if path.exists() else Known()
    frames = _Frames(source, known.start)
    first = next(frames.good, None)
    if first is None:
        if known.last_frame >= 0:
            return frames.trouble
        got = "none that can be used"
        raise InputError(source.name, expected="frames", got=got, fix=frames.trouble)
    heading = _heading(source, first, asked, follower)
    regions = asked.regions if heading.measured else ()  # later frames may be of another kind
    if path.exists():
        _check_same(path, Journal(path).heading, heading)
    mode = "pixel" if asked.reading.get("unit") == "counts" else "auto"
    with JournalWriter(path, heading) as writer:
        try:
            for followed in follower(chain([first], frames.good), mode):
                row = known.numbered(row_of(followed, regions))
                if row is not None:
                    writer.add(row)
                    tell("follow", row.frame + 1, source.n_frames)
        except KeyboardInterrupt:
            if not source.name.startswith(PREFIX):  # a camera has no other end
                raise
    return frames.trouble


@dataclass(slots=True)
class _Frames:
    """The frames of a source that can be used: of one size, in times that grow.

    Remembers what was wrong with others.
    """

    source: Source
    start: int
    damage: str = ""
    n_blank: int = 0
    n_odd_times: int = 0
    n_odd_sizes: int = 0
    hw: tuple[int, int] | None = None  # of the first
    good: Iterator[Frame] = field(init=False)

    def __post_init__(self) -> None:
        self.good = self._good()

    def _good(self) -> Iterator[Frame]:
        last_s = -np.inf
        try:
            for frame in self.source.frames(self.start):
                if frame.values.dtype.kind == "f" and not np.isfinite(frame.values).any():
                    self.n_blank += 1
                    continue
                self.hw = self.hw or frame.hw
                if frame.hw != self.hw:
                    self.n_odd_sizes += 1
                    continue
                if frame.time_s is not None:
                    if not frame.time_s > last_s:
                        self.n_odd_times += 1
                        frame = replace(frame, time_s=last_s + _LEAST_STEP_S)
                    last_s = frame.time_s or 0.0
                yield frame
        except InputError as error:  # told after the last good frame
            self.damage = str(error)

    @property
    def trouble(self) -> str:
        """What was wrong, as sentences."""
        told = [self.damage] if self.damage else []
        if self.n_blank:
            told.append(f"{self.source.name}: {self.n_blank} frames are nothing but NaN.")
        if self.n_odd_sizes and self.hw:
            height, width = self.hw
            told.append(
                f"{self.source.name}: {self.n_odd_sizes} frames are left out, as they are not "
                f"{width} x {height} pixels like the first."
            )
        if self.n_odd_times:
            told.append(
                f"{self.source.name}: {self.n_odd_times} frames are told to be no later than the "
                "one before; they count as 1 ms later."
            )
        return " ".join(told)


def _heading(source: Source, first: Frame, asked: Asked, follower: Follower) -> Heading:
    measured = has_celsius(first)
    return Heading(
        source=source.name,
        kind=source.kind,
        hw=first.hw,
        meaning=first.reading.meaning if measured else "pixel",
        unit=first.reading.unit,
        why=first.reading.reason,
        scheme=load_scheme(follower.scheme).name,
        regions=tuple(region.name for region in asked.regions) if measured else (),
        n_frames=source.n_frames,
        asked=asked.read_as,
    )


def _check_same(path: Path, old: Heading, new: Heading) -> None:
    for name in ("source", "hw", "scheme", "regions", "asked"):
        if getattr(old, name) != getattr(new, name):
            raise InputError(
                str(path),
                expected=f"{name} {getattr(old, name)}, as in the run that was interrupted",
                got=str(getattr(new, name)),
                fix="Call it as then, or leave out --resume.",
            )
