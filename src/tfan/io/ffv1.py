"""Checksums of FFV1 packets: FFmpeg puts older pixels where one is wrong, and does not say so.

Layout by RFC 9043: a packet of version 3 is slices one after another, each ends with its size in 3
bytes and, where checksums are written, a status byte and a CRC-32 of all of it, such that the CRC
with it is 0.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

_FOOTER_BYTES, _SIZE_BYTES = 8, 3
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))  # zlib's CRC runs backwards
_ZERO = 0xFFFFFFFF  # how zlib writes a register of 0


@dataclass(slots=True)
class Checksums:
    """What the checksums of a stream have told so far.

    Attributes:
        written: whether the stream has any: only then they can be wrong.
        broken: whether a packet since the last key frame was: what follows builds on it.
        times: time stamps of frames that are not to be believed.
    """

    written: bool
    broken: bool = False
    times: set[int | None] = field(default_factory=set)

    def add(self, packet: bytes, time: int | None, *, key: bool) -> None:
        """Take in the next packet."""
        right = not self.written or checksums_hold(packet)
        self.broken = not right or (self.broken and not key)
        if self.broken:
            self.times.add(time)

    def doubt(self, time: int | None) -> bool:
        """Whether the frame of that time is not to be believed; asked once for each."""
        doubted = time in self.times
        self.times.discard(time)
        return doubted


def checksums_hold(packet: bytes) -> bool:
    """Whether a packet is slices with right checksums."""
    end = len(packet)
    while end >= _FOOTER_BYTES:
        footer = end - _FOOTER_BYTES
        start = footer - int.from_bytes(packet[footer : footer + _SIZE_BYTES], "big")
        if (
            not 0 <= start < footer
            or zlib.crc32(packet[start:end].translate(_MIRRORED), _ZERO) != _ZERO
        ):
            return False
        end = start
    return end == 0 and len(packet) > 0
