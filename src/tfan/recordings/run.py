"""One recording from its source to its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from tfan.errors import InputError
from tfan.io import Frame, Source, open_source
from tfan.io.camera import PREFIX
from tfan.landmarks.schemes import load_scheme
from tfan.pipeline import Pipeline
from tfan.recordings.finish import Wanted, finish, result_files
from tfan.recordings.journal import Journal, JournalWriter, find_journal
from tfan.recordings.measuring import has_celsius, row_of
from tfan.recordings.origin import corners_told, files_told, keep_apart
from tfan.recordings.report import read_report, write_report
from tfan.recordings.resume import check_same, known_from
from tfan.recordings.rows import Heading
from tfan.recordings.tracks import Summary
from tfan.recordings.usable import UsableFrames
from tfan.rois import Region
from tfan.tracking import Followed, Tracker, follow

JOURNAL, REPORT = "{}.tfan-part", "{}.track.json"
_OF_THE_ROWS = ("hw", "unit", "scheme", "regions", "corners")

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
        InputError: not one frame can be used, nothing can be written, or a result would replace
            the recording.
    """
    place, tell = asked.output / stem, progress or (lambda *_: None)
    keep_apart([name], result_files(place, asked.wanted))
    report, path = asked.output / REPORT.format(stem), asked.output / JOURNAL.format(stem)
    if not asked.resume or find_journal(path) is None:
        _clear(path)
    if asked.resume and not path.exists() and report.exists():
        told = read_report(report, name)
        if told.holds(
            place, asked.wanted, read_as=asked.read_as, files=files_told(name),
            scheme=follower.scheme, regions=asked.regions,
        ):  # fmt: skip
            return told.summary, told.trouble
    with open_source(name, **asked.reading) as source:
        trouble = _measure(source, path, asked, follower, tell)
        journal = Journal(path)
        summary = finish(source, journal, place, asked.regions, asked.wanted, tell)
    write_report(report, journal.heading, summary, trouble, asked.wanted)
    with suppress(OSError):
        path.unlink()
    return summary, trouble


def _clear(path: Path) -> None:
    """Take away what lies where a journal is to begin."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected="a place to write to", got=got) from error


def _measure(source: Source, path: Path, asked: Asked, follower: Follower, tell: Progress) -> str:
    """Write the journal, or go on with it; return what was wrong with frames."""
    journal, files = find_journal(path), files_told(source.name)
    if journal is not None:
        of_source = {"source": source.name, "files": files, "asked": asked.read_as}
        check_same(journal, of_source)
    known = known_from(journal)
    beginning = _beginning(source) if known.start else None
    frames = UsableFrames(
        source, known.start, known.times_s, known.n_left_out, known.n_guessed_before
    )
    first = next(frames.good, None)
    if first is None:
        if known.last_frame >= 0:
            return frames.trouble
        got = "none that can be used"
        raise InputError(source.name, expected="frames", got=got, fix=frames.trouble)
    heading = _heading(source, beginning or first, asked, follower, files)
    if journal is not None:
        check_same(journal, {name: getattr(heading, name) for name in _OF_THE_ROWS})
    regions = asked.regions if heading.measured else ()  # later frames may be of another kind
    mode = "pixel" if asked.reading.get("unit") == "counts" else "auto"
    with JournalWriter(path, heading) as writer:
        try:
            for followed in follower(chain([first], frames.good), mode):
                row = known.numbered(row_of(followed, regions))
                if row is not None:
                    writer.add(row)
                    tell("follow", row.frame + 1, heading.n_frames)
        except KeyboardInterrupt:
            if not source.name.startswith(PREFIX):  # a camera has no other end
                raise
    return frames.trouble


def _beginning(source: Source) -> Frame | None:
    """Return the frame that all others are read like: it decides their units and times."""
    with closing(UsableFrames(source).good) as good:
        return next(good, None)


def _heading(
    source: Source, first: Frame, asked: Asked, follower: Follower, files: dict[str, int]
) -> Heading:
    measured = has_celsius(first)
    regions = asked.regions if measured else ()
    return Heading(
        source=source.name,
        kind=source.kind,
        hw=first.hw,
        meaning=first.reading.meaning if measured else "pixel",
        unit=first.reading.unit,
        why=first.reading.reason,
        scheme=load_scheme(follower.scheme).name,
        regions=tuple(region.name for region in regions),
        n_frames=source.n_frames,
        asked=asked.read_as,
        files=files,
        corners=corners_told(regions),
    )
