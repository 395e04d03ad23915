"""One network on several devices: each takes its share of a batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from tfan.models.contract import Runtime
from tfan.types import Array


@dataclass(frozen=True, slots=True)
class SplitRuntime:
    """The same network opened on several devices; answers come in the order of the batch.

    Attributes:
        parts: one runtime for each device. Items of a batch are dealt out in equal, contiguous
            shares, the first devices taking one more where it does not come out even; a batch of
            one runs on the first device.
    """

    parts: tuple[Runtime, ...]

    def __call__(self, batch: Array) -> tuple[Array, ...]:
        if len(batch) < 2:
            return self.parts[0](batch)
        shares = np.array_split(batch, min(len(batch), len(self.parts)))
        with ThreadPoolExecutor(len(shares)) as pool:  # the libraries let go of the lock
            answers = list(pool.map(lambda part, share: part(share), self.parts, shares))
        return tuple(np.concatenate(output) for output in zip(*answers, strict=True))

    @property
    def device(self) -> str:
        """The devices' names, joined by "+"."""
        return "+".join(part.device for part in self.parts)

    @property
    def backend(self) -> str:
        """The library that runs all parts."""
        return self.parts[0].backend

    def output_shapes(self) -> dict[str, list[int | str | None]]:
        """Return name -> shape of each output as the file declares it."""
        return self.parts[0].output_shapes()
