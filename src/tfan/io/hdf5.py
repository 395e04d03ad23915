"""HDF5 files: the data set of frames, found by its shape or named, and the times beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tfan._optional import require
from tfan.errors import InputError
from tfan.io.decode import EXTRA
from tfan.io.recording import Indexed, Stored, UnreadableError, Wishes, as_frame, split_shape
from tfan.io.stacks import choose_frames, clocks
from tfan.io.units import FAHRENHEIT, NAMED
from tfan.thermal.interpret import Unit

_UNIT_ATTRIBUTES = ("unit", "units", "Unit", "Units")
_UNIT_WORDS = {
    "c": "celsius", "°c": "celsius", "degc": "celsius", "deg c": "celsius", "celsius": "celsius",
    "degrees celsius": "celsius", "k": "kelvin", "kelvin": "kelvin", "ck": "centikelvin",
    "centikelvin": "centikelvin", "decikelvin": "decikelvin", "mk": "millikelvin",
}  # fmt: skip
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError)
_FAHRENHEIT = {"f", "°f", "degf", "deg f", "fahrenheit", "degrees fahrenheit"}


def open_hdf5(path: Path, wishes: Wishes) -> Indexed:
    """Open an HDF5 file.

    Raises:
        InputError: it is damaged, or holds no data set of frames.
        MissingExtraError: h5py is not installed.
    """
    h5py = require("h5py", extra=EXTRA, purpose="Reading HDF5")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        got = f"one that cannot be opened: it is cut short or damaged ({error})"
        raise InputError(str(path), expected="a whole HDF5 file", got=got) from error
    try:
        return _opened(file, _shapes(file, h5py), wishes, str(path))
    except (UnreadableError, *_BROKEN) as error:  # InputError is a ValueError
        file.close()
        if isinstance(error, InputError):
            raise
        raise InputError(str(path), expected="frames in HDF5", got=str(error)) from error


def _opened(file: Any, shapes: dict[str, tuple[int, ...]], wishes: Wishes, source: str) -> Indexed:
    name = choose_frames(shapes, wishes.dataset, source=source)
    dataset = file[name]
    n, shape = split_shape(dataset.shape)
    several = dataset.ndim > len(shape)
    times = clocks(shapes, n, lambda at: np.asarray(file[at][()]))
    said, why = _stated_unit(dataset)

    def fetch(index: int) -> Stored:
        try:
            values = np.asarray(dataset[index] if several else dataset[()]).reshape(shape)
        except _BROKEN as error:
            raise UnreadableError(f"data that are cut short or damaged ({error})") from error
        clock_s = None if times is None else float(times[index])
        return Stored(index, as_frame(values), clock_s, said=said, why=why)

    return Indexed(f"HDF5, data set {name!r}", n, fetch, file.close)


def _shapes(file: Any, h5py: Any) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}

    def note(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and node.dtype.kind in "uif" and node.shape:
            found[name] = tuple(node.shape)

    file.visititems(note)
    return found


def _stated_unit(dataset: Any) -> tuple[Unit | None, str]:
    """Return the unit that an attribute of the data set states."""
    for attribute in _UNIT_ATTRIBUTES:
        value = dataset.attrs.get(attribute)
        word = (value.decode() if isinstance(value, bytes) else str(value)).strip().lower()
        unit = FAHRENHEIT if word in _FAHRENHEIT else NAMED.get(_UNIT_WORDS.get(word, ""))
        if unit is not None:
            return unit, f"the data set's attribute {attribute!r} says {word!r}"
    return None, ""
