"""Checkpoints: written beside and renamed, so that a half-written one is never found."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from tfan.errors import InputError
from tfan.io.files import replace_file, replace_text
from tfan.train.config import TrainConfig, config_text, parse_config

CHECKPOINT = "checkpoint.pt"
NO_CHECKPOINT = (
    RuntimeError, EOFError, KeyError, TypeError, AttributeError, OSError, IndexError,
    pickle.UnpicklingError, zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Everything that a resumed training needs; `average` is what gets exported."""

    config: TrainConfig
    net: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    progress: dict[str, Any]


def write_checkpoint(checkpoint: Checkpoint, out: Path) -> Path:
    """Write checkpoint.pt and config.toml into the folder out; return the first."""
    out.mkdir(parents=True, exist_ok=True)
    text = config_text(checkpoint.config)
    tables = {
        "net": checkpoint.net,
        "average": checkpoint.average,
        "optimiser": checkpoint.optimiser,
        "progress": checkpoint.progress,
    }
    replace_file(out / CHECKPOINT, lambda path: torch.save({"config": text, **tables}, path))
    replace_text(out / "config.toml", text)
    return out / CHECKPOINT


def write_weights(checkpoint: Checkpoint, out: Path) -> Path:
    """Write a checkpoint of weights alone into a folder that holds no training; return its path.

    Raises:
        InputError: out holds a checkpoint already.
    """
    if (out / CHECKPOINT).exists():
        raise InputError("the folder to write to", expected="one without a training",
                         got=str(out / CHECKPOINT), fix="Choose another --out.")  # fmt: skip
    return write_checkpoint(replace(checkpoint, optimiser={}), out)


def read_checkpoint(path: Path) -> Checkpoint:
    """Return a checkpoint, its tensors on the CPU, or say what is wrong with the file."""
    if not path.is_file():
        raise InputError("checkpoint", expected="the checkpoint.pt of a training",
                         got=f"no file {path}",
                         fix="Make one with tfan train landmarks or detector.")  # fmt: skip
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        text = stored.pop("config")
        return Checkpoint(config=parse_config(text, where=path.name), **stored)
    except NO_CHECKPOINT as error:
        # torch's own sentence is left out: it advises to load what cannot be trusted
        raise InputError("checkpoint", expected="a file written by tfan train",
                         got=f"{path.name} ({type(error).__name__})") from error  # fmt: skip
