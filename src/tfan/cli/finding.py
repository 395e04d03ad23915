"""One image file -> the faces in it, with temperatures where the file has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tfan.cli.landmarker import Landmarker
from tfan.cli.results import Found
from tfan.errors import InputError
from tfan.io import Frame, open_source, read_image
from tfan.models.wanted import Wanted
from tfan.thermal.interpret import Reading, to_celsius
from tfan.thermal.plane import prepare
from tfan.types import AnyArray, Array

_EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked of each image.

    Attributes:
        mode: "auto", "temperature" or "pixel".
        wanted: which faces.
        overlay: folder of the pictures, None for none.
        verbose: say how each image was read.
        reading: keyword arguments of `open_source`.
    """

    mode: str = "auto"
    wanted: Wanted = _EVERYTHING
    overlay: Path | None = None
    verbose: bool = False
    reading: Mapping[str, Any] = field(default_factory=dict)


def find(landmarker: Landmarker, path: Path, asked: Asked) -> Found:
    """Return the faces of one image file.

    Raises:
        InputError: it cannot be read, or is a recording.
    """
    frame = _frame(path, asked.reading)
    image, mode = _image(frame, asked.mode)
    plane = prepare(image, mode)
    celsius, reading = _celsius(frame, mode, plane.reading)
    wanted = asked.wanted
    faces = landmarker.detect(
        image,
        mode,
        min_score=wanted.min_score,
        min_size_px=wanted.min_size_px,
        max_faces=wanted.max_faces,
    )
    return Found(path, plane.values, celsius, reading, faces)


def _frame(path: Path, reading: Mapping[str, Any]) -> Frame:
    if not path.is_file():  # nothing, or a folder or pattern without images
        read_image(path)  # says which
    with open_source(path, **reading) as source:
        n = source.n_frames
        frames = list(islice(source.frames(), 2)) if n is None or n <= 1 else []
        if len(frames) == 1:
            return frames[0]
        if n == 0 or (n is None and not frames):
            raise InputError(str(path), expected="one image", got=f"no frames ({source.kind})")
        raise InputError(
            str(path),
            expected="one image",
            got=f"{'several' if n is None else n} frames ({source.kind})",
            fix="tfan track follows the people in recordings.",
        )


def _image(frame: Frame, mode: str) -> tuple[AnyArray, str]:
    """Return what the networks are to see, and how they are to take it.

    Values go as they are stored wherever tfan would read them so by itself: a file that states
    its unit, or a user who does, may mean another one than the numbers look like.
    """
    reading = frame.reading
    if mode != "auto":
        return frame.values, mode
    if reading.scale is None:
        return frame.values, "pixel" if reading.reason.startswith("unit=") else mode
    alone = prepare(frame.values, mode).reading
    alike = (alone.scale, alone.offset) == (reading.scale, reading.offset)
    return frame.values if alike else frame.celsius(), mode


def _celsius(frame: Frame, mode: str, seen: Reading) -> tuple[Array | None, Reading]:
    """Return the temperatures of a frame, and what is believed of its numbers."""
    if mode == "pixel":
        return None, seen
    if frame.reading.scale is not None:
        return frame.celsius(), frame.reading
    if seen.meaning == "temperature":  # told to be
        return to_celsius(frame.values, seen), seen
    return None, frame.reading
