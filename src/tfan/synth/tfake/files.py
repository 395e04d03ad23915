"""T-FAKE's files: names, the 16-bit thermal image, the points, the dense points' dictionary.

Layout: Microsoft FaceSynthetics (README: image, `_seg`, `_ldmks`) and T-FAKE (phflot/tfake: 16-bit
`_thermal`, one pickled dictionary of dense points). `_celsius.tiff` is tfan's own addition.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.io.files import replace_file, replace_text
from tfan.synth.tfake.render import Pair
from tfan.thermal.segments import WINDOW_CELSIUS

DENSE_FILE = "annotations.pkl"
FULL_SCALE = 65535
CELSIUS_TO_KELVIN = 273.15
ENDINGS = (".png", "_seg.png", "_thermal.png", "_ldmks.txt")
CELSIUS_ENDING = "_celsius.tiff"

Words = npt.NDArray[np.uint16]


def stem_of(index: int) -> str:
    """Return the first part of the names of a pair's files."""
    return f"{index:06d}"


def lacking(folder: Path, indices: Iterable[int], *, radiometric: bool) -> list[str]:
    """Return the names of files of these pairs that are missing or empty."""
    endings = (*ENDINGS, CELSIUS_ENDING) if radiometric else ENDINGS
    names = (f"{stem_of(index)}{ending}" for index in indices for ending in endings)
    return [name for name in names if not is_there(folder / name)]


def is_there(path: Path) -> bool:
    """Return whether a file is there and not empty."""
    return path.is_file() and path.stat().st_size > 0


def thermal_levels(celsius: npt.NDArray[np.floating[Any]]) -> Words:
    """Return 16-bit levels: 0 and 65535 are 20 and 40 degrees, what lies beyond is cut off."""
    low, high = WINDOW_CELSIUS
    share = np.clip((celsius.astype(np.float64) - low) / (high - low), 0, 1)
    return np.asarray(np.rint(share * FULL_SCALE), np.uint16)


def thermal_celsius(levels: Words) -> npt.NDArray[np.float32]:
    """Return degrees Celsius of 16-bit levels."""
    low, high = WINDOW_CELSIUS
    return (levels.astype(np.float64) / FULL_SCALE * (high - low) + low).astype(np.float32)


def centikelvin(celsius: npt.NDArray[np.floating[Any]]) -> Words:
    """Return hundredths of a kelvin: degrees as radiometric cameras store them."""
    counts = (celsius.astype(np.float64) + CELSIUS_TO_KELVIN) * 100
    return np.asarray(np.clip(np.rint(counts), 0, FULL_SCALE), np.uint16)


def write_pair(folder: Path, index: int, pair: Pair, *, radiometric: bool) -> None:
    """Write the files of one pair.

    Args:
        folder: of the data set.
        index: number of the pair, which names its files.
        pair: what to write.
        radiometric: True to write `_celsius.tiff` too, which knows no window.
    """
    stem = stem_of(index)
    write_image(folder / f"{stem}.png", pair.rgb[..., ::-1])
    write_image(folder / f"{stem}_seg.png", pair.parts)
    write_image(folder / f"{stem}_thermal.png", thermal_levels(pair.celsius))
    if radiometric:
        write_image(folder / f"{stem}{CELSIUS_ENDING}", centikelvin(pair.celsius))
    replace_text(folder / f"{stem}_ldmks.txt", points_text(pair.points_px), kind="point file")


def points_text(points_px: npt.NDArray[np.floating[Any]]) -> str:
    """Return 70 lines of x and y in pixels."""
    return "".join(f"{x:.3f} {y:.3f}\n" for x, y in points_px.tolist())


def write_image(path: Path, image: npt.NDArray[Any]) -> None:
    """Write one image; colours are in OpenCV's order."""
    options = [cv2.IMWRITE_PNG_COMPRESSION, 3] if path.suffix == ".png" else []
    _, data = cv2.imencode(path.suffix, np.ascontiguousarray(image), options)
    replace_file(path, lambda beside: beside.write_bytes(data.tobytes()), kind="image")


def read_image(path: Path) -> npt.NDArray[Any]:
    """Return an image of the data set as it was stored.

    Raises:
        InputError: it is missing or damaged.
    """
    raw = path.read_bytes() if path.is_file() else b""
    image = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_UNCHANGED) if raw else None
    if image is None:
        got = "no readable image" if raw else "no such file"
        raise InputError(str(path), expected="an image of the data set", got=got)
    return np.asarray(image)


def write_dense(path: Path, entries: Iterable[tuple[str, npt.NDArray[np.float32]]]) -> None:
    """Write a pickled dictionary of name -> (478, 3) without holding it in memory.

    `pickle.load` reads it as one plain dictionary of NumPy arrays.
    """

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            file.write(pickle.PROTO + bytes([3]) + pickle.EMPTY_DICT)
            for name, points in entries:
                file.write(_body(name) + _body(points) + pickle.SETITEM)
            file.write(pickle.STOP)

    replace_file(path, write, kind="point dictionary")


def _body(value: object) -> bytes:
    """Return the opcodes of one value, without numbered references to what came before."""
    stream: BinaryIO = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=3)  # 3 has bytes but no frames
    pickler.fast = True
    pickler.dump(value)
    stream.seek(0)
    return stream.read()[2:-1]
