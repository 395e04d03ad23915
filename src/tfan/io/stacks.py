"""Which array of a file with several holds the frames, and which one their times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

from tfan.errors import InputError
from tfan.io.recording import UnreadableError, split_shape
from tfan.thermal.interpret import MIN_SIDE_PX
from tfan.types import AnyArray

Shapes = Mapping[str, tuple[int, ...]]
_UNITS = tuple(  # how names end, and seconds of that unit
    (re.compile(f"(?:{ending})$"), seconds)
    for ending, seconds in (
        ("_100_?ns", 1e-7),
        ("nanos|(?:nano|n)sec(?:ond)?s?|_ns", 1e-9),
        ("micros|(?:micro|[uµ])sec(?:ond)?s?|_[uµ]s", 1e-6),
        ("millis|(?:milli|m)sec(?:ond)?s?|_ms", 1e-3),
        ("sec(?:ond)?s?|_s", 1.0),
        ("minutes?|_mins?", 60.0),
        ("hours?|_h(?:rs?)?", 3600.0),
    )
)
_NUMBERED = re.compile(r"_?\d+$")
_TIME = re.compile("time(?!te?r)|stamp")  # no centimeters
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BETWEEN = re.compile(r"[^a-z0-9µ]+")
_ALONE = {"t", "ts"}
_SIZES_SINCE_1970 = (1.0, 1e-3, 1e-6, 1e-9)
_SINCE_1970_S = (1e9, 4e9)  # 2001 to 2096
_LONGEST_STEP_S = 1801.0  # half an hour; a counter of microseconds from 1e9 on has such steps, too
_STEPS = ((2.0, 1.0), (2e3, 1e-3), (2e6, 1e-6), (np.inf, 1e-9))  # largest step, seconds
_USUAL_GAP = 1.5  # times the median; more is a pause


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


def choose_times(shapes: Shapes, n: int) -> list[str]:
    """Return the names of the arrays (N,) that may hold the times of n frames."""
    return [name for name, shape in shapes.items() if shape == (n,) and n > 1 and _says_time(name)]


def in_seconds(times: AnyArray, name: str) -> AnyArray | None:
    """Return times (N,) in seconds that grow from frame to frame; None where they run backwards.

    The unit is the one that the name ends with; else the one in which the values are times since
    1970; else the size of a step decides.

    A clock that is coarser than the frames, such as one of whole seconds, tells several of them
    the same time. The first of these keeps it; the others are guesses, spread evenly up to the next
    time told, but no wider than frames mostly follow one another, so that a pause stays one. Those
    before the first change of such a clock end there, as it may have stood for a while before them.
    Where times mostly differ, those that do stay as they are told.
    """
    values = np.asarray(times, np.float64)
    steps = np.diff(values)
    if not np.isfinite(values).all() or (steps < 0).any() or not (steps > 0).any():
        return None
    scale = _named_scale(name)
    return _spread(values * (_scale(values, steps) if scale is None else scale))


def clocks(shapes: Shapes, n: int, read: Callable[[str], AnyArray]) -> AnyArray | None:
    """Return the times (N,) of n frames in seconds, None where the file tells none.

    Of several arrays that may hold them, the first that runs forward does.
    """
    found = (in_seconds(read(name), name) for name in choose_times(shapes, n))
    return next((seconds for seconds in found if seconds is not None), None)


def _named_scale(name: str) -> float | None:
    """Return seconds of the unit with which a name ends."""
    plain = _NUMBERED.sub("", _plain(name))
    return next((seconds for ending, seconds in _UNITS if ending.search(plain)), None)


def _scale(values: AnyArray, steps: AnyArray) -> float:
    """Return seconds of the unit that values (N,) must have by their size, or their steps'."""
    step = float(np.median(steps[steps > 0]))
    low, high = _SINCE_1970_S
    for scale in _SIZES_SINCE_1970:
        within = low <= values[0] * scale and values[-1] * scale < high
        if within and step * scale <= _LONGEST_STEP_S:
            return scale
    return next(scale for largest, scale in _STEPS if step <= largest)


def _spread(seconds: AnyArray) -> AnyArray:
    """Return times (N,) with runs of equal ones spread, see `in_seconds`."""
    first = np.flatnonzero(np.diff(seconds, prepend=-np.inf))
    told = seconds[first]
    n = np.diff(first, append=len(seconds))
    gaps = np.diff(told)
    usual = np.median(np.repeat(gaps / n[:-1], n[:-1]))
    apart = np.minimum(np.append(gaps, np.median(gaps)) / n, usual)
    place = np.arange(len(seconds)) - np.repeat(first, n)
    spread: AnyArray = np.repeat(told, n) + place * np.repeat(apart, n)
    if np.median(n[1:]) >= 2 and gaps[0] <= _USUAL_GAP * np.median(gaps):
        spread[: n[0]] += gaps[0] - n[0] * apart[0]
    return spread


def _is_frames(shape: tuple[int, ...]) -> bool:
    try:
        _, frame = split_shape(shape)
    except UnreadableError:
        return False
    return min(frame[:2]) >= MIN_SIDE_PX


def _says_time(name: str) -> bool:
    plain = _plain(name)
    return bool(_TIME.search(plain)) or any(
        ending.sub("", plain).strip("_") in _ALONE for ending, _ in _UNITS
    )


def _plain(name: str) -> str:
    """Return the last part of a name in small letters, its words joined by `_`."""
    last = _HUMP.sub("_", name.rpartition("/")[2]).lower().replace("μ", "µ")
    return _BETWEEN.sub("_", last).strip("_")
