"""One image file to one array as stored, and pictures to PNG.

Nothing is scaled or guessed here: 16-bit counts stay counts, Celsius stays Celsius. What the
numbers mean is decided, aloud, by tfan.thermal.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.io.files import replace_file
from tfan.io.paths import SUFFIXES, left_out

Image = npt.NDArray[Any]

_READABLE = f"an image ({', '.join(SUFFIXES)})"
_NPY = b"\x93NUMPY"
_PNG_END = b"IEND\xaeB`\x82"  # the name of the last chunk and its check sum
_SIGNS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}


def read_image(path: str | Path) -> Image:
    """Return the values of an image file as stored; a file of several pages gives the first.

    Returns:
        (H, W) for one channel, (H, W, 3) blue, green, red as OpenCV has them, or (H, W, 4) with
        alpha; uint8, uint16, float32 or float64 from pictures, and whatever an NPY file holds.

    Raises:
        InputError: no such file, no image in it, or the file ends early.
    """
    path = Path(path)
    data = _read_bytes(path)
    if data.startswith(_NPY):
        return _decode_npy(path, data)
    kind = next((name for sign, name in _SIGNS.items() if data.startswith(sign)), None)
    if kind is None:
        got = f"a file that starts with {data[:12]!r}" if data else "an empty file"
        raise InputError(str(path), expected=_READABLE, got=got)
    image = None if _ends_early(kind, data) else _decode(data)
    if image is None:
        raise InputError(
            str(path),
            expected=f"a whole {kind} file",
            got=f"{len(data)} bytes that cannot be decoded: it is cut short or damaged",
            fix="Copy it again from where it came from.",
        )
    return image


def write_png(path: str | Path, picture: npt.NDArray[np.uint8]) -> None:
    """Write an (H, W) or (H, W, 3) RGB picture; a half-written file never has the name.

    Raises:
        InputError: the folder cannot be written to.
    """
    import cv2

    path = Path(path)
    done, data = cv2.imencode(".png", picture[..., ::-1] if picture.ndim == 3 else picture)
    if not done:
        raise InputError(str(path), expected="a picture to encode", got=f"{picture.shape}")
    replace_file(path, lambda beside: beside.write_bytes(data.tobytes()), kind="picture")


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            next(path.iterdir(), None)  # says so where the folder must not be listed
            expected = f"{_READABLE} in this folder"
            raise InputError(str(path), expected=expected, got="none", fix=left_out(path))
        return path.read_bytes()
    except FileNotFoundError:
        expected = "a file, a folder or a pattern that matches"
        fix = left_out(path)
        raise InputError(str(path), expected=expected, got="nothing there", fix=fix) from None
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected="a file that can be read", got=got) from error


def _decode_npy(path: Path, data: bytes) -> Image:
    try:
        values: Image = np.load(BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise InputError(
            str(path),
            expected="a whole NPY file of numbers",
            got=f"one that NumPy refuses: {error}",
        ) from error
    return values


def _decode(data: bytes) -> Image | None:
    import cv2

    try:
        image: Image | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return image


def _ends_early(kind: str, data: bytes) -> bool:
    """Say whether the closing mark is missing: some decoders fill the rest with grey."""
    if kind == "PNG":
        return _PNG_END not in data
    if kind == "JPEG":
        scan = _jpeg_scan_start(data)
        return scan is None or data.find(b"\xff\xd9", scan) < 0
    return False


def _jpeg_scan_start(data: bytes) -> int | None:
    """Return where the compressed values begin: previews in the header end with the mark too."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:
            return at
        if data[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
