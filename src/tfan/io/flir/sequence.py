"""FLIR's FFF, SEQ and CSQ files: containers one after another."""

from __future__ import annotations

import mmap as mmap_module
from collections.abc import Iterator
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path

from tfan.errors import InputError
from tfan.io.flir.camera import read_camera
from tfan.io.flir.container import (
    HEADER_BYTES,
    MAGIC,
    Bytes,
    Container,
    camera_bytes,
    read_container,
    read_counts,
)
from tfan.io.recording import Damage, Stored, UnreadableError, Wishes
from tfan.io.units import CELSIUS, OF_DEGREES


def open_sequence(path: Path, wishes: Wishes) -> Sequence:
    """Open an FFF, SEQ or CSQ file.

    Raises:
        InputError: no FLIR container in it.
    """
    with path.open("rb") as file:
        data = mmap(file.fileno(), 0, access=ACCESS_READ)
    try:
        return Sequence(data, wishes)
    except UnreadableError as error:
        data.close()
        raise InputError(str(path), expected="a FLIR file", got=str(error)) from error


def decode_frame(
    data: Bytes, container: Container, limit: int, wishes: Wishes, index: int = 0
) -> Stored:
    """Return one frame: degrees Celsius, or counts where the file or the wishes say so.

    Raises:
        UnreadableError: its counts are missing, cut short or damaged.
    """
    counts = read_counts(data, container, limit)
    record = camera_bytes(data, container, limit)
    if record is None:
        return Stored(index, counts, counts=True, why="FLIR counts without a record of the camera")
    camera = read_camera(*record, wishes.scene)
    clock_s = camera.clock_s
    if camera.planck is None or wishes.unit not in OF_DEGREES:
        why = "FLIR counts without the camera's constants" if camera.planck is None else ""
        return Stored(index, counts, clock_s, True, counts=bool(why), why=why, camera=camera.facts)
    celsius = camera.celsius(counts)
    return Stored(
        index,
        celsius,
        clock_s,
        epoch=True,
        said=CELSIUS,
        why=camera.why,
        corrected=True,
        camera=camera.facts,
    )


class Sequence:
    """Frames of a FLIR file, found one by one as they are asked for.

    A frame ends where its own directory says. Where a header stands before that, bytes of the frame
    are missing and the next one begins there; what lies between frames and is none is skipped.
    """

    def __init__(self, data: Bytes, wishes: Wishes) -> None:
        self._data, self._wishes = data, wishes
        self._starts: list[int] = []
        self._whole = False  # whether _starts holds them all
        first = self._next_start(0)
        if first is None:
            raise UnreadableError("no frame of the FFF format")
        self._starts.append(first)
        self._packed = b"\xff\xd8\xff\xf7" in data[first : first + 8192]

    @property
    def kind(self) -> str:
        if not self._at(1):
            return "FLIR FFF"
        return "FLIR CSQ" if self._packed else "FLIR SEQ"

    @property
    def n_frames(self) -> int:
        while not self._whole:
            self._at(len(self._starts))
        return len(self._starts)

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the frames from a number on; one that is cut short is a Damage."""
        index = start
        while self._at(index):
            try:
                yield self._decode(index)
            except UnreadableError as error:
                yield Damage(index, str(error))
            self._forget()
            index += 1

    def close(self) -> None:
        if isinstance(self._data, mmap):
            with suppress(BufferError):  # a frame's view may still be held
                self._data.close()

    def _forget(self) -> None:
        """Let the system take back what was read, so that long files do not look like memory."""
        if isinstance(self._data, mmap) and hasattr(mmap_module, "MADV_DONTNEED"):
            self._data.madvise(mmap_module.MADV_DONTNEED)

    def _decode(self, index: int) -> Stored:
        start = self._starts[index]
        limit = self._starts[index + 1] if self._at(index + 1) else len(self._data)
        container = read_container(self._data, start)
        if container is None:
            raise UnreadableError("a header without a frame")
        return decode_frame(self._data, container, limit, self._wishes, index)

    def _at(self, index: int) -> bool:
        """Find frames up to a number; say whether there are so many."""
        while len(self._starts) <= index and not self._whole:
            last = self._starts[-1]
            container = read_container(self._data, last)
            stop = container.stop if container else last + HEADER_BYTES
            found = self._next_start(last + HEADER_BYTES, stop)
            if found is None:
                self._whole = True
            else:
                self._starts.append(found)
        return index < len(self._starts)

    def _next_start(self, after: int, expected: int = 0) -> int | None:
        """Return where the next header stands; the expected place is not searched for."""
        inside = self._data.find(MAGIC, after, expected) if expected else -1
        while inside >= 0:
            if read_container(self._data, inside) is not None:
                return inside
            inside = self._data.find(MAGIC, inside + 1, expected)
        at = self._data.find(MAGIC, max(after, expected))
        while at >= 0:
            if read_container(self._data, at) is not None:
                return at
            at = self._data.find(MAGIC, at + 1)
        return None
