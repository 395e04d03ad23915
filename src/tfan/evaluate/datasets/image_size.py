"""Height and width of an image file from its first bytes: labels in shares need no more."""

from __future__ import annotations

from pathlib import Path

from tfan.errors import InputError
from tfan.evaluate.datasets.faces import BadEntryError
from tfan.io import read_image

_START = 1 << 16  # bytes; camera data before the size of a JPEG may be longer, then it is decoded
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def image_hw(path: Path) -> tuple[int, int]:
    """Return the height and width of an image in pixels.

    Raises:
        BadEntryError: there is no image.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError as error:
        raise BadEntryError(f"{path.name}: {error.strerror or error}") from None
    found = _png_hw(start) or _jpeg_hw(start)
    if found is not None:
        return found
    try:
        image = read_image(path)
    except InputError as error:
        raise BadEntryError(str(error)) from None
    return int(image.shape[0]), int(image.shape[1])


def _png_hw(start: bytes) -> tuple[int, int] | None:
    if not start.startswith(_PNG) or len(start) < 24:
        return None
    return int.from_bytes(start[20:24], "big"), int.from_bytes(start[16:20], "big")


def _jpeg_hw(start: bytes) -> tuple[int, int] | None:
    if not start.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(start) and start[at] == 0xFF:
        if start[at + 1] in _JPEG_SIZES:
            sides = start[at + 5 : at + 7], start[at + 7 : at + 9]
            height, width = (int.from_bytes(side, "big") for side in sides)
            return height, width
        at += 1 if start[at + 1] == 0xFF else 2 + int.from_bytes(start[at + 2 : at + 4], "big")
    return None
