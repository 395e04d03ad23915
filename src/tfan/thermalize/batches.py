"""Batches of scenes, and of thermal images that belong to none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tfan.errors import InputError
from tfan.thermalize.pairs import Pair, PairFolder, read_stray, squared

logger = logging.getLogger(__name__)

_REMEMBERED = 2000  # scenes at the training's size; 128 px: 130 kB each


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B scenes at one size.

    Attributes:
        rgb: (B, 3, S, S) red, green, blue in 0..1.
        thermal: (B, 1, S, S) shares of 20..40 degrees Celsius; NaN = not measured.
        segments: (B, S, S) class numbers, 255 = unknown.
        strays: (B', 1, S, S) thermal images to take real patches from; None takes the scenes' own.
    """

    rgb: Tensor
    thermal: Tensor
    segments: Tensor
    strays: Tensor | None = None

    @property
    def real(self) -> Tensor:
        """(B', 1, S, S) thermal images to take real patches from; B' may be 0."""
        if self.strays is not None:
            return self.strays
        return self.thermal[self.thermal.isfinite().flatten(1).all(1)]


class Scenes:
    """Scenes of a folder at one size; damaged ones are told once and left out.

    Args:
        pairs: the folder.
        numbers: of the scenes to take.
        side_px: side of the images.
    """

    def __init__(self, pairs: PairFolder, numbers: Sequence[int], *, side_px: int) -> None:
        self._pairs = pairs
        self._side_px = side_px
        self.numbers = list(numbers)
        self._read = lru_cache(_REMEMBERED)(self._resized)

    def _resized(self, number: int) -> Pair:
        pair = self._pairs.read(number)
        rgb, shares, segments = (
            squared(array, side_px=self._side_px)
            for array in (pair.rgb, pair.shares, pair.segments)
        )
        return Pair(pair.name, rgb, shares, segments)

    def read(self, number: int) -> Pair | None:
        """Return a scene, None if it is damaged; then it is never asked for again."""
        try:
            return self._read(number)
        except InputError as error:
            logger.warning("left out: %s", error)
            self.numbers.remove(number)
            if not self.numbers:
                raise InputError("data", expected="at least one whole scene",
                                 got="only damaged ones") from error  # fmt: skip
            return None

    def draw(self, count: int, generator: torch.Generator) -> list[Pair]:
        """Return count scenes, any of them at any place."""
        found: list[Pair] = []
        while len(found) < count:
            at = int(torch.randint(len(self.numbers), (), generator=generator))
            pair = self.read(self.numbers[at])
            found += [pair] if pair is not None else []
        return found


class Strays:
    """Thermal images without colour ones, for their patches; damaged ones are told once."""

    def __init__(self, paths: Sequence[Path], *, side_px: int) -> None:
        self._paths = list(paths)
        self._side_px = side_px
        self._read = lru_cache(_REMEMBERED)(self._resized)

    def _resized(self, path: Path) -> Tensor:
        shares = np.nan_to_num(read_stray(path)).clip(0.0, 1.0)
        return torch.from_numpy(squared(shares, side_px=self._side_px))[None]

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Return (count, 1, S, S) of them."""
        found: list[Tensor] = []
        while len(found) < count:
            at = int(torch.randint(len(self._paths), (), generator=generator))
            try:
                found.append(self._read(self._paths[at]))
            except InputError as error:
                logger.warning("left out: %s", error)
                del self._paths[at]
                if not self._paths:
                    raise
        return torch.stack(found)


def collate(pairs: Sequence[Pair], *, strays: Tensor | None = None) -> Batch:
    """Return scenes of one size as a batch."""
    rgb = torch.from_numpy(np.stack([pair.rgb for pair in pairs])).permute(0, 3, 1, 2)
    thermal = torch.from_numpy(np.stack([pair.shares for pair in pairs]))[:, None]
    segments = torch.from_numpy(np.stack([pair.segments for pair in pairs]))
    return Batch(rgb.float() / 255.0, thermal, segments, strays)
