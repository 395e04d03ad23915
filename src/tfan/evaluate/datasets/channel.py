"""Images of one channel and a known width, as data sets store temperatures and classes."""

from __future__ import annotations

from pathlib import Path

from tfan.errors import InputError
from tfan.io import read_image
from tfan.types import AnyArray


def read_channel(path: Path, *, bits: int) -> AnyArray:
    """Return an (H, W) image of unsigned integers of that many bits.

    Raises:
        InputError: no such image, or another one.
    """
    image = read_image(path)
    if image.dtype != f"uint{bits}" or image.ndim != 2:
        got = f"{image.dtype} {image.shape}"
        raise InputError(str(path), expected=f"one channel of {bits} bits", got=got)
    return image
