"""Which samples come next: shuffled passes over a folder that may grow between two passes."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import torch
from torch import Tensor

from tfan.train.shards import Shards, grow

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dealing:
    """How a source is dealt: images of a batch, seed of the order, where they are wanted."""

    batch: int
    seed: int
    device: torch.device


class Deck:
    """Deals the rows of each batch; reads the folder again at the beginning of each pass."""

    def __init__(self, shards: Shards, *, batch: int, seed: int) -> None:
        self.shards = shards
        self._batch = batch
        self._generator = torch.Generator().manual_seed(seed)
        self._order = torch.empty(0, dtype=torch.long)
        self._passes = 0

    def deal(self, batch: int | None = None) -> Tensor:
        """Return (batch,) rows, fewer when the folder holds fewer; each once in a pass."""
        batch = self._batch if batch is None else batch
        count = min(batch, max(1, len(self.shards)))  # an empty folder is looked at again
        if len(self._order) < count:
            self._shuffle()
            count = min(batch, len(self._order))
        rows, self._order = self._order[:count], self._order[count:]
        return rows

    def _shuffle(self) -> None:
        before = len(self.shards)
        self.shards = grow(self.shards)
        self._order = torch.randperm(len(self.shards), generator=self._generator)
        if len(self.shards) == 0:
            return
        self._passes += 1
        logger.info(
            "pass %d over %s: %d images in %d shards (%d new)", self._passes, self.shards.kind,
            len(self.shards), len(self.shards.files), len(self.shards) - before,
        )  # fmt: skip
