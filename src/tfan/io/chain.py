"""Many files as one recording: a folder, a pattern or a list, in natural order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tfan.errors import InputError
from tfan.io.formats import (
    MATRIX_SUFFIXES,
    RECORDING_SUFFIXES,
    STILL_SUFFIXES,
    find_format,
    open_file,
)
from tfan.io.paths import expand, left_out
from tfan.io.recording import Damage, Stored, Wishes


def files_of(name: str) -> list[Path]:
    """Return the files of a folder or pattern: pictures, or matrices where there are none.

    What tfan itself wrote is left out.

    Raises:
        InputError: nothing is there that makes one source.
    """
    path = Path(name)
    for suffixes in (STILL_SUFFIXES, MATRIX_SUFFIXES):
        found = [file for file in expand([name], suffixes=suffixes) if file != path]
        if found:
            return found
    others = [file for file in expand([name], suffixes=RECORDING_SUFFIXES) if file != path]
    if len(others) == 1:
        return others
    raise InputError(
        name,
        expected="pictures, or a recording",
        got=f"{len(others)} recordings" if others else "neither",
        fix="Name each recording by itself." if others else left_out(name),
    )


class Chain:
    """Frames of files one after another, numbered through; one file is open at a time.

    A file has as many numbers as it promises frames, so that a frame has the same one however it is
    reached; one that cannot be opened has one. Times stay only where all files tell them on the
    same clock.
    """

    def __init__(self, paths: Sequence[Path], wishes: Wishes) -> None:
        self._paths, self._wishes = tuple(paths), wishes
        self._counts: list[int | None] = [None] * len(self._paths)
        self._total: int | None = None  # of the counts, until one is found to be too small

    @property
    def kind(self) -> str:
        return f"{len(self._paths)} files"

    @property
    def n_frames(self) -> int | None:
        if self._total is None:
            self._total = sum(self._count(at) for at in range(len(self._paths)))
        return self._total

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the frames of all files from a number on."""
        first = 0
        for at in range(len(self._paths)):
            skipped = max(0, start - first)
            if not skipped or skipped < self._count(at):
                for item in self._frames_of(at, skipped):
                    yield self._renumbered(item, first, self._paths[at])
            first += self._counts[at] or 0

    def close(self) -> None:
        """Files are closed as soon as their frames are read."""

    def _frames_of(self, at: int, start: int) -> Iterator[Stored | Damage]:
        """Yield the frames of a file; a lost end beyond what it promises has its last number."""
        path = self._paths[at]
        try:
            recording = open_file(path, self._wishes)
        except InputError as error:
            self._note(at, 1)
            yield Damage(0, str(error).removeprefix(f"{path}: "))
            return
        try:
            promised = recording.n_frames if self._counts[at] is None else self._counts[at]
            n = promised or 0
            for item in recording.frames(start):
                if promised and isinstance(item, Damage):
                    item = Damage(min(item.index, promised - 1), item.got)
                n = max(n, item.index + 1)
                yield item
            self._note(at, n)
        finally:
            recording.close()

    def _renumbered(self, item: Stored | Damage, first: int, path: Path) -> Stored | Damage:
        index = first + item.index
        if isinstance(item, Damage):
            return Damage(index, f"{path.name}: {item.got}")
        clock_s = item.clock_s if item.epoch or len(self._paths) == 1 else None
        return replace(
            item, index=index, clock_s=clock_s, camera={**item.camera, "file": path.name}
        )

    def _count(self, at: int) -> int:
        """Return the number of frames of a file; those of one frame need not be opened."""
        known = self._counts[at]
        if known is None:
            known = self._counts[at] = self._counted(self._paths[at])
        return known

    def _note(self, at: int, n: int) -> None:
        """Take the number of frames of a file, once for all unless it holds more."""
        if n > (self._counts[at] or -1):
            self._counts[at], self._total = n, None

    def _counted(self, path: Path) -> int:
        try:
            if find_format(path).one_frame:
                return 1
            recording = open_file(path, self._wishes)
        except InputError:
            return 1
        try:
            n = recording.n_frames
            return sum(1 for _ in recording.frames()) if n is None else n
        finally:
            recording.close()
