"""Count what the records of synthetic data say: people, cameras, conditions; for the model cards.

Writes data.json, shares and ranges of the records that lie beside the shards:
    python tools/describe_data.py --faces DIR --heads DIR --scenes DIR --out docs/models/data.json
        [--count 4000]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import data_tables as rows
import numpy as np

from tfan.errors import InputError
from tfan.synth.shards import read_claim, read_records
from tfan.train.reports import write_json

PERCENTILES = (0, 1, 50, 99, 100)
DIGITS = 4


def described(
    records: Sequence[rows.Record], *, shares: rows.Shares, words: rows.Words, ranges: rows.Ranges
) -> dict[str, Any]:
    """Return shares, shares of words, and percentiles of the numbers of some records."""
    return {
        "records": len(records),
        "shares": {name: _mean([read(one) for one in records]) for name, read in shares.items()},
        "words": {name: _words([read(one) for one in records]) for name, read in words.items()},
        "ranges": {
            name: _percentiles([read(one) for one in records]) for name, read in ranges.items()
        },
    }


def _mean(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), DIGITS)


def _words(values: Sequence[str]) -> dict[str, float]:
    return {word: round(n / len(values), DIGITS) for word, n in Counter(values).most_common()}


def _percentiles(values: Sequence[float]) -> list[float]:
    known = np.array(values, float)
    found = np.percentile(known[np.isfinite(known)], PERCENTILES)
    return [float(f"{value:.4g}") for value in found]


def read_some(folder: Path, product: str, *, count: int) -> list[rows.Record]:
    """Return the first records of each shard of a folder, about so many in all."""
    paths = sorted(folder.glob(f"{product}-*.npz"))
    if not paths:
        raise InputError(f"data folder {folder}", expected=f"{product}-00000.npz", got="none")
    each = -(-count // len(paths))
    return [json.loads(line) for path in paths for line in read_records(path)[:each]]


def describe(folders: Mapping[str, Path], *, count: int) -> dict[str, Any]:
    """Return what data.json holds; a product without a folder is left out."""
    out: dict[str, Any] = {"percentiles": list(PERCENTILES)}
    for product, folder in folders.items():
        records = read_some(folder, product, count=count)
        claim = read_claim(folder, product) or {}
        out[product] = {"seed": claim.get("seed"), **PARTS[product](records)}
    return out


def _people(people: Sequence[rows.Record]) -> dict[str, Any]:
    return described(
        people, shares=rows.PERSON_SHARES, words=rows.PERSON_WORDS, ranges=rows.PERSON_RANGES
    )


def _cameras(records: Sequence[rows.Record]) -> dict[str, Any]:
    cameras = [one["sensor"] for one in records]
    return described(
        cameras, shares=rows.SENSOR_SHARES, words=rows.SENSOR_WORDS, ranges=rows.SENSOR_RANGES
    )


def _faces(records: Sequence[rows.Record]) -> dict[str, Any]:
    return {
        "people": _people([one["person"] for one in records]),
        "cameras": _cameras(records),
        "pictures": described(
            records, shares=rows.CROP_SHARES, words={}, ranges=rows.CROP_RANGES
        ),
    }  # fmt: skip


def _scenes(records: Sequence[rows.Record]) -> dict[str, Any]:
    return {
        "cameras": _cameras(records),
        "pictures": described(
            records, shares=rows.SCENE_SHARES, words=rows.SCENE_WORDS, ranges=rows.SCENE_RANGES
        ),
    }


PARTS = {"faces": _faces, "heads": lambda people: {"people": _people(people)}, "scenes": _scenes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for product in PARTS:
        parser.add_argument(f"--{product}", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=4000)
    asked = parser.parse_args()
    folders = {product: getattr(asked, product) for product in PARTS if getattr(asked, product)}
    write_json(asked.out, describe(folders, count=asked.count))


if __name__ == "__main__":
    main()
