"""The one door to recordings: a file, a folder, a pattern, a list or a camera to frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from tfan.errors import InputError
from tfan.io.camera import PREFIX, open_camera
from tfan.io.chain import Chain, files_of
from tfan.io.fitting import Misfit, fitting_frames
from tfan.io.formats import open_file
from tfan.io.frame import Frame
from tfan.io.readings import Readings
from tfan.io.recording import Damage, Recording, Stored, Wishes
from tfan.io.times import Times
from tfan.io.units import check_unit

_GLOB_SIGNS = "*?["
_MOST_REFUSED = 256  # frames from the first on to which what was asked does not apply


def open_source(
    name: str | Path | Iterable[str | Path],
    *,
    unit: str = "auto",
    emissivity: float | None = None,
    distance_m: float | None = None,
    reflected_celsius: float | None = None,
    dataset: str | None = None,
    fps: float | None = None,
) -> Source:
    """Open a recording; its frames are read one by one as they are asked for.

    Args:
        name: a file, a folder or pattern (one source of its pictures in natural order), a list of
            files, or "camera:0".
        unit: what the numbers are, see `tfan.io.units.UNIT_NAMES`; "auto" believes the file,
            then the values, and `Frame.reading` says why.
        emissivity: of the object, 0..1, in place of the file's; only for files with raw counts
            and the camera's constants (FLIR).
        distance_m: between object and camera, likewise.
        reflected_celsius: apparent temperature of the surroundings, likewise.
        dataset: name of the array in an HDF5 or NPZ file.
        fps: frames per second, where the file itself tells no times.

    Raises:
        InputError: nothing is there, or it cannot be read; the sentence says why.
        MissingExtraError: the format needs a package that is not installed.
    """
    wishes = Wishes(check_unit(unit), emissivity, distance_m, reflected_celsius, dataset)
    _check(wishes, fps)
    if not isinstance(name, str | Path):
        paths = [path for one in name for path in _files(str(one))]
        if not paths:
            raise InputError("list of files", expected="at least one", got="none")
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        return Source(f"{paths[0]}{more}", Chain(paths, wishes), wishes, fps)
    text = str(name)
    if text.startswith(PREFIX):
        return Source(text, open_camera(text), wishes, fps)
    paths = _files(text)
    one = len(paths) == 1
    return Source(text, open_file(paths[0], wishes) if one else Chain(paths, wishes), wishes, fps)


class Source:
    """Frames of one recording: iterate, or take one by its number; close it, or use `with`.

    Frames that can be read are given; if some could not, or a unit or conditions were asked for
    that they cannot have, iterating ends with one InputError that says how many and what was
    wrong. Their numbers stay free. What no frame can have is refused as such.

    A frame without a time among others counts as 1 ms later than the one before it, and says that
    this is a guess. Where the first one tells none, or alone does, none has.

    Attributes:
        name: of the file, folder or camera.
        kind: of the format.
    """

    def __init__(
        self, name: str, recording: Recording, wishes: Wishes, fps: float | None = None
    ) -> None:
        self.name, self.kind = name, recording.kind
        self._recording = recording
        self._items = partial(fitting_frames, recording, wishes, name)
        self._times = Times(self._items, fps, live=self.kind == "camera")
        self._readings = Readings(wishes.unit)

    @property
    def n_frames(self) -> int | None:
        """Number of frames, those included that prove unreadable; None where nobody knows."""
        return self._recording.n_frames

    def __len__(self) -> int:
        n = self.n_frames
        if n is None:
            raise TypeError(f"{self.name}: the number of frames is not known before the end")
        return n

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Yield the frames from a number on.

        Raises:
            InputError: start is below 0; or, after the last frame, some could not be read.
        """
        if start < 0:
            raise InputError("start", expected="0 or more", got=str(start))
        items = self._items(start) if start else self._times.watched(self._items(0))
        yield from self._whole(self._readings.settled(items), "The others are right.")

    def frames_at(self, numbers: Iterable[int]) -> Iterator[Frame]:
        """Yield the frames of some numbers, in their order.

        Raises:
            InputError: after the last one, some could not be read.
        """
        items = (self._item(at) or Damage(at, "no frame of that number") for at in numbers)
        yield from self._whole(items, "The others that were looked at are right.")

    def __getitem__(self, index: int) -> Frame:
        """Return one frame by its number; negative ones count from the end.

        Raises:
            IndexError: there is no such frame.
            InputError: it cannot be read.
        """
        wanted = index + len(self) if index < 0 else index
        if wanted < 0:
            raise IndexError(f"{self.name}: no frame {index}")
        item = self._item(wanted)
        if item is None:
            raise IndexError(f"{self.name}: no frame {index}")
        if isinstance(item, Stored):
            return self._frame(item)
        if isinstance(item, Misfit):
            raise item.error()
        raise InputError(f"{self.name}, frame {wanted}", expected="a whole one", got=item.got)

    def close(self) -> None:
        """Let go of the file."""
        self._recording.close()

    def __del__(self) -> None:  # for those who only loop over it
        with suppress(Exception):
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _item(self, index: int) -> Stored | Damage | None:
        return next(self._readings.settled(self._items(index)), None)

    def _whole(self, items: Iterator[Stored | Damage], rest: str) -> Iterator[Frame]:
        """Yield the frames among the items; at the end raise for the others."""
        first: Damage | None = None
        misfit: Misfit | None = None  # the first
        n_damaged = n_whole = 0
        for item in items:
            if isinstance(item, Stored):
                n_whole += 1
                yield self._frame(item)
                continue
            first, n_damaged = first or item, n_damaged + 1
            misfit = misfit or (item if isinstance(item, Misfit) else None)
            if misfit and not n_whole and n_damaged >= _MOST_REFUSED:
                break
        if first is None:
            return
        if misfit and not n_whole:
            raise misfit.error()
        got = f"{n_damaged} that cannot be read, the first number {first.index}: {first.got}"
        fix = rest if n_whole else ""
        raise InputError(self.name, expected="whole frames", got=got, fix=fix)

    def _frame(self, stored: Stored) -> Frame:
        time_s, guessed = self._times.of(stored)
        reading, index = self._readings.of(stored), stored.index
        return Frame(stored.values, reading, index, time_s, self.name, stored.camera, guessed)


def _files(name: str) -> list[Path]:
    path = Path(name)
    try:
        several = path.is_dir() or (not path.exists() and any(sign in name for sign in _GLOB_SIGNS))
    except OSError:  # a name longer than names can be
        several = False
    return files_of(name) if several else [path]


def _check(wishes: Wishes, fps: float | None) -> None:
    limits = {
        "emissivity": (wishes.emissivity, 0.0, 1.0),
        "distance_m": (wishes.distance_m, -np.finfo(float).tiny, 1e5),
        "reflected_celsius": (wishes.reflected_celsius, -273.15, 5000.0),
        "fps": (fps, 0.0, 1e6),
    }
    for name, (value, above, most) in limits.items():
        if value is not None and not above < value <= most:
            from_where = "0 or more" if -1 < above < 0 else f"more than {above:g}"
            expected = f"{from_where} and at most {most:g}"
            raise InputError(name, expected=expected, got=f"{value:g}")
