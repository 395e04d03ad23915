"""Maker and model of a camera from a JPEG file's Exif block."""

from __future__ import annotations

import struct

from tfan.io.flir.jpeg import APP1, segments

_SIGN = b"Exif\0\0"
_TAGS = {0x010F: "make", 0x0110: "model"}
_ASCII = 2
_DJI_THERMAL = {0xE3, 0xE4}  # the segments in which DJI's own cameras keep raw data and constants


def read_maker(data: bytes) -> dict[str, str]:
    """Return "make" and "model" of a JPEG file where its first Exif directory tells them."""
    blocks = (c[len(_SIGN) :] for m, c in segments(data) if m == APP1 and c.startswith(_SIGN))
    block = next(blocks, b"")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return {}
    try:
        return dict(_texts(block, order))
    except struct.error:  # the block ends early
        return {}


def is_dji_thermal(data: bytes) -> bool:
    """Whether a JPEG file holds temperatures in DJI's own format, which only its program reads."""
    markers = {marker for marker, _ in segments(data)}
    return read_maker(data).get("make", "").startswith("DJI") and markers >= _DJI_THERMAL


def _texts(block: bytes, order: str) -> list[tuple[str, str]]:
    (start,) = struct.unpack_from(f"{order}I", block, 4)
    (n,) = struct.unpack_from(f"{order}H", block, start)
    found = []
    for at in range(start + 2, start + 2 + 12 * n, 12):
        tag, kind, size, place = struct.unpack_from(f"{order}HHII", block, at)
        if tag in _TAGS and kind == _ASCII:
            place = place if size > 4 else at + 8
            text = block[place : place + size].partition(b"\0")[0].decode("ascii", "replace")
            if text.strip(" *"):
                found.append((_TAGS[tag], text.strip()))
    return found
