"""Training data in memory: folders of .npz shards that may grow while a training runs."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tfan.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Shards:
    """All samples of one kind in a folder.

    Attributes:
        folder: where the shards lie.
        kind: "faces", "scenes" or "negatives", the beginning of the file names.
        files: names already in memory.
        columns: name -> tensor whose first axis counts the samples.
    """

    folder: Path
    kind: str
    files: tuple[str, ...]
    columns: dict[str, Tensor]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def no_shards(folder: Path, kind: str, *, names: tuple[str, ...]) -> Shards:
    """Return the empty value to which `grow` adds what it finds."""
    return Shards(folder, kind, (), {name: torch.empty(0) for name in names})


def grow(shards: Shards, *, limit: int | None = None) -> Shards:
    """Return shards with the files that appeared since, at most limit samples in all.

    Whole columns stay in memory: 60,000 crops of 176 x 176 take 1.9 GB.
    """
    pattern = re.compile(rf"{shards.kind}-\d+\.npz")
    present = sorted(p.name for p in shards.folder.glob("*.npz") if pattern.fullmatch(p.name))
    fresh = [name for name in present if name not in shards.files]
    if not fresh or (limit is not None and len(shards) >= limit):
        return shards
    parts = [_read(shards.folder / name, tuple(shards.columns)) for name in fresh]
    old = [shards.columns] if shards.files else []
    columns = {
        name: torch.cat([part[name] for part in [*old, *parts]])[:limit] for name in shards.columns
    }
    return Shards(shards.folder, shards.kind, (*shards.files, *fresh), columns)


def load_shards(
    folder: Path, kind: str, *, names: tuple[str, ...], limit: int | None = None
) -> Shards:
    """Return the shards of a folder, or say that there are none."""
    shards = grow(no_shards(folder, kind, names=names), limit=limit)
    if not shards.files:
        raise InputError(
            f"data folder {folder}", expected=f"{kind}-00000.npz and so on",
            got=f"no shard of {kind}", fix="Make some with tfan synth generate.",
        )  # fmt: skip
    return shards


def _read(path: Path, names: tuple[str, ...]) -> dict[str, Tensor]:
    try:
        with np.load(path) as archive:
            return {name: torch.from_numpy(archive[name]) for name in names}
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise InputError(
            f"shard {path.name}", expected=f"arrays {', '.join(names)}", got=str(error),
            fix="Delete it and generate it again.",
        ) from error  # fmt: skip
