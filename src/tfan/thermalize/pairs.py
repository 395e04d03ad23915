"""Colour images with what is known of each: the thermal image of the same scene, its parts.

Layout of T-FAKE and FaceSynthetics, one scene a name: NAME.png in colour, NAME_thermal.png with 16
bits (65535 = 40 degrees Celsius, 0 = 20), NAME_seg.png with the class numbers of
tfan.thermal.segments. Either of the last two may be missing; thermal images may stand in a folder
of their own, as T-FAKE's packs do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.evaluate.datasets.tfake_images import read_segmentation, read_thermal
from tfan.io.images import read_image
from tfan.io.paths import expand
from tfan.thermal.interpret import interpret, to_celsius
from tfan.thermal.segments import IGNORED, WINDOW_CELSIUS
from tfan.types import AnyArray, Array

Bytes = npt.NDArray[np.uint8]

THERMAL, SEGMENTS = "_thermal.png", "_seg.png"
_SUFFIXES = (".png", ".jpg", ".jpeg")
_BESIDE = ("_thermal", "_seg", "_celsius")  # ends of names that stand beside the colour image


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One scene.

    Attributes:
        name: of the colour image, without its ending.
        rgb: (H, W, 3) red, green, blue.
        shares: (H, W) temperatures as shares of 20..40 degrees Celsius; NaN = not measured.
        segments: (H, W) class numbers; 255 = unknown.
    """

    name: str
    rgb: Bytes
    shares: Array
    segments: Bytes


@dataclass(frozen=True, slots=True)
class PairFolder:
    """Scenes that a folder holds; each is read when it is asked for.

    Attributes:
        folder: of the colour images and the segmentations.
        thermal: of the thermal images.
        files: names of the colour images.
    """

    folder: Path
    thermal: Path
    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.files)

    def read(self, index: int) -> Pair:
        """Return one scene.

        Raises:
            InputError: a file is damaged, or the files are not of one size.
        """
        path = self.folder / self.files[index]
        rgb = read_rgb(path)
        hw = rgb.shape[:2]
        thermal, parts = self.thermal / (path.stem + THERMAL), self.folder / (path.stem + SEGMENTS)
        shares = np.full(hw, np.nan, np.float32)
        if thermal.is_file():
            shares = to_shares(read_thermal(thermal))
        segments = read_segmentation(parts) if parts.is_file() else np.full(hw, IGNORED, np.uint8)
        for what, array in ((thermal, shares), (parts, segments)):
            if array.shape != hw:
                raise InputError(str(what), expected=f"the size of {path.name}, {hw}",
                                 got=str(array.shape))  # fmt: skip
        return Pair(path.stem, rgb, shares, segments)


def open_pairs(folder: Path, *, thermal: Path | None = None) -> PairFolder:
    """Return the scenes of a folder, in the order of their names.

    Args:
        folder: with colour images, and what belongs to them.
        thermal: folder of the thermal images, when they stand apart.

    Raises:
        InputError: there is no such folder, or no colour image in it.
    """
    for given in (folder, thermal or folder):
        if not given.is_dir():
            raise InputError("data", expected="a folder of images", got=f"no folder {given}")
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if is_colour_name(entry.name))
    if not names:
        raise InputError(str(folder), expected="colour images such as 000000.png", got="none",
                         fix="Generate some with tfan synth generate --layout tfake.")  # fmt: skip
    return PairFolder(folder, thermal or folder, tuple(names))


def is_colour_name(name: str) -> bool:
    """Whether a file of that name is a colour image of a scene."""
    hidden = name.startswith(".")
    return PurePath(name).suffix.lower() in _SUFFIXES and not stands_beside(name) and not hidden


def stands_beside(name: str) -> bool:
    """Whether a file of that name belongs to a colour image, and is none."""
    return PurePath(name).stem.endswith(_BESIDE)


def read_rgb(path: Path) -> Bytes:
    """Return the (H, W, 3) red, green, blue of an 8-bit image file; grey ones get three."""
    image = read_image(path)
    if image.dtype != np.uint8:
        raise InputError(str(path), expected="an 8-bit colour image", got=str(image.dtype))
    if image.ndim == 2:
        return np.repeat(image[..., None], 3, axis=2)
    return np.ascontiguousarray(image[..., 2::-1])


def to_shares(celsius: AnyArray) -> Array:
    """Return temperatures as shares of the window; those outside lie below 0 or above 1."""
    low, high = WINDOW_CELSIUS
    return ((celsius - low) / (high - low)).astype(np.float32)


def to_degrees(shares: AnyArray) -> Array:
    """Return the degrees Celsius of shares of the window."""
    low, high = WINDOW_CELSIUS
    return (shares * (high - low) + low).astype(np.float32)


def open_patches(folder: Path) -> list[Path]:
    """Return the thermal images of a folder, from which patches may be drawn without pairs.

    In a folder of T-FAKE's form those are the files NAME_thermal.png alone, else every image.

    Raises:
        InputError: there is no such folder, or no image in it.
    """
    paths = [path for path in expand([folder]) if path.is_file()] if folder.is_dir() else []
    if not paths:
        raise InputError("patches", expected="a folder of thermal images", got=str(folder))
    return [path for path in paths if path.name.endswith(THERMAL)] or paths


def read_stray(path: Path) -> Array:
    """Return (H, W) shares of a thermal image of T-FAKE's form, or of any that tells Celsius."""
    if path.name.endswith(THERMAL):
        return to_shares(read_thermal(path))
    image = read_image(path)
    reading = interpret(image)
    if reading.meaning != "temperature" or image.ndim != 2:
        raise InputError(str(path), expected="temperatures", got=reading.unit,
                         fix="Give radiometric images: degrees are compared.")  # fmt: skip
    return to_shares(to_celsius(image, reading))


def squared(array: AnyArray, *, side_px: int) -> AnyArray:
    """Return the middle square of an image at another side; classes are never mixed."""
    height, width = array.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(array[top : top + side, left : left + side])
    if side == side_px:
        return square
    whole = array.dtype == np.uint8 and array.ndim == 2
    way = cv2.INTER_NEAREST if whole else cv2.INTER_AREA if side > side_px else cv2.INTER_LINEAR
    resized: Any = cv2.resize(square, (side_px, side_px), interpolation=way)
    return np.asarray(resized)


def split(count: int, *, every: int) -> tuple[list[int], list[int]]:
    """Return the numbers of the scenes to train on, and of every so many-th, held out."""
    held = set(_held_out(count, every))
    return [index for index in range(count) if index not in held], sorted(held)


def _held_out(count: int, every: int) -> Iterable[int]:
    return range(every - 1, count, every) if every > 0 else ()
