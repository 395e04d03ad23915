"""Compressed images that stand inside other files."""

from __future__ import annotations

import numpy as np

from tfan._optional import require
from tfan.io.recording import UnreadableError
from tfan.types import AnyArray

EXTRA = "io"
_PADDING_BYTES = 64


def decode_png(data: bytes) -> AnyArray:
    """Return the values of a PNG image, (H, W) or with channels.

    Raises:
        UnreadableError: it is cut short or damaged.
    """
    import cv2

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or b"IEND" not in data:
        raise UnreadableError("a PNG that is cut short")
    values: AnyArray = image
    return values


def decode_jpeg_ls(data: bytes) -> AnyArray:
    """Return the values (H, W) uint16 of a JPEG-LS image.

    Raises:
        UnreadableError: it is cut short or damaged.
        MissingExtraError: no decoder is installed.
    """
    if b"\xff\xd9" not in data[-_PADDING_BYTES:]:
        raise UnreadableError("a frame that is cut short")
    jpeg_ls = require("jpeg_ls", extra=EXTRA, purpose="Reading FLIR CSQ")
    try:
        values: AnyArray = np.asarray(jpeg_ls.decode(np.frombuffer(data, np.uint8)))
    except (RuntimeError, ValueError) as error:
        raise UnreadableError(f"JPEG-LS that cannot be decoded ({error})") from error
    return values
