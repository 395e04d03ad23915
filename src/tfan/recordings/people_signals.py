"""What the temperatures of each person say over time: breathing, drift, steps of the camera."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.io.files import replace_file
from tfan.recordings.tables import Column
from tfan.recordings.text import as_text
from tfan.recordings.tracks import Rows
from tfan.signals import (
    Breathing,
    breathing_over_time,
    breathing_rate,
    drift,
    nuc_steps,
    where_telling,
    without_steps,
)
from tfan.types import AnyArray

COLUMNS = (
    Column("track_id", "int"), Column("signal", "str"), Column("from_s", "float", 3),
    Column("to_s", "float", 3), Column("value", "float", 4), Column("unit", "str"),
    Column("low", "float", 4), Column("high", "float", 4), Column("confidence", "float", 4),
    Column("note", "str"),
)  # fmt: skip
SIGNALS_FILE = "{}.signals.csv"
_WINDOW_S, _STEP_S = 30.0, 5.0
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One number of one person, in the order of COLUMNS.

    Attributes:
        value: NaN where there is none; then `note` says why.
        low: of its 95 % range where one is known.
        high: of the same.
        confidence: 0..1, NaN where the signal has another measure of its certainty.
    """

    track_id: int
    signal: str
    from_s: float
    to_s: float
    value: float
    unit: str
    low: float = _NAN
    high: float = _NAN
    confidence: float = _NAN
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Means of regions of one person.

    Attributes:
        track_id: the person.
        time_s: (T,) of the frames in which the face was measured, but for those of guessed times.
        celsius: (T, R), NaN where a region was not seen.
        regions: (R,) their names.
        quality: (T,) of the face.
    """

    track_id: int
    time_s: AnyArray
    celsius: AnyArray
    regions: tuple[str, ...]
    quality: AnyArray

    def of(self, names: Iterable[str]) -> AnyArray:
        """Return (T, K) of those of the named regions that were measured."""
        return self.celsius[:, [self.regions.index(name) for name in names if name in self.regions]]


def _breathing(series: Series) -> Iterator[SignalRow]:
    values = series.of(SIGNALS["breathing"].regions)
    start, end = float(series.time_s[0]), float(series.time_s[-1])
    yield _breath(series.track_id, start, end, breathing_rate(series.time_s, values))
    windows = breathing_over_time(series.time_s, values, window_s=_WINDOW_S, step_s=_STEP_S)
    for middle, found in windows:
        yield _breath(series.track_id, middle - _WINDOW_S / 2, middle + _WINDOW_S / 2, found)


def _breath(track_id: int, start: float, end: float, found: Breathing) -> SignalRow:
    note = found.reason or f"wave of {found.amplitude:.3f} degC, {found.seconds:.0f} s measured"
    return SignalRow(
        track_id, "breathing", start, end, found.rate_per_min, "per minute",
        confidence=found.confidence, note=note,
    )  # fmt: skip


def _drift(series: Series) -> Iterator[SignalRow]:
    told = where_telling(series.celsius, series.quality)
    level = without_steps(told, nuc_steps(series.time_s, told))
    seen = np.isfinite(level).mean(axis=0) > 0.5  # a region that is seldom seen costs all others
    found = drift(series.time_s, level[:, seen] if seen.any() else level)
    note = "drifts" if found.flagged else ("" if np.isfinite(found.per_min) else "too short")
    start, end = float(series.time_s[0]), float(series.time_s[-1])
    yield SignalRow(
        series.track_id, "drift", start, end, found.per_min, "degC per minute", found.low,
        found.high, note=note,
    )  # fmt: skip


def _steps(series: Series) -> Iterator[SignalRow]:
    found = nuc_steps(series.time_s, series.celsius, quality=series.quality)
    for time_s, step in zip(found.time_s.tolist(), found.step.tolist(), strict=True):
        yield SignalRow(
            series.track_id, "steps", time_s, time_s, step, "degC", note="all regions step at once"
        )


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal.

    Attributes:
        rows: of one person's series.
        regions: that it needs; empty takes whatever is measured.
    """

    rows: Callable[[Series], Iterator[SignalRow]]
    regions: tuple[str, ...] = ()


SIGNALS = {
    "breathing": Signal(_breathing, ("right_nostril", "left_nostril")),
    "drift": Signal(_drift),
    "steps": Signal(_steps),
}


def check_signals(names: Iterable[str]) -> None:
    """Raise where there is no such signal."""
    for name in names:
        if name not in SIGNALS:
            raise InputError("signal", expected=f"one of {', '.join(SIGNALS)}", got=repr(name))


def regions_needed(names: Iterable[str]) -> tuple[str, ...]:
    """Return the regions that signals need."""
    return tuple(dict.fromkeys(region for name in names for region in SIGNALS[name].regions))


def write_signals(folder: Path, stem: str, rows: Rows, names: Iterable[str]) -> Path:
    """Write the signals of all people of a recording as CSV; return the file."""
    path = folder / SIGNALS_FILE.format(stem)
    found = [
        row for name in names for series in series_of(rows) for row in signal_rows(series, name)
    ]

    def write(beside: Path) -> None:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(column.name for column in COLUMNS)
            makers = [(column.name, as_text(column)) for column in COLUMNS]
            for row in found:
                writer.writerow([make(getattr(row, name)) for name, make in makers])

    replace_file(path, write)
    return path


def signal_rows(series: Series, name: str) -> list[SignalRow]:
    """Return the rows of a signal of one person; one with the reason where nothing can be told."""
    note = _why_none(series)
    if note:
        return [SignalRow(series.track_id, name, _NAN, _NAN, _NAN, "", note=note)]
    return list(SIGNALS[name].rows(series))


def _why_none(series: Series) -> str:
    """Return why nothing can be told of a person; empty if something can."""
    if not len(series.time_s):
        return "all times are guessed"
    if np.isnan(series.time_s).any():
        return "the recording tells no times: say --fps"
    return "" if series.celsius.shape[1] else "no temperatures"


@dataclass(slots=True)
class _Kept:
    times: array[float] = field(default_factory=lambda: array("d"))
    means: array[float] = field(default_factory=lambda: array("d"))
    qualities: array[float] = field(default_factory=lambda: array("d"))


def series_of(rows: Rows) -> list[Series]:
    """Return the series of each person who was measured, by number: 8 bytes a number."""
    regions = rows.heading.regions
    kept: dict[int, _Kept] = {}
    for row in rows:
        for one in row.people:
            if one.held:
                continue
            person = kept.setdefault(one.track_id, _Kept())
            if not row.time_guessed:
                person.times.append(row.time_s)
                person.qualities.append(float(one.face.quality))
                person.means.extend(
                    [each.mean_celsius for each in one.readings] or [_NAN] * len(regions)
                )
    return [
        Series(
            track_id,
            np.array(person.times),
            np.array(person.means).reshape(len(person.times), len(regions)),
            regions,
            np.array(person.qualities),
        )
        for track_id, person in sorted(kept.items())
    ]
