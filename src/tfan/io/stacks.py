"""Which array of a file with several holds the frames, and which one their times."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tfan.errors import InputError
from tfan.io.recording import UnreadableError, split_shape
from tfan.thermal.interpret import MIN_SIDE_PX
from tfan.types import AnyArray

Shapes = Mapping[str, tuple[int, ...]]
_SUFFIXES = {"_ns": 1e-9, "_us": 1e-6, "_ms": 1e-3, "_s": 1.0, "seconds": 1.0, "sec": 1.0}
_TIMES = {"t", "ts", *(f"t{end}" for end in _SUFFIXES if end.startswith("_"))}
_STEPS = ((2.0, 1.0), (2e3, 1e-3), (2e6, 1e-6), (np.inf, 1e-9))  # largest step, seconds


def choose_frames(shapes: Shapes, asked: str | None, *, source: str) -> str:
    """Return the name of the array that holds frames: the one asked for, or the largest.

    Args:
        shapes: of the file's arrays of numbers.
        asked: name that the caller gave.
        source: name of the file, for errors.

    Raises:
        InputError: there is no such array, or none of frames.
    """
    listed = ", ".join(f"{name!r} {shape}" for name, shape in shapes.items()) or "no arrays"
    if asked is not None:
        found = next((name for name in shapes if name.strip("/") == asked.strip("/")), None)
        if found is None:
            raise InputError(source, expected=f"a data set {asked!r}", got=listed)
        return found
    sizes = {name: int(np.prod(shape)) for name, shape in shapes.items() if _is_frames(shape)}
    if not sizes:
        fix = "Name the data set."
        raise InputError(source, expected="an array of frames", got=listed, fix=fix)
    return max(sizes, key=lambda name: sizes[name])


def choose_times(shapes: Shapes, n: int) -> str | None:
    """Return the name of the array (N,) that holds the frames' times, None where none does."""
    named = [name for name, shape in shapes.items() if shape == (n,) and _says_time(name)]
    return named[0] if named and n > 1 else None


def in_seconds(times: AnyArray, name: str) -> AnyArray | None:
    """Return times (N,) in seconds: by the name's ending, else by the size of a step.

    None where they do not run forward.
    """
    values = np.asarray(times, np.float64)
    steps = np.diff(values)
    if not np.isfinite(values).all() or (steps < 0).any() or not (steps > 0).any():
        return None
    lower = name.lower()
    scale = next((s for end, s in _SUFFIXES.items() if lower.endswith(end)), None)
    if scale is None:
        step = float(np.median(steps[steps > 0]))
        scale = next(s for largest, s in _STEPS if step <= largest)
    seconds: AnyArray = values * scale
    return seconds


def clocks(shapes: Shapes, n: int, read: Callable[[str], AnyArray]) -> AnyArray | None:
    """Return the times (N,) of n frames in seconds, None where the file tells none."""
    name = choose_times(shapes, n)
    return None if name is None else in_seconds(read(name), name)


def _is_frames(shape: tuple[int, ...]) -> bool:
    try:
        _, frame = split_shape(shape)
    except UnreadableError:
        return False
    return min(frame[:2]) >= MIN_SIDE_PX


def _says_time(name: str) -> bool:
    last = name.lower().rpartition("/")[2]
    return "time" in last or "stamp" in last or last in _TIMES
