"""FLIR's FFF container: a header, a directory of records, raw counts and the camera's facts.

Layout as documented for ExifTool ("FLIR Tags", exiftool.org/TagNames/FLIR.html). Byte order is a
trap: header and directory have one, every record says its own by a leading 2, and counts inside PNG
are mostly stored the wrong way round.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from mmap import mmap

import numpy as np

from tfan.io.decode import decode_jpeg_ls, decode_png
from tfan.io.recording import UnreadableError
from tfan.types import AnyArray

MAGIC = b"FFF\0"
HEADER_BYTES = 64
RAW, CAMERA = 0x01, 0x20
_RAW_BYTES = 32  # of the raw record before the counts
_ENTRY = "HHIIII"  # type, subtype, version, id, offset, length
_ENTRY_BYTES = 32
_VERSIONS = range(100, 200)
_MOST_ENTRIES = 1000
_CUT = "a frame that is cut short"
_PNG, _JPEG_LS = b"\x89PNG", b"\xff\xd8\xff\xf7"

Bytes = bytes | mmap


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a container, in bytes from the beginning of the data."""

    type: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Container:
    """One frame: where it begins and ends by its own directory, and its records."""

    start: int
    stop: int
    records: tuple[Record, ...]

    def find(self, kind: int) -> Record | None:
        """Return the first record of a type."""
        return next((record for record in self.records if record.type == kind), None)


def read_container(data: Bytes, start: int = 0) -> Container | None:
    """Return the container that begins at start; None where no header stands there."""
    if data[start : start + 4] != MAGIC or start + HEADER_BYTES > len(data):
        return None
    for order in "<>":
        version, directory, n = struct.unpack_from(f"{order}III", data, start + 0x14)
        if version in _VERSIONS and 0 < n <= _MOST_ENTRIES:
            break
    else:
        return None
    stop = start + directory + n * _ENTRY_BYTES
    if stop > len(data):
        return Container(start, stop, ())
    records = []
    for at in range(start + directory, stop, _ENTRY_BYTES):
        kind, *_, offset, length = struct.unpack_from(order + _ENTRY, data, at)
        if kind:
            records.append(Record(kind, start + offset, start + offset + length))
    return Container(start, max([stop, *(record.stop for record in records)]), tuple(records))


def read_counts(data: Bytes, container: Container, limit: int) -> AnyArray:
    """Return the raw counts (H, W) uint16 of a container that must end before limit.

    Raises:
        UnreadableError: there are none, or the record is cut short or damaged.
    """
    record = container.find(RAW)
    if record is None or record.start + _RAW_BYTES >= limit:
        raise UnreadableError("a frame without raw counts" if container.records else _CUT)
    order = _order(data, record)
    width, height = struct.unpack_from(f"{order}HH", data, record.start + 2)
    packed = data[record.start + _RAW_BYTES : min(record.stop, limit)]  # may lack its padding only
    if packed.startswith(_PNG):
        counts = _in_smooth_order(decode_png(packed))
    elif packed.startswith(_JPEG_LS):
        counts = decode_jpeg_ls(packed)
    elif len(packed) >= 2 * width * height > 0:
        flat = np.frombuffer(packed, f"{order}u2", width * height)
        counts = flat.reshape(height, width).astype(np.uint16)
    else:
        raise UnreadableError(_CUT if record.stop > limit else f"no {width} x {height} counts")
    if counts.ndim != 2 or counts.dtype != np.uint16:
        raise UnreadableError(f"counts of shape {counts.shape}, {counts.dtype}")
    return counts


def camera_bytes(data: Bytes, container: Container, limit: int) -> tuple[bytes, str] | None:
    """Return the camera record and its byte order; None where there is none."""
    record = container.find(CAMERA)
    if record is None or record.stop > limit:
        return None
    return data[record.start : record.stop], _order(data, record)


def _order(data: Bytes, record: Record) -> str:
    return "<" if data[record.start : record.start + 2] == b"\x02\0" else ">"


def _in_smooth_order(counts: AnyArray) -> AnyArray:
    """Return counts in the byte order that gives the smoother image: neighbours are alike."""
    if counts.dtype != np.uint16:
        return counts
    swapped = counts.byteswap()
    roughness = [
        np.abs(np.diff(order.astype(np.int32), axis=1)).sum() for order in (counts, swapped)
    ]
    return counts if roughness[0] < roughness[1] else swapped
