"""Where training images come from: `KIND:FOLDER[,key=value...]`, as words and as a value."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfan.errors import InputError
from tfan.evaluate.datasets import DATASETS

SYNTH = "synth"
TONES = ("thermal", "luminance", "inverted", "mixed")
INVERT_SHARES = {"luminance": 0.0, "inverted": 1.0, "mixed": 0.5}
"""How often a picture of a colour camera is turned into its negative, by tone."""

_COLOURS = ("facesynthetics",)
_OPTION = re.compile(r"([a-z_]+)=([^=]*)")
_KIND = re.compile(r"([a-z0-9][a-z0-9-]+):(.*)", re.DOTALL)  # one letter is a drive of Windows


@dataclass(frozen=True, slots=True)
class Source:
    """One folder to train or to validate on.

    Attributes:
        kind: "synth" for shards of `tfan synth generate`, else a name of
            `tfan.evaluate.datasets.DATASETS`.
        folder: where it lies.
        weight: share of each batch, as a ratio to the weights of the other sources.
        split: only samples of this split; "" for all.
        condition: only samples of this condition; "" for all.
        val: share of the people, or of the samples where nobody is named, that is never trained
            on and becomes held-out data.
        limit: number of samples at most.
        tone: "thermal", or how pictures of colour cameras are shown: their "luminance", that
            "inverted", or "mixed".
        options: of the data set's reader, as `tfan.evaluate.datasets.open_dataset` takes them.
    """

    kind: str
    folder: Path
    weight: float = 1.0
    split: str = ""
    condition: str = ""
    val: float = 0.0
    limit: int | None = None
    tone: str = "thermal"
    options: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        rules: tuple[tuple[str, bool, str], ...] = (
            ("weight", 0 < self.weight < math.inf, "a positive number"),
            ("val", 0 <= self.val < 1, "a share of 0 or more, below 1"),
            ("limit", self.limit is None or self.limit > 0, "a positive number"),
            ("tone", self.tone in TONES, " or ".join(TONES)),
        )
        for name, holds, expected in rules:
            if not holds:
                got = repr(getattr(self, name))
                raise InputError(f"{name} of {self.label}", expected=expected, got=got)

    @property
    def label(self) -> str:
        """What reports call it."""
        return f"{self.kind}:{self.folder.name}"


_READ: dict[str, Callable[[str], Any]] = {
    "weight": float, "split": str, "condition": str, "val": float, "limit": int, "tone": str,
}  # fmt: skip


def parse_source(text: str) -> Source:
    """Return the source that a text such as "tfw:data/TFW,weight=2,val=0.2" names.

    A folder alone means shards of `tfan synth generate`.

    Args:
        text: KIND:FOLDER, then options; KIND as `tfan data list` has it.

    Raises:
        InputError: no such kind or option, or a value that it cannot have.
    """
    place, *words = text.split(",")
    while words and not _OPTION.fullmatch(words[0]):  # a comma in the name of a folder
        place += "," + words.pop(0)
    found = _KIND.fullmatch(place)
    kind, folder = (found[1], found[2]) if found else (SYNTH, place)
    known = (SYNTH, *DATASETS)
    if kind not in known:
        raise InputError("--data", expected=f"FOLDER or one of {', '.join(known)} before ':'",
                         got=text)  # fmt: skip
    if not folder:
        raise InputError("--data", expected="KIND:FOLDER", got=text)
    readers = DATASETS[kind].options if kind in DATASETS else {}
    said = dict(_option(word, (*_READ, *readers), where=text) for word in words)
    options = {key: said.pop(key) for key in tuple(said) if key not in _READ}
    if kind in _COLOURS or options.get("image") == "rgb":
        said.setdefault("tone", "mixed")
    return Source(kind, Path(folder), **said, options=tuple(options.items()))


def _option(word: str, known: Sequence[str], *, where: str) -> tuple[str, Any]:
    found = _OPTION.fullmatch(word)
    if found is None or found[1] not in known:
        expected = f"options {', '.join(f'{key}=' for key in known)}"
        raise InputError(f"--data {where}", expected=expected, got=word)
    try:
        return found[1], _READ.get(found[1], str)(found[2])
    except ValueError:
        raise InputError(f"--data {where}", expected=f"a number after {found[1]}=",
                         got=found[2]) from None  # fmt: skip


def held_out(who: str, share: float, *, seed: int = 0) -> bool:
    """Say whether a person belongs to the held-out share.

    It depends on nothing but the name: more data, another order or another machine change nothing,
    and all pictures of one person fall on the same side.
    """
    digest = hashlib.sha256(f"{seed}:{who}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2.0**64


@dataclass(slots=True, eq=False)
class Dealer:
    """Says how many images of a batch come from which source; in the long run, by weight.

    Attributes:
        weights: of the sources.
        owed: what each source was short of so far, in images.
    """

    weights: tuple[float, ...]
    owed: list[float]

    def deal(self, batch: int) -> list[int]:
        """Return how many of the next batch each source gives; they add up to batch."""
        total = math.fsum(self.weights)
        counts = [0] * len(self.weights)
        for _ in range(batch):
            for i, weight in enumerate(self.weights):
                self.owed[i] += weight / total
            most = max(range(len(counts)), key=self.owed.__getitem__)
            self.owed[most] -= 1.0
            counts[most] += 1
        return counts


def dealer_for(sources: Sequence[Source]) -> Dealer:
    """Return what deals batches from these sources."""
    return Dealer(tuple(source.weight for source in sources), [0.0] * len(sources))
