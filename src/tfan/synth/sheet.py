"""Contact sheets: many samples on one picture, with their labels drawn in, and its file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.io.files import replace_file

Bytes = npt.NDArray[np.uint8]
Arrays = dict[str, npt.NDArray[Any]]

POINT_RGB = (60, 255, 90)
HIDDEN_RGB = (255, 60, 60)
FACE_RGB = (60, 255, 90)
IGNORED_RGB = (255, 200, 0)


def contact_sheet(tiles: Sequence[Bytes], *, columns: int) -> Bytes:
    """Return one RGB picture of (h, w, 3) tiles, row by row; empty places are black."""
    height, width = (max(tile.shape[axis] for tile in tiles) for axis in (0, 1))
    rows = -(-len(tiles) // columns)
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for k, tile in enumerate(tiles):
        top, left = k // columns * height, k % columns * width
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def tile(arrays: Arrays, *, points: bool, zoom: int = 1) -> Bytes:
    """Return one sample as an RGB picture, its labels drawn if asked for.

    Args:
        arrays: one sample of a shard (no leading axis).
        points: True to draw landmarks, or boxes and five points of scenes.
        zoom: pixels a pixel.
    """
    image = arrays["images"] if "images" in arrays else _levels(arrays["celsius"])
    large = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_NEAREST)
    rgb = np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2RGB), np.uint8)
    if points and "points_px" in arrays:
        colours = [POINT_RGB if seen else HIDDEN_RGB for seen in arrays["visible"]]
        _dots(rgb, arrays["points_px"], colours, zoom)
        _box(rgb, arrays["box_px"], FACE_RGB, zoom)
    if points and "boxes_px" in arrays:
        for box, five, kind in zip(
            arrays["boxes_px"], arrays["five_px"], arrays["kind"], strict=True
        ):
            if kind >= 0:
                colour = FACE_RGB if kind else IGNORED_RGB
                _box(rgb, box, colour, zoom)
                _dots(rgb, five, [colour] * len(five), zoom)
    return rgb


def _levels(celsius: npt.NDArray[np.float16]) -> Bytes:
    """Return grey levels of a head without background, 0 where nobody is."""
    person = celsius[celsius != 0].astype(np.float32)
    low, high = np.percentile(person, [1, 99]) if len(person) else (0.0, 1.0)
    share = (celsius.astype(np.float32) - low) / max(float(high - low), 1.0)
    return np.where(celsius != 0, 20 + 235 * share.clip(0, 1), 0).astype(np.uint8)


def _box(
    rgb: Bytes, box_px: npt.NDArray[np.float32], colour: tuple[int, int, int], zoom: int
) -> None:
    left, top, right, bottom = (_pixel(v, zoom) for v in box_px)
    cv2.rectangle(rgb, (left, top), (right, bottom), colour, 1)


def _dots(
    rgb: Bytes,
    points_px: npt.NDArray[np.float32],
    colours: Sequence[tuple[int, int, int]],
    zoom: int,
) -> None:
    for (x, y), colour in zip(points_px, colours, strict=True):
        at = (_pixel(x, zoom), _pixel(y, zoom))
        cv2.circle(rgb, at, 0 if zoom == 1 else 1, colour, -1)


def _pixel(value: float, zoom: int) -> int:
    """Return the pixel of the enlarged picture that holds a position of a shard."""
    return math.floor((float(value) + 0.5) * zoom)  # shards count from a pixel's centre


def check_picture_name(path: Path) -> None:
    """Raise InputError unless the end of the name is that of a picture that can be written."""
    if not path.suffix or not cv2.haveImageWriter(path.name):
        raise InputError("picture", expected=f"a name such as {path.stem}.png", got=path.name)


def write_picture(path: Path, rgb: Bytes) -> None:
    """Write a picture beside its place and rename it; its folder is made where there is none."""
    check_picture_name(path)
    _, data = cv2.imencode(path.suffix, rgb[..., ::-1])
    replace_file(path, lambda beside: beside.write_bytes(data.tobytes()), kind="picture")
