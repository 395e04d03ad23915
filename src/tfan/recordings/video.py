"""Pictures one after the other into a video file: PyAV with true times, else OpenCV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from tfan.errors import InputError
from tfan.types import AnyArray

_CLOCK = 1000  # ticks a second
_CODECS = ("libx264", "h264", "mpeg4")  # the first that this build of FFmpeg has
_QUALITY = {"libx264": {"crf": "20", "preset": "veryfast"}}


class VideoFile(Protocol):
    """A video that is being written."""

    def add(self, picture: AnyArray, time_s: float) -> None:
        """Append an RGB picture (H, W, 3); NaN as its time puts it one frame after the last."""


@contextmanager
def open_video(path: Path, rate_hz: float) -> Iterator[VideoFile]:
    """Open an MP4 file to be written, whatever its suffix.

    Args:
        path: of the file.
        rate_hz: pictures a second where they tell no times.
    """
    kind = _AvFile if find_spec("av") is not None else _OpenCvFile
    video = kind(path, rate_hz)
    try:
        yield video
    finally:
        video.close()


def even(picture: AnyArray) -> AnyArray:
    """Return a picture whose sides are even, as codecs want them: a black line is added."""
    height, width = picture.shape[:2]
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)))


class _AvFile:
    def __init__(self, path: Path, rate_hz: float) -> None:
        import av

        self._av: Any = av
        self._container: Any = av.open(str(path), "w", format="mp4")
        self._rate_hz, self._tick = rate_hz, -1
        self._stream: Any = None

    def add(self, picture: AnyArray, time_s: float) -> None:
        picture = even(picture)
        if self._stream is None:
            self._stream = self._begun(picture)
        after = self._tick + round(_CLOCK / self._rate_hz) if self._tick >= 0 else 0
        tick = after if np.isnan(time_s) else round(time_s * _CLOCK)
        self._tick = max(tick, self._tick + 1)
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts, frame.time_base = self._tick, Fraction(1, _CLOCK)
        self._container.mux(self._stream.encode(frame))

    def _begun(self, picture: AnyArray) -> Any:
        name = next(name for name in _CODECS if name in self._av.codecs_available)
        stream = self._container.add_stream(name, rate=_CLOCK, options=_QUALITY.get(name, {}))
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, _CLOCK)
        stream.codec_context.time_base = Fraction(1, _CLOCK)
        return stream

    def close(self) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode())
        self._container.close()


class _OpenCvFile:
    """Without PyAV: pictures at a steady rate, their times are lost."""

    def __init__(self, path: Path, rate_hz: float) -> None:
        self._path, self._rate_hz = path, rate_hz
        self._named = path.with_name(path.name + ".mp4")  # OpenCV asks the suffix
        self._writer: Any = None

    def add(self, picture: AnyArray, time_s: float) -> None:
        del time_s
        picture = even(picture)
        if self._writer is None:
            code = cv2.VideoWriter.fourcc(*"mp4v")
            size = (picture.shape[1], picture.shape[0])
            self._writer = cv2.VideoWriter(str(self._named), code, self._rate_hz, size)
            if not self._writer.isOpened():
                fix = "Install the extra 'io'."
                raise InputError("overlay", expected="a codec for MP4", got="none", fix=fix)
        self._writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()
        if self._named.exists():
            self._named.replace(self._path)
        else:
            self._path.touch()
