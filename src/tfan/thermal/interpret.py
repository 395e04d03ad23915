"""What the numbers of an image mean, decided aloud: every reading says why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np

from tfan.errors import InputError
from tfan.thermal.palettes import Match, Order, eight_bit_colours, recognise
from tfan.thermal.sample import SAMPLE_PX, sorted_sample
from tfan.types import AnyArray, Array

Mode = Literal["auto", "temperature", "pixel"]
Channels = Literal["one", "grey", "palette", "luminance"]

MODES = ("auto", "temperature", "pixel")
ABSOLUTE_ZERO_CELSIUS = -273.15
MIN_SIDE_PX = 16  # below, no face has enough pixels to be one
_BULK = (0.05, 0.5, 0.95)  # what most pixels show; burning or dead ones are fewer
_GREY_SPREAD = 12  # levels between channels that JPEG may bring into a grey picture
_GREY_SHARE = 0.9  # of the pixels must be grey; text and cross-hairs may be coloured
_SHAPE = "(height, width) or (height, width, 1, 3 or 4)"
_LEVELS_8BIT = 255.0


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that temperatures are stored in; degC = value * scale + offset.

    Attributes:
        bulk_celsius: range that must hold the 5th to 95th percentile to recognise the unit.
    """

    name: str
    scale: float
    offset: float
    bulk_celsius: tuple[float, float]

    def holds(self, bulk: tuple[float, float, float]) -> bool:
        """Whether percentiles in this unit would be temperatures around a face."""
        low, _, high = (value * self.scale + self.offset for value in bulk)
        return self.bulk_celsius[0] <= low and high <= self.bulk_celsius[1]


UNITS = (
    Unit("degrees Celsius", 1.0, 0.0, (-50.0, 80.0)),
    Unit("kelvin", 1.0, ABSOLUTE_ZERO_CELSIUS, (-50.0, 120.0)),
    Unit("centikelvin", 0.01, ABSOLUTE_ZERO_CELSIUS, (-50.0, 120.0)),
    Unit("decikelvin", 0.1, ABSOLUTE_ZERO_CELSIUS, (-50.0, 120.0)),
)
_WHOLE_UNITS = UNITS[2:]  # integers: whole degrees would be too coarse to show a face


@dataclass(frozen=True, slots=True)
class Reading:
    """How an image was read, and why.

    Attributes:
        meaning: "temperature" or "pixel" (only brightness).
        unit: "degrees Celsius", "kelvin", "centikelvin", "decikelvin", "8-bit levels",
            "0..1" or "counts".
        reason: one clause that a person can check.
        channels: where the one value per pixel came from.
        scale: degrees Celsius per unit, None without temperature.
        offset: degrees Celsius at value 0, None without temperature.
        palette: what was recognised, when channels is "palette".
    """

    meaning: Literal["temperature", "pixel"]
    unit: str
    reason: str
    channels: Channels = "one"
    scale: float | None = None
    offset: float | None = None
    palette: Match | None = None


def interpret(image: Any, mode: str = "auto") -> Reading:
    """Decide what the values of an image mean.

    Args:
        image: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) numbers of any width and byte order;
            colours in the order red, green, blue or the reverse; alpha is not looked at.
        mode: "auto" decides by the values; "temperature" and "pixel" are taken at their word.
    """
    array = as_image(image)
    check_mode(mode)
    if array.ndim == 3:
        return read_colours(array, mode)
    return read_values(array.dtype, sorted_sample(array), mode)


def check_mode(mode: str) -> None:
    """Raise the sentence that lists the modes unless mode is one of them."""
    if mode not in MODES:
        raise InputError("mode", expected=" or ".join(map(repr, MODES)), got=repr(mode))


def as_image(image: Any) -> AnyArray:
    """Return the image as (H, W) or (H, W, 3) real numbers in native byte order, or say why not.

    Masked pixels become NaN. Nothing is copied unless it must be.
    """
    if isinstance(image, np.ma.MaskedArray):
        image = np.ma.filled(image.astype(np.float32), np.nan)
    array = _as_numbers(image)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    elif array.ndim == 3 and array.shape[2] == 4:
        array = array[:, :, :3]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3):
        raise InputError("image", expected=f"shape {_SHAPE}", got=str(np.shape(image)))
    if min(array.shape[:2]) < MIN_SIDE_PX:
        least = f"at least {MIN_SIDE_PX} x {MIN_SIDE_PX} pixels"
        raise InputError("image", expected=least, got=f"shape {array.shape}")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def to_celsius(values: AnyArray, reading: Reading) -> Array:
    """Return values (...) in degrees Celsius, float32; only for a reading of temperatures."""
    if reading.scale is None or reading.offset is None:
        raise InputError(
            "image",
            expected="temperatures",
            got=f"{reading.unit}: {reading.reason}",
            fix="Frames of tfan.io.open_source have them, of FLIR's JPEG files too.",
        )
    celsius: Array = (values * np.float64(reading.scale) + reading.offset).astype(np.float32)
    return celsius


def _as_numbers(image: Any) -> AnyArray:
    try:
        array: AnyArray = np.asarray(image)
        if array.dtype == object and array.ndim:
            array = np.array(array.tolist())  # Python numbers, as the published package takes them
    except (TypeError, ValueError, OverflowError) as error:  # unequal lengths, tensors on a GPU
        got = f"{type(image).__name__} ({str(error).splitlines()[0]})"
        raise InputError("image", expected="an array of numbers", got=got) from error
    if array.dtype.kind not in "uif":
        fix = "Use image.astype('uint8')." if array.dtype.kind == "b" else ""
        raise InputError("image", expected="real numbers", got=f"dtype {array.dtype}", fix=fix)
    return array


def read_values(dtype: np.dtype[Any], values: AnyArray, mode: str) -> Reading:
    """Return the reading of one channel from its dtype and sorted, finite values (N,)."""
    if mode == "pixel":
        unit_name = _brightness_unit(dtype, values)
        return Reading("pixel", unit_name, "mode='pixel' was asked for")
    low, middle, high = (float(values[int(q * (len(values) - 1) + 0.5)]) for q in _BULK)
    bulk = low, middle, high
    seen = f"{bulk[0]:.6g}..{bulk[2]:.6g} (5th to 95th percentile)"
    unit = _temperature_unit(dtype, values, bulk, mode)
    if unit is not None:
        reason = f"{_name(dtype)} values {seen} fit {unit.name}"
        return Reading("temperature", unit.name, reason, scale=unit.scale, offset=unit.offset)
    name = _brightness_unit(dtype, values)
    reason = f"{_name(dtype)} values {seen} are {name}"
    if mode == "temperature":
        reason = f"{reason}: no temperature unit fits, although mode='temperature' was asked for"
    return Reading("pixel", name, reason)


@cache
def _name(dtype: np.dtype[Any]) -> str:
    """Return the name of a dtype, which numpy puts together anew each time."""
    return dtype.name


def _temperature_unit(
    dtype: np.dtype[Any], values: AnyArray, bulk: tuple[float, float, float], mode: str
) -> Unit | None:
    """Return the unit that the values fit; with mode "temperature" also where it is a guess."""
    candidates: tuple[Unit, ...]
    if mode == "auto" and dtype.kind != "f":
        candidates = _WHOLE_UNITS if dtype.itemsize > 1 else ()
    elif mode == "auto" and _looks_like_levels(values):
        candidates = ()
    else:
        candidates = UNITS
    return next((unit for unit in candidates if unit.holds(bulk)), None)


def _looks_like_levels(values: AnyArray) -> bool:
    """Whether floats are brightness: 0..1, or an 8-bit picture that was made float."""
    low, high = float(values[0]), float(values[-1])
    if low >= 0 and high <= 1:
        return True
    whole = bool((values == np.rint(values)).all())
    eight_bit = low >= 0 and high <= _LEVELS_8BIT
    bright = high > UNITS[0].bulk_celsius[1]  # no scene of whole degrees below that either
    return eight_bit and ((whole and bright) or values[len(values) // 2] > 100)


def _brightness_unit(dtype: np.dtype[Any], values: AnyArray) -> str:
    low, high = float(values[0]), float(values[-1])
    if dtype.kind == "f" and low >= 0 and high <= 1:
        return "0..1"
    return "8-bit levels" if low >= 0 and high <= _LEVELS_8BIT else "counts"


def read_colours(image: AnyArray, mode: str, *, before: Reading | None = None) -> Reading:
    """Return the reading of (H, W, 3) colours.

    Args:
        image: (H, W, 3).
        mode: see `interpret`.
        before: of the frame before in the same recording: the order of its channels is kept unless
            these colours speak clearly against it.
    """
    step = max(1, int((image.shape[0] * image.shape[1] / SAMPLE_PX) ** 0.5))
    first, second, third = np.moveaxis(eight_bit_colours(image[::step, ::step]), 2, 0)
    largest = np.maximum(np.maximum(first, second), third)
    spread = largest - np.minimum(np.minimum(first, second), third)
    grey = float((spread <= _GREY_SPREAD).mean())
    if grey >= _GREY_SHARE:
        reading = Reading(
            "pixel", "8-bit levels", "3 channels alike: grey stored as colour", "grey"
        )
    else:
        told = before.palette if before is not None else None
        usual: Order = "bgr" if told is None else told.order
        match = recognise(eight_bit_colours(image), usual=usual)
        share = f"{match.explained:.0%} of the colours"
        if match.sure:
            why = f"{share} lie on the palette {match.name!r} ({match.order})"
            reading = Reading("pixel", "8-bit levels", why, "palette", palette=match)
        else:
            why = f"no known palette ({match.name!r} explains {share}): luminance"
            reading = Reading("pixel", "8-bit levels", why, "luminance")
    if mode == "temperature":
        why = f"{reading.reason}; colours hold no temperatures, although mode='temperature'"
        reading = replace(reading, reason=f"{why} was asked for")
    return reading
