"""What every task of the training loop is given to work with."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

import torch

from tfan.errors import InputError
from tfan.train.config import TrainConfig
from tfan.train.deck import Dealing
from tfan.train.gather import Gathered, gather
from tfan.train.sources import SYNTH, Source
from tfan.train.starting import Start

SHARDS = {"landmarks": "faces", "detector": "scenes", "published": "pictures"}
"""Kind of the shards that each task trains on."""


@dataclass(frozen=True)  # no slots: what is gathered is kept
class Setting:
    """Where a training finds its data and where it computes.

    Attributes:
        config: what to train.
        data: what to train on, at least one.
        held_out: what is never trained on.
        device: of the network and its batches.
        seed: of the order of samples and of how they vary.
        out: folder of the training, where data sets are gathered.
        start: weights to train on from, or None.
        fine: whether the training began with good weights, perhaps before it was interrupted.
    """

    config: TrainConfig
    data: tuple[Source, ...]
    held_out: tuple[Source, ...]
    device: torch.device
    seed: int
    out: Path
    start: Start | None = None
    fine: bool = False

    def __post_init__(self) -> None:
        for source in (*self.data, *self.held_out):
            if source.kind == SYNTH:
                _check_shards(source)

    def generator(self) -> torch.Generator:
        """Return a fresh source of chance on the device."""
        return torch.Generator(self.device).manual_seed(self.seed)

    def dealing(self, number: int) -> Dealing:
        """Return how the numbered source is dealt; each has an order of its own."""
        return Dealing(self.config.schedule.batch, self.seed + number, self.device)

    @property
    def what(self) -> str:
        """The kind of shards that the task trains on: "faces", "scenes" or "pictures"."""
        return SHARDS[self.config.task]

    @cached_property
    def gathered(self) -> dict[Source, Gathered]:
        """Shards of each source that is a data set, to train or to validate on."""
        sources = dict.fromkeys((*self.data, *self.held_out))
        return {
            source: gather(source, self.out, what=self.what)
            for source in sources
            if source.kind != SYNTH
        }

    def folder(self, source: Source) -> Path:
        """Return where the shards of a source lie."""
        return source.folder if source.kind == SYNTH else self.gathered[source].folder

    @cached_property
    def tests(self) -> dict[str, tuple[Path, str]]:
        """Held-out shards: name -> folder and scheme of the labels, "" for the generator's.

        The first of the generator's is called "".
        """
        found: dict[str, tuple[Path, str]] = {}
        for source in self.held_out:
            _check_held_out(source, self.data)
            scheme = self.gathered[source].scheme if source in self.gathered else ""
            there = self.folder(source), scheme
            plain = source.kind == SYNTH and "" not in found
            _add(found, "" if plain else source.label, there, kind=self.what)
        for source in self.data:
            if source in self.gathered:
                shards = self.gathered[source]
                _add(found, f"{source.label}/val", (shards.val, shards.scheme), kind=self.what)
        return found


def _check_shards(source: Source) -> None:
    """Refuse to choose among shards: they are taken as they lie."""
    plain = Source(SYNTH, source.folder, source.weight)
    for item in fields(source):
        value = getattr(source, item.name)
        if value != getattr(plain, item.name):
            raise InputError(f"{item.name} of {source.label}", expected="a data set, no shards",
                             got=repr(value), fix="Of shards only weight= can be said; give "
                             "held-out ones with --val.")  # fmt: skip


def _check_held_out(source: Source, data: tuple[Source, ...]) -> None:
    """Refuse to call held out what is trained on."""
    if source.val:
        raise InputError(f"held-out data {source.label}", expected="no val=, as all of it is",
                         got=f"val={source.val}",
                         fix="val= belongs to what is trained on, which is scored by itself.",
                         )  # fmt: skip
    for other in data:
        if replace(other, weight=source.weight, val=0.0) == source:
            raise InputError(f"held-out data {source.label}", expected="other data than --data",
                             got="the same")  # fmt: skip


def _add(
    found: dict[str, tuple[Path, str]], name: str, there: tuple[Path, str], *, kind: str
) -> None:
    """Add a folder that holds shards of a kind, under a name that is not taken."""
    if any(there[0].glob(f"{kind}-*.npz")):
        while name in found:
            name += "'"
        found[name] = there


def as_sources(given: Path | Source | tuple[Source, ...] | None) -> tuple[Source, ...]:
    """Return sources as they are, a folder as the generator's shards in it, None as nothing."""
    if given is None:
        return ()
    if isinstance(given, tuple):
        return given
    return (given if isinstance(given, Source) else Source(SYNTH, Path(given)),)
