"""NPY and NPZ files, frame by frame: what is not asked for stays on the disk."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from tfan.errors import InputError
from tfan.io.recording import Indexed, Stored, UnreadableError, Wishes, as_frame, split_shape
from tfan.io.stacks import choose_frames, clocks
from tfan.types import AnyArray

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_BROKEN = (
    OSError, ValueError, EOFError, SyntaxError, KeyError, NotImplementedError, OverflowError,
    MemoryError, zipfile.BadZipFile, zlib.error, tokenize.TokenError,
)  # fmt: skip


class _NoNumbersError(UnreadableError):
    """An array of something else than numbers."""


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before the numbers of an array."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    start: int


def open_npy(path: Path, wishes: Wishes) -> Indexed:
    """Open an NPY file of one frame or many.

    Raises:
        InputError: it holds no frames of numbers.
    """
    del wishes
    file = path.open("rb")
    try:
        return _opened("NPY", file, _read_header(file), None, [file])
    except (*_BROKEN, UnreadableError) as error:
        file.close()
        raise _refused(path, "NPY", error) from error


def open_npz(path: Path, wishes: Wishes) -> Indexed:
    """Open an NPZ file: the largest array of frames or the one named, and times beside it.

    Raises:
        InputError: it holds no frames of numbers.
    """
    try:
        archive = zipfile.ZipFile(path)
        headers = _headers(archive)
        shapes = {name: header.shape for name, header in headers.items()}
        name = choose_frames(shapes, wishes.dataset, source=str(path))
        n, _ = split_shape(shapes[name])
        times = clocks(shapes, n, lambda at: _whole(archive, at))
        stream = archive.open(f"{name}.npy")
        return _opened("NPZ", stream, headers[name], times, [stream, archive])
    except (*_BROKEN, UnreadableError) as error:
        if isinstance(error, InputError):
            raise
        raise _refused(path, "NPZ", error) from error


def _headers(archive: zipfile.ZipFile) -> dict[str, _Header]:
    """Return name -> header of the arrays of numbers; names, notes and the like are no frames."""
    headers = {}
    for member in (name for name in archive.namelist() if name.endswith(".npy")):
        with archive.open(member) as file, suppress(_NoNumbersError):
            headers[member.removesuffix(".npy")] = _read_header(file)
    return headers


def _opened(
    kind: str, file: IO[bytes], header: _Header, times: AnyArray | None, held: list[Any]
) -> Indexed:
    n, shape = split_shape(header.shape)
    size = int(np.prod(shape)) * header.dtype.itemsize
    lock = Lock()  # one place in the file at a time
    whole = _read_whole(file, header) if header.fortran else None  # frames do not lie together

    def fetch(index: int) -> Stored:
        clock_s = None if times is None else float(times[index])
        if whole is not None:
            return Stored(index, as_frame(whole.reshape(n, *shape)[index]), clock_s)
        try:
            with lock:
                file.seek(header.start + index * size)
                data = file.read(size)
        except _BROKEN as error:
            raise UnreadableError(f"damaged data ({error})") from error
        if len(data) < size:
            raise UnreadableError("a frame that is cut short")
        values = np.frombuffer(data, header.dtype).reshape(shape)
        return Stored(index, as_frame(values), clock_s)

    def close() -> None:
        for one in held:
            one.close()

    return Indexed(kind, n, fetch, close)


def _read_header(file: IO[bytes]) -> _Header:
    version = npy.read_magic(file)
    if version not in _HEADERS:
        raise UnreadableError(f"version {version} of the NPY format")
    shape, fortran, dtype = _HEADERS[version](file)
    if dtype.kind not in "uif":
        raise _NoNumbersError(f"values of type {dtype}")
    return _Header(shape, fortran and len(shape) > 1, dtype, file.tell())


def _read_whole(file: IO[bytes], header: _Header) -> AnyArray:
    data = file.read(int(np.prod(header.shape)) * header.dtype.itemsize)
    return np.frombuffer(data, header.dtype).reshape(header.shape, order="F")


def _whole(archive: zipfile.ZipFile, name: str) -> AnyArray:
    with archive.open(f"{name}.npy") as file:
        values: AnyArray = npy.read_array(file, allow_pickle=False)
    return values


def _refused(path: Path, kind: str, error: Exception) -> InputError:
    return InputError(str(path), expected=f"an {kind} file of frames", got=str(error))
