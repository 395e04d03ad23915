"""Where the frames of a video file are: their stamps, and from where each can be decoded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class VideoIndex:
    """Stamps of a file's packets, in ticks of its stream.

    Attributes:
        stamps: when the frames that are shown are shown, in their order.
        keys: when the key frames are shown and when they are decoded, in their order.
    """

    stamps: tuple[int, ...]
    keys: tuple[tuple[int, int], ...]

    def number(self, stamp: int) -> int:
        """Return the number of the frame that is shown at a stamp or next after it."""
        return bisect_left(self.stamps, stamp)

    def seek_to(self, number: int) -> int:
        """Return where to seek so that a frame and what it builds on are decoded.

        FFmpeg goes to the last key frame before: in some files the last one shown, in others the
        last one decoded. That may be one shown too late, as frames that build on others both ways
        are decoded early; so the stamp lies before the next key frame is decoded.
        """
        shown = self.stamps[number]
        later = bisect_right(self.keys, (shown, shown))
        return min([shown, *(decoded - 1 for _, decoded in self.keys[later : later + 1])])


def read_index(container: Any, broken: type[Exception]) -> VideoIndex:
    """Return the index of the first video stream of an opened file, by its packets.

    Args:
        container: of PyAV, freshly opened.
        broken: what it raises where the file ends early; what comes before is the index.
    """
    stamps: list[int] = []
    keys: list[tuple[int, int]] = []
    try:
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is None or not packet.size:
                continue
            if packet.is_keyframe:  # hidden ones, too: they are met all the same
                keys.append((packet.pts, packet.pts if packet.dts is None else packet.dts))
            if not packet.is_discard:
                stamps.append(packet.pts)
    except broken:
        pass
    return VideoIndex(tuple(sorted(stamps)), tuple(sorted(keys)))
