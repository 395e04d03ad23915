"""A set of pairs on disk in T-FAKE's layout: made by all cores, resumable, the same each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.synth.head import load_head
from tfan.synth.record import to_json
from tfan.synth.shards import claim_folder, is_complete, shard_path, stored_indices, write_shard
from tfan.synth.tfake.checksum import CHECKSUMS, write_checksums
from tfan.synth.tfake.draw import draw_pair
from tfan.synth.tfake.files import DENSE_FILE, lacking, stem_of, write_dense, write_pair
from tfan.synth.tfake.mesh import RENDER_PX
from tfan.synth.tfake.render import Pair, render_pair
from tfan.synth.workers import Advance, Job, run_jobs
from tfan.thermal.segments import CONDITIONS, Condition

LABELS = "labels"
"""Folder, and first part of the file names, of what T-FAKE's files have no place for."""
LABEL_SAMPLES = 100
LEAST_SIDE_PX = 32


@dataclass(frozen=True, slots=True)
class TfakePlan:
    """Everything a set in T-FAKE's layout depends on, but the number of its pairs.

    Attributes:
        folder: where it lies.
        condition: "warm" or "cold"; the same seed has the same people in both.
        seed: pair i depends on (seed, i) alone.
        side_px: height and width of the images; T-FAKE has 512.
        radiometric: True to write degrees beyond the 20..40 window too.
        head_path: packed head; None for the default one.
    """

    folder: Path
    condition: Condition
    seed: int = 0
    side_px: int = RENDER_PX
    radiometric: bool = True
    head_path: Path | None = None


def make_pair(plan: TfakePlan, index: int) -> tuple[Pair, str]:
    """Return one pair of a set and its record."""
    params = draw_pair(np.random.default_rng([plan.seed, index]), plan.condition)
    return render_pair(load_head(plan.head_path), params, side_px=plan.side_px), to_json(params)


def generate_tfake(
    plan: TfakePlan, *, count: int, workers: int | None = None, advance: Advance | None = None
) -> Path:
    """Write a set of `count` pairs; whole hundreds that are already there are kept.

    Args:
        plan: what to make, and where.
        count: number of pairs; a smaller set of the same plan is its beginning.
        workers: processes; None for one per core.
        advance: called with the number of pairs made since its last call.

    Returns:
        The file of the labels' checksums.
    """
    _check(plan, count)
    _check_not_shorter(plan.folder, count)
    claim = {
        "product": "tfake", "condition": plan.condition, "seed": plan.seed,
        "side_px": plan.side_px, "radiometric": plan.radiometric,
    }  # fmt: skip
    claim_folder(plan.folder, claim)
    advance = advance or _ignore
    jobs = []
    for path, indices in label_jobs(plan.folder, count):
        whole = is_complete(path, indices)
        if whole and not lacking(plan.folder, indices, radiometric=plan.radiometric):
            advance(len(indices))
        else:
            jobs.append((path, indices))
    if jobs:
        with suppress(OSError):  # until the set is whole again it has no sums
            (plan.folder / CHECKSUMS).unlink(missing_ok=True)
    run_jobs(partial(_write, plan), jobs, workers=workers or os.cpu_count() or 1, advance=advance)
    write_dense(plan.folder / DENSE_FILE, _dense_entries(plan.folder, count))
    return write_checksums(plan.folder, label_jobs(plan.folder, count))


def label_jobs(folder: Path, count: int) -> list[Job]:
    """Return the label files of a set and the numbers of the pairs in each."""
    starts = range(0, count, LABEL_SAMPLES)
    return [
        (shard_path(folder / LABELS, LABELS, k), range(s, min(s + LABEL_SAMPLES, count)))
        for k, s in enumerate(starts)
    ]


def _check(plan: TfakePlan, count: int) -> None:
    if plan.condition not in CONDITIONS:
        wanted = " or ".join(CONDITIONS)
        raise InputError("condition", expected=wanted, got=repr(plan.condition))
    if count < 1:
        raise InputError("count", expected="at least 1", got=str(count))
    if plan.seed < 0:
        raise InputError("seed", expected="0 or more", got=str(plan.seed))
    if not LEAST_SIDE_PX <= plan.side_px <= RENDER_PX:
        wanted = f"{LEAST_SIDE_PX} to {RENDER_PX} pixels"
        raise InputError("side", expected=wanted, got=str(plan.side_px))


def _check_not_shorter(folder: Path, count: int) -> None:
    """Raise InputError where labels of a longer set are there: this run would cut them."""
    files = sorted((folder / LABELS).glob(f"{LABELS}-*.npz"))
    there = next((int(i.max()) + 1 for i in map(stored_indices, reversed(files)) if i.size), 0)
    if count < there:
        raise InputError(
            "count", expected=f"at least {there}, which {folder} holds", got=str(count),
            fix="Choose another folder; the longer set begins with the shorter one.",
        )  # fmt: skip


def _write(plan: TfakePlan, path: Path, indices: range, advance: Advance) -> None:
    labels: dict[str, list[npt.NDArray[Any]]] = {}
    records = []
    for index in indices:
        pair, record = make_pair(plan, index)
        write_pair(plan.folder, index, pair, radiometric=plan.radiometric)
        for name, array in pair_labels(pair).items():
            labels.setdefault(name, []).append(array)
        records.append(record)
        advance(1)
    stacked = {name: np.stack(column) for name, column in labels.items()}
    write_shard(path, {**stacked, "index": np.array(indices)}, records)


def pair_labels(pair: Pair) -> dict[str, npt.NDArray[Any]]:
    """Return what a label file holds of one pair."""
    return {
        "points_px": pair.points_px.astype(np.float32),
        "dense": pair.dense.astype(np.float32),
        "jaw_contour_px": pair.jaw_contour_px.astype(np.float32),
        "box_px": pair.box_px.astype(np.float32),
        "pose_deg": pair.pose_deg,
    }


def _dense_entries(folder: Path, count: int) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    for path, indices in label_jobs(folder, count):
        with np.load(path) as stored:
            dense = stored["dense"]
        for index, points in zip(indices, dense, strict=True):
            yield f"{stem_of(index)}.png", points


def _ignore(_pairs: int) -> None:
    return
