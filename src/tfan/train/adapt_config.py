"""What the training of an adaptation network was asked to do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfan.errors import InputError
from tfan.landmarks.convert import can_convert
from tfan.landmarks.schemes import load_scheme
from tfan.train.tables import build_all, read_text, toml_text

_INNER: Mapping[str, type[Any]] = {}
_SEEDS = 2**63  # so many does torch take


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptConfig:
    """All that the training needs to know beside its pairs.

    Attributes:
        source: scheme of the points that are given.
        target: scheme of the points that are wanted.
        name: of the folder of written results.
        keep_same: points that both schemes have pass through unchanged; false where the two sets
            mean the same points but put them elsewhere.
        width: units of each of the four hidden layers.
        steps: batches.
        noise: standard deviation of the error that is put on the given points, as a share of
            their spread: those of a network have some.
        stretch: greatest change of the face's proportions, in natural logarithms.
    """

    source: str
    target: str
    name: str = "adapt"
    keep_same: bool = True
    width: int = 64
    steps: int = 6000
    batch: int = 256
    rate: float = 2e-3
    weight_decay: float = 1e-4
    noise: float = 0.01
    stretch: float = 0.05
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        for scheme in (self.source, self.target):
            load_scheme(scheme)  # or say which exist
        if self.source == self.target:
            raise InputError("target", expected="another scheme than the source's",
                             got=repr(self.target))  # fmt: skip
        if not isinstance(self.keep_same, bool):
            raise InputError("keep_same", expected="true or false", got=repr(self.keep_same))
        if self.keep_same and can_convert(self.source, self.target):
            raise InputError("target", expected=f"points that {self.source} does not have",
                             got=f"{self.target}, which is converted exactly")  # fmt: skip
        for key in ("width", "steps", "batch", "threads"):
            if getattr(self, key) < 1:
                raise InputError(key, expected="1 or more", got=repr(getattr(self, key)))
        for key in ("rate", "weight_decay", "noise", "stretch"):
            if not 0 <= getattr(self, key) < math.inf:
                raise InputError(key, expected="0 or more", got=repr(getattr(self, key)))
        if not 0 <= self.seed < _SEEDS:
            raise InputError("seed", expected=f"0 to {_SEEDS - 1}", got=repr(self.seed))
        if self.name in ("", ".", "..") or "/" in self.name or "\\" in self.name:
            raise InputError("name", expected="the name of a folder", got=repr(self.name))


def parse_adapt_config(text: str, *, where: str = "configuration") -> AdaptConfig:
    """Return the configuration that a TOML text describes."""
    config: AdaptConfig = build_all(
        AdaptConfig, _INNER, text, where=where, needed=("source", "target")
    )
    return config


def read_adapt_config(path: Path) -> AdaptConfig:
    """Return the configuration in a TOML file."""
    return parse_adapt_config(read_text(path), where=path.name)


def adapt_config_text(config: AdaptConfig) -> str:
    """Return the TOML text that `parse_adapt_config` turns back into config."""
    return toml_text(config, _INNER).rstrip("\n") + "\n"
