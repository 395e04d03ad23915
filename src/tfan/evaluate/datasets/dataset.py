"""What every reader of a data set gives: samples one by one, and what was wrong with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tfan.evaluate.sample import Sample

MOST_KEPT = 1000
"""Problems beyond so many are counted, not kept: a set of the wrong kind has as many as files."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of a data set that is missing, damaged or doubtful.

    Attributes:
        where: the file, and the row or key in it.
        reason: what is wrong, in words.
        skipped: whether the entry gives no sample because of it.
    """

    where: str
    reason: str
    skipped: bool = True


@dataclass(slots=True, eq=False)
class Problems:
    """The problems of one pass over a data set, as far as it has gone.

    Attributes:
        kept: the first thousand of them.
        n: how many there were.
        n_skipped: how many of them cost their sample.
    """

    kept: list[Problem] = field(default_factory=list)
    n: int = 0
    n_skipped: int = 0

    def add(self, where: str, reason: str, *, skipped: bool = True) -> None:
        """Count a problem, and keep it if there is room."""
        self.n += 1
        self.n_skipped += skipped
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Problem(where, reason, skipped))

    def take(self, others: Problems) -> None:
        """Count the problems of another pass, too."""
        self.n += others.n
        self.n_skipped += others.n_skipped
        self.kept.extend(others.kept[: max(0, MOST_KEPT - len(self.kept))])

    def clear(self) -> None:
        """Forget all, for another pass."""
        self.kept.clear()
        self.n = self.n_skipped = 0

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.kept)

    def __len__(self) -> int:
        return self.n


Read = Callable[[Problems], Iterator[Sample]]
"""One pass over a data set: yields sound samples, adds what is wrong to the problems."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A data set on disk; iterating reads its annotations one by one, images when asked.

    Attributes:
        name: as in DATASETS.
        folder: where it lies.
        licence: of the data, as its makers state it.
        problems: of the latest pass; complete when the pass has ended.
        read: one pass.
    """

    name: str
    folder: Path
    licence: str
    read: Read
    problems: Problems = field(default_factory=Problems)

    def __iter__(self) -> Iterator[Sample]:
        self.problems.clear()
        return self.read(self.problems)
