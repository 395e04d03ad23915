"""Shards: files of at most 500 samples each, written beside and renamed, so never half there."""

from __future__ import annotations

import gzip
import json
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.io.files import replace_file, replace_text

SHARD_SAMPLES = 500
MANIFEST = "dataset.json"

# what a cut, damaged or quite different file raises while NumPy reads arrays from it
UNREADABLE = (
    ValueError, KeyError, IndexError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error,
    tokenize.TokenError,
)  # fmt: skip

Arrays = Mapping[str, npt.NDArray[Any]]


def shard_path(folder: Path, product: str, shard: int) -> Path:
    """Return where the numbered shard of a product lies."""
    return folder / f"{product}-{shard:05d}.npz"


def shard_indices(count: int, shard: int) -> range:
    """Return the sample numbers of a shard of a data set of `count` samples."""
    return range(shard * SHARD_SAMPLES, min((shard + 1) * SHARD_SAMPLES, count))


def shard_total(count: int) -> int:
    """Return how many shards a data set of `count` samples has."""
    return -(-count // SHARD_SAMPLES)


def is_complete(path: Path, indices: range) -> bool:
    """Return whether a shard is there with exactly these samples."""
    return np.array_equal(stored_indices(path), np.array(indices))


def stored_indices(path: Path) -> npt.NDArray[np.int64]:
    """Return the sample numbers in a shard; none where it is missing or damaged."""
    none = np.zeros(0, np.int64)
    if not path.is_file():
        return none
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return np.asarray(stored["index"], np.int64)
    except UNREADABLE:
        return none


def write_shard(
    path: Path, arrays: Arrays, records: Sequence[str], *, apart: Sequence[str] = ()
) -> None:
    """Write one shard.

    Args:
        path: of the `.npz`; it is renamed into place last, so its presence means all is there.
        arrays: name to (N, ...) array.
        records: (N,) one line of JSON each, for `.params.jsonl.gz`; empty for none.
        apart: names written as `.npy` files of their own, to be memory-mapped.
    """
    if records:
        lines = "".join(f"{record}\n" for record in records).encode()
        packed = gzip.compress(lines, compresslevel=3, mtime=0)
        _replace_bytes(path.with_suffix(".params.jsonl.gz"), lambda raw: raw.write(packed))
    for name in apart:
        _replace_bytes(apart_path(path, name), partial(np.save, arr=arrays[name]))
    kept: dict[str, Any] = {name: a for name, a in arrays.items() if name not in apart}
    _replace_bytes(path, partial(np.savez, **kept))


def apart_path(path: Path, name: str) -> Path:
    """Return where an array lies that is stored apart from its shard."""
    return path.with_suffix(f".{name}.npy")


def read_records(path: Path) -> list[str]:
    """Return the JSON lines that belong to a shard."""
    with gzip.open(path.with_suffix(".params.jsonl.gz"), "rt") as stream:
        return stream.read().splitlines()


def claim_folder(folder: Path, made_from: Mapping[str, object]) -> None:
    """Write down what the folder's data set is made from, or refuse a folder of another one."""
    path = folder / f"{made_from['product']}.{MANIFEST}"
    stored = read_claim(folder, str(made_from["product"]))
    if stored is not None:
        if stored != dict(made_from):
            raise InputError(
                f"data set folder {folder}",
                expected=f"samples made from {dict(made_from)}",
                got=f"samples made from {stored}",
                fix="Choose another folder, or the seed and options of the first run.",
            )
        return
    replace_text(path, json.dumps(dict(made_from)), kind="data set")


def read_claim(folder: Path, product: str) -> dict[str, Any] | None:
    """Return what a product in a folder is made from; None where there is none yet."""
    path = folder / f"{product}.{MANIFEST}"
    if not path.is_file():
        return None
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError) as error:
        raise InputError(
            f"data set folder {folder}", expected=f"a readable {path.name}", got=str(error),
            fix="Delete that file if the shards beside it are gone too.",
        ) from error  # fmt: skip


def _replace_bytes(path: Path, write: Callable[[BinaryIO], object]) -> None:
    def fill(beside: Path) -> None:
        with beside.open("wb") as raw:
            write(raw)

    replace_file(path, fill, kind="shard")
