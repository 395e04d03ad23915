"""An image as the networks' front end wants it: one channel, sound pixels, known contrast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from tfan.thermal.interpret import Reading, as_image, check_mode, read_colours, read_values
from tfan.thermal.normalise import CROP_FLOOR_SHARE
from tfan.thermal.palettes import decode, eight_bit_colours
from tfan.thermal.repair import is_sound, repair
from tfan.thermal.sample import as_float32, sorted_sample
from tfan.types import AnyArray

SCENE_CELSIUS = (-40.0, 60.0)  # flames and freezers outside it do not set the contrast
_SCENE_SHARE = 0.5  # of the pixels must lie inside for that
_FLOOR_CELSIUS = 2.0  # less contrast than that is sensor noise blown up
_FLOOR_LEVELS = 8.0  # of 255
_FLOOR_SHARE = 0.004  # of the largest count: 1 degC or so on 14-bit sensors
_RANKS = (0.01, 0.99)
# What OpenCV resizes as it is.
_NATIVE = frozenset(map(np.dtype, ("uint8", "uint16", "int16", "float32")))


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """One channel of one image.

    Attributes:
        values: (H, W) uint8, uint16, int16 or float32, C order, without NaN, in the image's unit.
        low: 1st percentile.
        high: 99th percentile.
        floor: smallest contrast of the frame that counts.
        reading: what the values mean, and why.
    """

    values: AnyArray
    low: float
    high: float
    floor: float
    reading: Reading

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.values.shape
        return height, width

    @property
    def crop_floor(self) -> float:
        """Smallest contrast that counts within one face."""
        return CROP_FLOOR_SHARE * max(self.high - self.low, self.floor)


def prepare(
    image: Any,
    mode: str = "auto",
    *,
    reading: Reading | None = None,
    like: Plane | None = None,
    before: Reading | None = None,
) -> Plane:
    """Return the plane of an image; the image is not changed.

    Args:
        image: see `tfan.interpret`.
        mode: "auto", "temperature" or "pixel".
        reading: what the values mean, where that is known; else it is decided.
        like: of a frame shortly before in the same recording: its reading and contrast are taken
            over where the values are of its kind and lie near its contrast.
        before: of the colours of the frame before: the order of its channels is kept in doubt.
    """
    check_mode(mode)
    array = as_image(image)
    if like is not None and array.ndim == 2 and array.dtype == like.values.dtype:
        values = np.ascontiguousarray(array)
        if is_sound(values, low=like.low, high=like.high, floor=like.floor):
            return replace(like, values=values)
    if array.ndim == 3:
        reading = reading or read_colours(array, mode, before=before)
        values = _one_channel(array, reading)
        sample = sorted_sample(values)
    else:
        values = array if array.dtype in _NATIVE else as_float32(array)
        values = np.ascontiguousarray(values)
        sample = sorted_sample(values)
        reading = reading or read_values(array.dtype, sample, mode)
    low, high = _contrast(sample, reading)
    floor = _floor(reading, float(sample[-1]))
    return Plane(repair(values, low=low, high=high, floor=floor), low, high, floor, reading)


def _one_channel(colours: AnyArray, reading: Reading) -> AnyArray:
    colours = np.ascontiguousarray(eight_bit_colours(colours))
    if reading.palette is not None:
        return decode(colours, reading.palette)
    grey: AnyArray = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)
    return grey


def _contrast(sample: AnyArray, reading: Reading) -> tuple[float, float]:
    if reading.scale is not None and reading.offset is not None:
        least, most = ((celsius - reading.offset) / reading.scale for celsius in SCENE_CELSIUS)
        if sample[0] < least or sample[-1] >= most:
            first, last = np.searchsorted(sample, [least, most])
            if last - first >= _SCENE_SHARE * len(sample):
                sample = sample[first:last]
    low, high = (float(sample[int(q * (len(sample) - 1) + 0.5)]) for q in _RANKS)
    return low, high


def _floor(reading: Reading, largest: float) -> float:
    if reading.scale is not None:
        return _FLOOR_CELSIUS / reading.scale
    if reading.unit == "8-bit levels":
        return _FLOOR_LEVELS
    if reading.unit == "0..1":
        return _FLOOR_LEVELS / 255
    return _FLOOR_SHARE * abs(largest)
