"""The Cacophony Project's CPTV: 16-bit frames of a Lepton as differences, compressed by gzip.

After its public specification (github.com/TheCacophonyProject/go-cptv, SPECv2.md). A frame is the
sum of the one before and of a map of differences; that map is itself stored as differences from
pixel to pixel, row after row, every second row from right to left, in a number of bits that the
frame says, highest bit first, after one value of 32 bits.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from tfan.errors import InputError
from tfan.io.frame import Fact
from tfan.io.recording import Damage, Stored, UnreadableError, Wishes
from tfan.types import AnyArray

_MAGIC = b"CPTV"
_TICKS_PER_S = {1: 1e6, 2: 1e3}  # by version of the format
_VERSION = "version"
_TEXTS = {"E": "model", "B": "make", "N": "serial", "D": "device"}
_LEAST_CENTIKELVIN = 20_000
_COUNTS = "counts of a Lepton that measures no temperatures (centikelvin would be above 20,000)"
_BROKEN = (OSError, EOFError, zlib.error)
Fields = dict[str, bytes]


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


def open_cptv(path: Path, wishes: Wishes) -> Cptv:
    """Open a CPTV file.

    Raises:
        InputError: it is no such file, or of a version that is not known.
    """
    del wishes
    try:
        with gzip.open(path) as file:
            header = _read_header(file)
    except (*_BROKEN, UnreadableError) as error:
        raise InputError(str(path), expected="a CPTV file", got=str(error)) from error
    return Cptv(path, header)


class Cptv:
    """Frames of a CPTV file; each pass begins at the start, as frames build on one another."""

    kind = "CPTV"

    def __init__(self, path: Path, header: Fields) -> None:
        self._path = path
        self._shape = _whole(header, "Y"), _whole(header, "X")
        self._facts: dict[str, Fact] = {
            ours: header[theirs].decode("utf-8", "replace")
            for theirs, ours in _TEXTS.items()
            if header.get(theirs)
        }
        self._ticks = _TICKS_PER_S[_whole(header, _VERSION)]
        self._counts: bool | None = None  # whether the frames are no temperatures
        self._n: int | None = None

    @property
    def n_frames(self) -> int | None:
        return self._n

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the frames; after a damaged one nothing more can be told."""
        index = 0
        values = np.zeros(self._shape, np.int64)
        try:
            with gzip.open(self._path) as file:
                _read_header(file)
                while (fields := _read_fields(file, b"F")) is not None:
                    data = _take(file, _whole(fields, "f"))
                    change = _unpack(data, _whole(fields, "w"), self._shape)
                    values = values + change
                    if fields.get("g") == b"\x01":  # the scene without anybody, not a moment
                        continue
                    if index >= start:
                        yield self._stored(index, values, fields)
                    index += 1
        except (*_BROKEN, UnreadableError) as error:
            yield Damage(index, f"data that are cut short or damaged ({error})")
        self._n = index

    def close(self) -> None:
        """Nothing is held open between passes."""

    def _stored(self, index: int, values: AnyArray, fields: Fields) -> Stored:
        clock_s = _whole(fields, "t") / self._ticks if "t" in fields else None
        if values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
            raise UnreadableError("values beyond 16 bits")
        if self._counts is None and values.any():  # a camera that starts gives zeros
            self._counts = bool(np.median(values) < _LEAST_CENTIKELVIN)
        why = _COUNTS if self._counts else ""
        whole = values.astype(np.uint16)
        return Stored(index, whole, clock_s, counts=bool(self._counts), why=why, camera=self._facts)


def _read_header(file: Stream) -> Fields:
    if file.read(4) != _MAGIC:
        raise UnreadableError("another format inside gzip")
    version = _take(file, 1)[0]
    if version not in _TICKS_PER_S:
        raise UnreadableError(f"version {version} of the format")
    fields = _read_fields(file, b"H")
    if not fields or _whole(fields, "X") * _whole(fields, "Y") == 0:
        raise UnreadableError("no size of the frames")
    return {**fields, _VERSION: bytes([version])}


def _read_fields(file: Stream, sign: bytes) -> Fields | None:
    """Return the fields of a header or a frame; None at the end of the file."""
    start = file.read(1)
    if not start:
        return None
    if start != sign:
        raise UnreadableError(f"{start!r} in place of {sign!r}")
    fields: Fields = {}
    for _ in range(_take(file, 1)[0]):
        size, code = struct.unpack("<Bc", _take(file, 2))
        fields[code.decode("latin-1")] = _take(file, size)
    return fields


def _take(file: Stream, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise UnreadableError("the end in the middle of a frame")
    return data


def _whole(fields: Fields, code: str) -> int:
    return int.from_bytes(fields.get(code, b""), "little")


def _unpack(data: bytes, bits: int, shape: tuple[int, int]) -> AnyArray:
    """Return the map of differences (H, W) from its packed steps."""
    n = shape[0] * shape[1]
    if not 0 < bits <= 32 or len(data) < 4 + ((n - 1) * bits + 7) // 8:
        raise UnreadableError(f"{len(data)} bytes for {n} values of {bits} bits")
    flags = np.unpackbits(np.frombuffer(data, np.uint8, offset=4), count=(n - 1) * bits)
    weights = 1 << np.arange(bits - 1, -1, -1, dtype=np.int64)
    weights[0] = -weights[0]  # two's complement
    steps = flags.reshape(n - 1, bits) @ weights
    first = struct.unpack_from("<i", data)[0]
    change = np.concatenate([[first], first + np.cumsum(steps)]).reshape(shape)
    change[1::2] = change[1::2, ::-1]
    return change
