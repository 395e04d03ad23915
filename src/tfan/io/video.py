"""Video files through PyAV: 8 bits in colour or grey, up to 16 bits in grey, with true times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tfan._optional import require
from tfan.errors import InputError
from tfan.io.decode import EXTRA
from tfan.io.ffv1 import Checksums, checksums_hold
from tfan.io.recording import Damage, Stored, UnreadableError, Wishes
from tfan.io.video_index import VideoIndex, read_index
from tfan.types import AnyArray

_LOOKED_AT = 3  # packets
_LAST_FRAMES = 2.0  # the last one may stay for so many


def open_video(path: Path, wishes: Wishes) -> Video:
    """Open a video file.

    Raises:
        InputError: no video in it, or it is too damaged to begin.
        MissingExtraError: PyAV is not installed.
    """
    del wishes
    av = require("av", extra=EXTRA, purpose="Reading video")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise InputError(str(path), expected="a video", got="a file without pictures")
        return Video(path, av)
    except (av.FFmpegError, OSError, AttributeError, UnicodeDecodeError) as error:
        got = f"one that cannot be opened: it is cut short, damaged or no video ({error})"
        raise InputError(str(path), expected="a whole video file", got=got) from error


class Video:
    """Frames of one video file; each pass over them opens it anew.

    What an edit list hides, as in trimmed files, is decoded where others build on it; it is no
    frame and has no number.
    """

    def __init__(self, path: Path, av: Any) -> None:
        self._path, self._av = path, av
        self._index: VideoIndex | None = None
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            codec, pixels = stream.codec_context.name, stream.codec_context.pix_fmt
            self._tick_s = float(stream.time_base)
            self._promise = _promise(path, container, stream)
            self.kind = f"video ({codec}, {pixels})"
            self._summed = _has_checksums(container, av) if codec == "ffv1" else None

    @property
    def n_frames(self) -> int:
        """Frames by their packets, and one for an end that is missing."""
        stamps = self._known_index().stamps
        last_s = stamps[-1] * self._tick_s if stamps else 0.0
        return len(stamps) + self._promise.broken_by(len(stamps), last_s)

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the frames from a number on; those that the decoder had to patch are a Damage."""
        if start and start >= self.n_frames:
            return
        index, last_s = start, 0.0
        with self._av.open(str(self._path)) as container:
            stream = container.streams.video[0]
            # threads that work on later frames meanwhile lose the error of a file's last packet
            stream.thread_type = "SLICE"
            pictures = self._pictures(container, stream)
            if start:
                pictures = self._after_seek(container, stream, pictures, start)
            for picture in pictures:
                if isinstance(picture, str):
                    yield Damage(index, picture)
                    index += 1
                else:
                    last_s = (picture.pts or 0) * self._tick_s  # even of a damaged one
                    yield self._stored(picture, index)
                    index += 1
        if self._promise.broken_by(index, last_s):
            yield Damage(index, f"the end before {self._promise.text}")

    def close(self) -> None:
        """Nothing is held open between passes."""

    def _pictures(self, container: Any, stream: Any) -> Iterator[Any]:
        """Yield decoded pictures, and a sentence for each packet that cannot be decoded."""
        sums = None if self._summed is None else Checksums(self._summed)
        try:
            for packet in container.demux(stream):
                if sums is not None and packet.size:
                    sums.add(bytes(packet), packet.pts, key=packet.is_keyframe)
                try:
                    for picture in packet.decode():
                        doubted = sums is not None and sums.doubt(picture.pts)
                        yield _Doubted(picture.pts) if doubted else picture
                except self._av.FFmpegError as error:
                    if not packet.is_discard:  # what is not shown has no number to lose
                        yield f"a frame that cannot be decoded ({error})"
        except self._av.FFmpegError as error:
            yield f"a file that ends early or is damaged ({error})"

    def _stored(self, picture: Any, index: int) -> Stored | Damage:
        if isinstance(picture, _Doubted):
            return Damage(index, "a frame whose checksum is wrong")
        if picture.is_corrupt:
            return Damage(index, "a frame that the decoder had to patch")
        try:
            values = _values(picture)
        except UnreadableError as error:
            return Damage(index, str(error))
        clock_s = None if picture.pts is None else picture.pts * self._tick_s
        return Stored(index, values, clock_s)

    def _after_seek(
        self, container: Any, stream: Any, pictures: Iterator[Any], start: int
    ) -> Iterator[Any]:
        """Yield pictures from a number on, those before it decoded only as others build on them.

        Where the wanted one cannot be decoded, a sentence stands for it and each that it cost.
        """
        index = self._known_index()
        if start >= len(index.stamps):
            return
        container.seek(index.seek_to(start), stream=stream, backward=True)
        said = "a frame that cannot be decoded"
        for picture in pictures:
            if isinstance(picture, str):
                said = picture
            elif picture.pts is None or picture.pts >= index.stamps[start]:
                at = start if picture.pts is None else index.number(picture.pts)
                yield from [said] * (at - start)
                yield picture
                yield from pictures
                return
        yield said

    def _known_index(self) -> VideoIndex:
        if self._index is None:
            with self._av.open(str(self._path)) as container:
                self._index = read_index(container, self._av.FFmpegError)
        return self._index


def _has_checksums(container: Any, av: Any) -> bool:
    """Whether one of the first packets of FFV1 has right checksums."""
    with suppress(av.FFmpegError):  # told where the frames are read
        packets = islice(container.demux(video=0), _LOOKED_AT)
        return any(checksums_hold(bytes(packet)) for packet in packets if packet.size)
    return False


@dataclass(frozen=True, slots=True)
class _Doubted:
    """A frame whose packet was damaged.

    Attributes:
        pts: its time stamp.
    """

    pts: int | None


@dataclass(frozen=True, slots=True)
class _Promise:
    """What a header says of the whole; only where that kind of header can be believed."""

    frames: int = 0
    seconds: float = 0.0
    whole: bool = True
    text: str = ""

    def broken_by(self, n: int, last_s: float) -> bool:
        """Whether a pass that ended after n frames, at a time, had less than was promised."""
        return not self.whole or n < self.frames or last_s < self.seconds


def _promise(path: Path, container: Any, stream: Any) -> _Promise:
    kind = container.format.name
    if kind == "avi":  # its number of frames counts empty ones; the size of its RIFF does not lie
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8)[4:], "little") + 8
        return _Promise(whole=size <= path.stat().st_size, text=f"{size} bytes")
    if "matroska" in kind:
        seconds = (container.duration or 0) / 1e6
        last_s = seconds - _LAST_FRAMES / float(stream.average_rate or 1)
        return _Promise(seconds=last_s, text=f"{seconds:.2f} s")
    n = _shown(stream)
    return _Promise(frames=n, text=f"{n} frames")


def _shown(stream: Any) -> int:
    """Return how many frames a header promises, without those that an edit list hides.

    Trimming a video need not rewrite it: an edit list says what to show, and the header goes on
    counting everything. The index knows which of them are read and, of these, which are only there
    for others to build on.
    """
    index = stream.index_entries
    if not stream.frames or not len(index):
        return int(stream.frames)
    return sum(not entry.is_discard for entry in index)


def _values(picture: Any) -> AnyArray:
    """Return (H, W) of grey pictures in all their bits, (H, W, 3) blue, green, red of others."""
    layout = picture.format
    if layout.name.startswith("gray"):
        return _grey(picture, layout.components[0].bits)
    if layout.components[0].bits > 8:
        raise UnreadableError(f"{layout.name}: colours of more than 8 bits")
    values: AnyArray = picture.to_ndarray(format="bgr24")
    return values


def _grey(picture: Any, bits: int) -> AnyArray:
    plane = picture.planes[0]
    name = picture.format.name
    if name.startswith("grayf"):
        raise UnreadableError(f"{name}: floating point video")
    item = np.dtype("u1") if bits <= 8 else np.dtype(">u2" if name.endswith("be") else "<u2")
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: picture.height]
    wide = rows[:, : picture.width * item.itemsize]
    values = np.ascontiguousarray(wide).view(item)
    return values.astype(item.newbyteorder("="))
