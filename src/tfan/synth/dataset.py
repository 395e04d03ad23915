"""Data sets on disk: samples made by all cores, resumable, the same whatever the workers."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
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

BANK = "heads"  # folder of the bank that a data set gets where none is named
SAMPLES_PER_HEAD, LEAST_HEADS, MOST_HEADS = 3, 200, 8000  # 150 kB each
POLL_S = 0.3
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

Advance = Callable[[int], None]


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
    if workers > 1 and len(jobs) > 1:
        _in_parallel(recipe, jobs, workers=workers, advance=advance)
    else:
        for path, indices in jobs:
            _write(recipe, path, indices, advance)


def _in_parallel(
    recipe: Recipe, jobs: list[tuple[Path, range]], *, workers: int, advance: Advance
) -> None:
    context = multiprocessing.get_context("spawn")  # compiled code and OpenCV do not like fork
    made = context.Value("q", 0)
    told = 0
    with _one_thread_each(), ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=context, initializer=_start, initargs=(made,)
    ) as pool:  # fmt: skip
        waiting = {pool.submit(_write_counted, recipe, *job) for job in jobs}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                now = made.value
                advance(now - told)
                told = now
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let the processes started inside use one thread each: they are as many as the cores."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_COUNTER: list[Any] = []  # the worker's end of the counter; set once when a worker starts


def _start(made: Any) -> None:
    cv2.setNumThreads(1)
    _COUNTER[:] = [made]


def _write_counted(recipe: Recipe, path: Path, indices: range) -> None:
    (made,) = _COUNTER

    def advance(samples: int) -> None:
        with made.get_lock():
            made.value += samples

    _write(recipe, path, indices, advance)


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
