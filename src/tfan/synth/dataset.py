"""Data sets on disk: samples made by all cores, resumable, the same whatever the workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.synth.products import Maker, Recipe, maker_of, product_of
from tfan.synth.shards import (
    claim_folder,
    is_complete,
    read_claim,
    shard_indices,
    shard_path,
    shard_total,
    stored_indices,
    write_shard,
)
from tfan.synth.workers import Advance, run_jobs

BANK = "heads"  # folder of the bank that a data set gets where none is named
SAMPLES_PER_HEAD, LEAST_HEADS, MOST_HEADS = 3, 200, 8000  # 150 kB each


@dataclass(frozen=True, slots=True)
class BankPlan:
    """The bank that a data set makes for itself: where, how many heads, and whose seed."""

    folder: Path
    count: int
    seed: int


def plan_bank(folder: Path, *, count: int, seed: int) -> BankPlan:
    """Return the bank for `count` samples of a seed in a folder; one that is there is kept.

    Each seed has people of its own, so that a validation set shows nobody of the training set.
    """
    bank = folder / BANK
    there = max((int(i) + 1 for p in bank.glob("heads-*.npz") for i in stored_indices(p)[-1:]),
                default=0)  # fmt: skip
    heads = min(max(count // SAMPLES_PER_HEAD, LEAST_HEADS), MOST_HEADS)
    claim = read_claim(bank, "heads") or {"seed": seed}
    return BankPlan(bank, max(heads, there), int(claim["seed"]))


def generate(
    product: str,
    folder: Path,
    *,
    count: int,
    seed: int = 0,
    workers: int | None = None,
    head_path: Path | None = None,
    bank: Path | None = None,
    radiometric: bool = False,
    advance: Advance | None = None,
) -> list[Path]:
    """Write a data set of `count` samples, return its shards; those already there are kept.

    Args:
        product: "faces", "scenes", "negatives" or "heads".
        folder: where the shards go.
        count: number of samples; sample i depends on (seed, i) alone, not on the workers.
        seed: of the data set; a folder of another seed is refused.
        workers: processes; None for one per core.
        head_path: packed head; None for the default one.
        bank: folder of heads for scenes and negatives; None builds that of `plan_bank`.
        radiometric: True to store degrees Celsius as well.
        advance: called with the number of samples made since its last call.
    """
    if count < 1:
        raise InputError("count", expected="at least 1", got=str(count))
    if seed < 0:
        raise InputError("seed", expected="0 or more", got=str(seed))
    workers = workers or os.cpu_count() or 1
    head_path = head_path.absolute() if head_path else None
    if product_of(product).needs_bank and bank is None:
        plan = plan_bank(folder, count=count, seed=seed)
        bank = plan.folder
        generate(
            "heads", bank, count=plan.count, seed=plan.seed, workers=workers, head_path=head_path
        )
    radiometric = radiometric and product != "heads"  # a head is nothing but degrees
    claim_folder(folder, {"product": product, "seed": seed, "radiometric": radiometric})
    recipe = Recipe(product, seed, head_path, bank, radiometric)
    _complete(recipe, folder, count, workers=workers, advance=advance or _ignore)
    return [shard_path(folder, product, shard) for shard in range(shard_total(count))]


def _complete(recipe: Recipe, folder: Path, count: int, *, workers: int, advance: Advance) -> None:
    """Write the shards that are not there yet."""
    jobs = []
    for shard in range(shard_total(count)):
        path, indices = shard_path(folder, recipe.product, shard), shard_indices(count, shard)
        if is_complete(path, indices):
            advance(len(indices))
        else:
            jobs.append((path, indices))
    run_jobs(partial(_write, recipe), jobs, workers=workers, advance=advance)


@lru_cache(maxsize=2)
def _maker(recipe: Recipe) -> Maker:
    return maker_of(recipe)


def _write(recipe: Recipe, path: Path, indices: range, advance: Advance) -> None:
    make = _maker(recipe)
    columns: dict[str, list[Any]] = {}
    records = []
    for index in indices:
        arrays, record = make(index)
        for name, array in arrays.items():
            columns.setdefault(name, []).append(array)
        records.append(record)
        advance(1)
    stacked = {name: np.stack(column) for name, column in columns.items()}
    stacked["index"] = np.array(indices)
    write_shard(path, stacked, records, apart=product_of(recipe.product).apart)


def _ignore(_samples: int) -> None:
    return
