"""Checkpoints of thermalizers: written beside and renamed, read without executing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from tfan.errors import WeightsError
from tfan.io.files import replace_file, replace_text
from tfan.thermalize.config import ThermalizeConfig, config_text, parse_config
from tfan.train.checkpoints import CHECKPOINT, NO_CHECKPOINT
from tfan.train.loop import Progress

_KIND = "tfan thermalizer"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Everything that a resumed training needs; `average` is what is applied to images."""

    config: ThermalizeConfig
    net: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    progress: Progress


def write_checkpoint(checkpoint: Checkpoint, out: Path) -> Path:
    """Write checkpoint.pt and config.toml into the folder out; return the first."""
    text = config_text(checkpoint.config)
    tables = {
        "kind": _KIND,
        "config": text,
        "net": checkpoint.net,
        "average": checkpoint.average,
        "optimiser": checkpoint.optimiser,
        "progress": asdict(checkpoint.progress),
    }
    replace_file(out / CHECKPOINT, lambda path: torch.save(tables, path))
    replace_text(out / "config.toml", text)
    return out / CHECKPOINT


def read_checkpoint(path: Path) -> Checkpoint:
    """Return a checkpoint, its tensors on the CPU.

    Raises:
        WeightsError: no file, or none that `tfan thermalize train` wrote.
    """
    if not path.is_file():
        msg = f"There is no file {path}: give the {CHECKPOINT} that tfan thermalize train wrote."
        raise WeightsError(msg)
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        if stored.pop("kind") != _KIND:
            raise KeyError("kind")
        config = parse_config(stored.pop("config"), where=path.name)
        return Checkpoint(config, progress=Progress(**stored.pop("progress")), **stored)
    except (*NO_CHECKPOINT, ValueError) as error:
        # torch's own sentence is left out: it advises to load what cannot be trusted
        msg = (
            f"{path} is no checkpoint of a thermalizer ({type(error).__name__}): give the "
            f"{CHECKPOINT} that tfan thermalize train wrote."
        )
        raise WeightsError(msg) from error
