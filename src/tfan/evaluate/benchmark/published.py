"""What others have published on these data sets, each number with where it was read.

The table is data/published.csv. None of the numbers was measured here; most were read in summaries
of the papers, and definitions differ from block to block: the normaliser stands beside each.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "published.csv"

METRICS = ("nme", "fail10", "ap50", "recall", "mean_px", "median_px", "px")


@dataclass(frozen=True, slots=True)
class PublishedNumber:
    """One number of somebody else.

    Attributes:
        dataset: as `tfan benchmark` calls it; also sets that have no reader.
        subset: which part, in the source's words.
        method: whose.
        trained_on: on which data, "" where not said.
        metric: one of METRICS; px are pixels of which the source does not say mean or median.
        value: as share, not per cent.
        normaliser: one of ours, or the source's words.
        points: how many landmarks, or "boxes".
        source: where it was read.
    """

    dataset: str
    subset: str
    method: str
    trained_on: str
    metric: str
    value: float
    normaliser: str
    points: str
    source: str


@cache
def read_published() -> tuple[PublishedNumber, ...]:
    """Return every number of the table."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return tuple(PublishedNumber(value=float(row.pop("value")), **row) for row in rows)


def published_on(dataset: str) -> list[PublishedNumber]:
    """Return the numbers on one data set."""
    return [number for number in read_published() if number.dataset == dataset]
