"""How warm the parts of a set's people are, beside the clinical means; also for T-FAKE itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.synth.shards import read_claim
from tfan.synth.tfake.files import (
    CELSIUS_ENDING,
    CELSIUS_TO_KELVIN,
    read_image,
    thermal_celsius,
)
from tfan.thermal.segments import CONDITIONS, SEGMENTS, Condition

LEAST_PIXELS = 20  # of a part in an image, below which its mean says little
THERMAL = "_thermal.png"


@dataclass(frozen=True, slots=True)
class SegmentMean:
    """One part over a set.

    Attributes:
        number: of the class.
        images: how many show at least 20 pixels of it.
        made_celsius: mean of the images' means.
        spread_celsius: their standard deviation.
        wanted_celsius: the clinical mean.
    """

    number: int
    images: int
    made_celsius: float
    spread_celsius: float
    wanted_celsius: float

    @property
    def within(self) -> bool:
        """Whether the clinical mean lies within one deviation of the made one."""
        return abs(self.made_celsius - self.wanted_celsius) <= self.spread_celsius


@dataclass(frozen=True, slots=True)
class SetMeans:
    """All parts of a set, in the order of `SEGMENTS`; NaN where a part was never seen."""

    name: str
    condition: Condition
    pairs: int
    segments: tuple[SegmentMean, ...]


def measure(folder: Path, condition: Condition | None = None) -> SetMeans:
    """Return the means of a folder in T-FAKE's layout.

    Args:
        folder: with `_thermal.png` and `_seg.png`, and `_celsius.tiff` where there are.
        condition: of the set; None takes what tfan wrote beside its own sets.
    """
    condition = condition or _claimed(folder)
    seen: list[list[float]] = [[] for _ in SEGMENTS]
    pairs = 0
    for celsius, parts in _pairs(folder):
        pairs += 1
        count = np.bincount(parts.ravel(), minlength=256)[: len(SEGMENTS)]
        total = np.bincount(parts.ravel(), celsius.ravel(), minlength=256)[: len(SEGMENTS)]
        for number in np.flatnonzero(count >= LEAST_PIXELS):
            seen[number].append(float(total[number] / count[number]))
    if pairs == 0:
        got = "none of them"
        raise InputError(str(folder), expected=f"files NUMBER{THERMAL}", got=got)
    rows = [_row(k, values, condition) for k, values in enumerate(seen)]
    return SetMeans(folder.name, condition, pairs, tuple(rows))


def _row(number: int, values: Sequence[float], condition: Condition) -> SegmentMean:
    made, spread = (float(np.mean(values)), float(np.std(values))) if values else (np.nan, np.nan)
    wanted = SEGMENTS[number].celsius(condition)
    return SegmentMean(number, len(values), made, spread, wanted)


def _pairs(folder: Path) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]]:
    for path in sorted(folder.glob(f"*{THERMAL}")):
        stem = path.name.removesuffix(THERMAL)
        exact = folder / f"{stem}{CELSIUS_ENDING}"
        image = exact if exact.is_file() else path
        levels = read_image(image)
        if levels.dtype != np.uint16:
            raise InputError(image.name, expected="an image of 16 bits", got=str(levels.dtype))
        celsius: npt.NDArray[Any] = (
            levels / 100 - CELSIUS_TO_KELVIN if image is exact else thermal_celsius(levels)
        )
        parts = read_image(folder / f"{stem}_seg.png")
        if parts.shape != celsius.shape:
            got = f"{parts.shape} beside {celsius.shape}"
            raise InputError(f"pair {stem}", expected="parts as large as the image", got=got)
        yield celsius.astype(np.float64), parts


def _claimed(folder: Path) -> Condition:
    claim = read_claim(folder, "tfake") or {}
    for condition in CONDITIONS:
        if claim.get("condition") == condition:
            return condition
    raise InputError(
        str(folder), expected="a set that says warm or cold", got="none that tfan made",
        fix="Pass --condition warm or --condition cold.",
    )  # fmt: skip


def table(sets: Sequence[SetMeans]) -> str:
    """Return a Markdown table: a row a part, for each set wanted, made, deviation, images."""
    head, line = ["part"], ["---"]
    for one in sets:
        head += [f"{one.condition}: wanted", "made", "deviation", "images"]
        line += ["---:"] * 4
    rows = [head, line]
    for segment in SEGMENTS:
        cells = [segment.name.replace("_", " ")]
        for one in sets:
            cells += _cells(one.segments[segment.number])
        rows.append(cells)
    sizes = ", ".join(f"{one.pairs} {one.condition} pairs" for one in sets)
    note = f"Degrees Celsius; mean and deviation over images of {sizes}."
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in rows] + ["", note])


def _cells(row: SegmentMean) -> list[str]:
    if row.images == 0:
        return [f"{row.wanted_celsius:.1f}", "-", "-", "0"]
    made = f"{row.made_celsius:.2f}" + ("" if row.within else " (!)")
    return [f"{row.wanted_celsius:.1f}", made, f"{row.spread_celsius:.2f}", str(row.images)]
