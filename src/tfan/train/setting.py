"""What every task of the training loop is given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from tfan.train.config import TrainConfig


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a training finds its data and where it computes.

    Attributes:
        config: what to train.
        data: folder of shards.
        held_out: folder of shards that are never trained on, or None.
        device: of the network and its batches.
        seed: of the order of samples and of how they vary.
    """

    config: TrainConfig
    data: Path
    held_out: Path | None
    device: torch.device
    seed: int

    def generator(self) -> torch.Generator:
        """Return a fresh source of chance on the device."""
        return torch.Generator(self.device).manual_seed(self.seed)

    def held_out_with(self, kind: str) -> Path | None:
        """Return the folder of held-out shards; None while it holds none of a kind."""
        there = self.held_out is not None and any(self.held_out.glob(f"{kind}-*.npz"))
        return self.held_out if there else None
