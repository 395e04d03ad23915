"""FLIR's container inside a JPEG file, spread over its APP1 segments."""

from __future__ import annotations

from collections.abc import Iterator

from tfan.io.flir.container import read_container
from tfan.io.flir.sequence import decode_frame
from tfan.io.recording import Stored, UnreadableError, Wishes

APP1 = 0xE1
_SIGN = b"FLIR\0"
_HEAD_BYTES = 8  # sign, 1, number of this part, number of the last


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, content) of a JPEG file's segments up to its picture; none of other files."""
    if not data.startswith(b"\xff\xd8"):
        return
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        if data[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], data[at + 4 : at + 2 + size]
        at += 2 + max(size, 2)


def flir_part(data: bytes) -> bytes | None:
    """Return the container inside a JPEG file; None where there is none.

    Raises:
        UnreadableError: parts of it are missing.
    """
    parts: dict[int, bytes] = {}
    last = 0
    for marker, content in segments(data):
        if marker == APP1 and content.startswith(_SIGN) and len(content) > _HEAD_BYTES:
            parts[content[6]] = content[_HEAD_BYTES:]
            last = content[7]
    if not parts:
        return None
    if sorted(parts) != list(range(last + 1)):
        raise UnreadableError(f"{len(parts)} of {last + 1} parts of FLIR's data")
    return b"".join(parts[number] for number in range(last + 1))


def decode_flir_jpeg(data: bytes, wishes: Wishes) -> Stored | None:
    """Return the radiometric frame inside a JPEG file; None where there is none.

    Raises:
        UnreadableError: it is cut short or damaged.
    """
    inside = flir_part(data)
    if inside is None:
        return None
    container = read_container(inside)
    if container is None:
        raise UnreadableError("FLIR's data without a header")
    return decode_frame(inside, container, len(inside), wishes)
