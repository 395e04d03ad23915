"""Small draws that both augmentations share; every one takes its generator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws for a batch of n samples from one generator, on its device."""

    n: int
    generator: torch.Generator

    def uniform(
        self, low: float = 0.0, high: float = 1.0, *, shape: tuple[int, ...] = ()
    ) -> Tensor:
        """Return (n, *shape) numbers between low and high."""
        g = self.generator
        return torch.rand((self.n, *shape), generator=g, device=g.device) * (high - low) + low

    def normal(self, *, shape: tuple[int, ...] = (), limit: float = 2.5) -> Tensor:
        """Return (n, *shape) standard normal numbers, cut off at limit."""
        g = self.generator
        drawn = torch.randn((self.n, *shape), generator=g, device=g.device)
        return drawn.clamp_(-limit, limit)

    def happens(self, share: float) -> Tensor:
        """Return (n,) booleans, true with probability share."""
        return self.uniform() < share

    def integer(self, low: int, high: int) -> int:
        """Return one integer of low..high - 1, the same for the whole batch."""
        g = self.generator
        return int(torch.randint(low, high, (), generator=g, device=g.device))
