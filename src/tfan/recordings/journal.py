"""The journal of a recording: rows appended as they are measured, read back any number of times.

Whatever interrupts a run leaves whole records and at most one torn one, which is not read. Each
record is a length and a checksum, then JSON up to a line break, then float32 values. The first is
the heading, each other one a frame.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

from tfan.errors import InputError
from tfan.recordings.rows import FrameRow, Heading, PersonRow
from tfan.rois import RegionReading
from tfan.types import Array, Face

_MAGIC = b"tfan journal 1\n"
_RECORD = struct.Struct("<II")
_FLUSH_EVERY = 32  # frames that a sudden end may cost
_ANEW = "Leave out --resume to begin anew."
_READING_FIELDS = tuple(field.name for field in fields(RegionReading))[1:]  # without the name


class Journal:
    """Rows on disk.

    Attributes:
        path: of the file.
        heading: of the recording.
    """

    def __init__(self, path: Path) -> None:
        """Open a journal that was written before.

        Raises:
            InputError: it is none, its heading is not whole, or it is of another version of tfan.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                begun = file.read(len(_MAGIC)) == _MAGIC
                first = _next(file) if begun else None
        except OSError as error:
            raise _other(path, error.strerror or str(error)) from error
        if not begun:
            raise _other(path, "something else")
        if first is None:
            raise _other(path, "one whose heading is damaged", _ANEW)
        try:
            self.heading = _heading(json.loads(first))
        except (TypeError, KeyError, ValueError) as error:
            raise _other(path, "one of another version of tfan", _ANEW) from error

    def __iter__(self) -> Iterator[FrameRow]:
        """Yield the rows of all whole frames."""
        with self.path.open("rb") as file:
            file.seek(len(_MAGIC))
            _next(file)
            while (record := _next(file)) is not None:
                yield _row(record, self.heading)

    def n_bytes(self) -> int:
        """Return how long the whole records are together."""
        with self.path.open("rb") as file:
            file.seek(len(_MAGIC))
            whole = file.tell()
            while _next(file) is not None:
                whole = file.tell()
        return whole


def find_journal(path: Path) -> Journal | None:
    """Return the journal that a run left; None without one, and where it was stopped at once.

    Raises:
        InputError: something else is there, or it cannot be read.
    """
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            begun = file.read(len(_MAGIC))
            stopped = _MAGIC.startswith(begun) and _ends_in_heading(file)
    except OSError:
        stopped = False  # opening it says what is wrong
    return None if stopped else Journal(path)


class JournalWriter:
    """Appends rows; use `with`."""

    def __init__(self, path: Path, heading: Heading) -> None:
        """Begin a journal, or go on with one: a torn record at its end is cut off."""
        self.path = path
        self._waiting = 0
        self._file: IO[bytes]
        with self._told():
            if find_journal(path) is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_MAGIC + _packed(json.dumps(asdict(heading)).encode()))
            n_bytes = Journal(path).n_bytes()
            self._file = path.open("r+b")
            self._file.truncate(n_bytes)
            self._file.seek(n_bytes)

    def add(self, row: FrameRow) -> None:
        """Append a frame."""
        with self._told():  # the disk may be full
            self._file.write(_packed(_record(row)))
            self._waiting += 1
            if self._waiting >= _FLUSH_EVERY:
                self._file.flush()
                self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        with self._told() if kind is None else suppress(OSError):  # the first error counts
            self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what the system says against writing."""
        try:
            yield
        except OSError as error:
            got = error.strerror or str(error)
            raise InputError(str(self.path), expected="a place to write to", got=got) from error


def _packed(body: bytes) -> bytes:
    return _RECORD.pack(len(body), zlib.crc32(body)) + body


def _next(file: IO[bytes]) -> bytes | None:
    """Return the next record's body; None at the end and where it is torn."""
    head = file.read(_RECORD.size)
    if len(head) < _RECORD.size:
        return None
    size, checksum = _RECORD.unpack(head)
    body = file.read(size)
    return body if len(body) == size and zlib.crc32(body) == checksum else None


def _ends_in_heading(file: IO[bytes]) -> bool:
    """Whether a journal ends before its heading does, and so has no frames to lose."""
    head = file.read(_RECORD.size)
    if len(head) < _RECORD.size:
        return True
    size, _ = _RECORD.unpack(head)
    rest = file.read(size)
    return len(rest) < size and b"\n" not in rest  # only frames hold one: the size may be damaged


def _other(path: Path, got: str, fix: str = "") -> InputError:
    return InputError(str(path), expected="a journal of tfan track", got=got, fix=fix)


def _heading(facts: dict[str, Any]) -> Heading:
    height, width = facts["hw"]
    return Heading(**facts | {"hw": (height, width), "regions": tuple(facts["regions"])})


def _record(row: FrameRow) -> bytes:
    time_s = None if np.isnan(row.time_s) else row.time_s
    people = [
        [one.track_id, one.held, float(one.face.score), float(one.face.quality),
         len(one.face.points_px), len(one.readings)]
        for one in row.people
    ]  # fmt: skip
    values = [_values(one) for one in row.people]
    facts = [row.frame, time_s, row.event, row.step, people, row.time_guessed]
    return json.dumps(facts).encode() + b"\n" + b"".join(values)


def _values(one: PersonRow) -> bytes:
    face = one.face
    readings = [[getattr(each, name) for name in _READING_FIELDS] for each in one.readings]
    parts = (
        face.box_px, face.points_px, face.sigma_px, face.confidence, face.visibility,
        face.five_px, face.pose_deg, one.celsius, readings,
    )  # fmt: skip
    return b"".join(np.asarray(part, "<f4").tobytes() for part in parts)


def _row(record: bytes, heading: Heading) -> FrameRow:
    text, _, values = record.partition(b"\n")
    frame, time_s, event, step, facts, *guessed = json.loads(text)  # older journals told no guesses
    people, at = [], 0
    for track_id, held, score, quality, n, n_readings in facts:
        sizes = (4, 2 * n, n, n, n, 10, 3, n, n_readings * len(_READING_FIELDS))
        parts: list[Array] = []
        for size in sizes:
            parts.append(np.frombuffer(values, "<f4", size, at).astype(np.float32))
            at += 4 * size
        box, points, sigma, confidence, visibility, five, pose, celsius, readings = parts
        face = Face(
            box, score, points.reshape(n, 2), sigma, confidence, visibility, heading.scheme,
            five.reshape(5, 2), quality, pose,
        )  # fmt: skip
        rows = readings.reshape(n_readings, len(_READING_FIELDS)).tolist()
        read = tuple(
            RegionReading(name, *each)
            for name, each in zip(heading.regions[:n_readings], rows, strict=True)
        )
        people.append(PersonRow(track_id, held, face, celsius, read))
    seconds = float("nan") if time_s is None else time_s
    return FrameRow(frame, seconds, event, step, tuple(people), time_guessed=any(guessed))
