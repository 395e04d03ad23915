"""The images of T-FAKE: 16 bits to degrees Celsius, and the class of each pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.evaluate.datasets.channel import read_channel
from tfan.thermal.segments import IGNORED, SEGMENTS, WINDOW_CELSIUS
from tfan.types import Array

_LEVELS = 65535.0


def read_thermal(path: Path) -> Array:
    """Return an (H, W) thermal image of T-FAKE in degrees Celsius.

    Raises:
        InputError: no such image, or not one channel of 16 bits.
    """
    image = read_channel(path, bits=16)
    low, high = WINDOW_CELSIUS
    celsius: Array = (low + image.astype(np.float32) * np.float32((high - low) / _LEVELS)).astype(
        np.float32
    )
    return celsius


def read_segmentation(path: Path) -> npt.NDArray[np.uint8]:
    """Return the (H, W) class of each pixel.

    Raises:
        InputError: no such image, or it holds other numbers than the classes'.
    """
    image = read_channel(path, bits=8)
    strange = np.setdiff1d(np.unique(image), [*(one.number for one in SEGMENTS), IGNORED])
    if len(strange):
        expected = f"classes 0 to {SEGMENTS[-1].number} and {IGNORED}"
        raise InputError(str(path), expected=expected, got=str(strange[:5].tolist()))
    return image
