"""What is in a data set: counts, what is missing or damaged, and a few samples to look at."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.dataset import Dataset, Problem, Problems
from tfan.evaluate.datasets.registry import row_of
from tfan.evaluate.sample import Sample
from tfan.types import AnyArray

_MOST_SIZES = 20
_MOST_LICENCES = 5
_NAMED = re.compile(r"[\d/']")  # words that differ from entry to entry
_SUBJECTS_SHOWN = 10


def _nothing() -> None: ...


@dataclass(slots=True, eq=False)
class Check:
    """What one pass over a data set has seen.

    Attributes:
        problems: of the annotations and of the images.
        drawn: samples for a picture, chosen evenly.
        kept: image -> why it is not kept, "" for one that is; only of sets with such a rule, and
            where all images are opened.
    """

    problems: Problems = field(default_factory=Problems)
    drawn: list[Sample] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    n_samples: int = 0
    n_opened: int = 0
    n_empty: int = 0
    n_partial: int = 0
    n_faces: int = 0
    n_boxes: int = 0
    n_points: int = 0
    n_known: int = 0
    n_visible: int = 0
    n_outside: int = 0
    by_split: Counter[str] = field(default_factory=Counter)
    by_condition: Counter[str] = field(default_factory=Counter)
    by_scheme: Counter[str] = field(default_factory=Counter)
    by_licence: Counter[str] = field(default_factory=Counter)
    by_form: Counter[str] = field(default_factory=Counter)
    subjects: dict[str, set[str]] = field(default_factory=dict)
    low: float = float("inf")
    high: float = float("-inf")

    def count(self, sample: Sample) -> None:
        """Count a sample by what is annotated."""
        self.n_samples += 1
        self.n_empty += not sample.faces
        self.n_partial += sample.partial
        self.by_split[sample.split] += 1
        self.by_condition[sample.condition] += 1
        self.by_licence[sample.licence] += 1
        if sample.subject:
            self.subjects.setdefault(sample.subject, set()).add(sample.split)
        for face in sample.faces:
            self.n_faces += 1
            self.n_boxes += face.box_given
            self.n_points += len(face.points_px)
            self.n_known += int(np.isfinite(face.points_px).all(axis=1).sum())
            self.n_visible += face.visible is not None
            self.by_scheme[face.scheme] += 1

    def open(self, sample: Sample) -> AnyArray:
        """Count a sample by its image, and return that.

        Raises:
            InputError: it cannot be read.
        """
        frame = sample.frame()
        height, width = frame.hw
        form = f"{width} x {height}, {frame.reading.unit}"
        known = form in self.by_form or len(self.by_form) < _MOST_SIZES
        self.by_form[form if known else "other"] += 1
        if frame.reading.scale is not None:
            celsius = frame.celsius()
            self.low = min(self.low, float(np.nanmin(celsius)))
            self.high = max(self.high, float(np.nanmax(celsius)))
        self.n_opened += 1
        outside = [_outside(face.points_px, (width, height)) for face in sample.faces]
        if any(outside):
            self.n_outside += 1
            worst = max(outside)
            self.problems.add(sample.name, f"{worst} points outside the image", skipped=False)
        return frame.values

    @property
    def shared_subjects(self) -> list[str]:
        """Subjects that stand in more than one split: such splits tell nothing of new people."""
        return sorted(name for name, splits in self.subjects.items() if len(splits) > 1)

    @property
    def sound(self) -> bool:
        """Whether there is something, and nothing of it missing or damaged."""
        return self.n_samples > 0 and self.problems.n_skipped == 0


def check(
    dataset: Dataset,
    *,
    images: int | None = None,
    draw: int = 5,
    seed: int = 0,
    advance: Callable[[], None] = _nothing,
) -> Check:
    """Read a data set once and return what is there.

    Args:
        dataset: what to read.
        images: how many images are opened, the first ones; None opens all.
        draw: number of samples to keep for a picture, any of the set with equal chance.
        seed: of that choice.
        advance: called after each sample.
    """
    seen, chance = Check(), random.Random(seed)
    row = row_of(dataset.name)
    for sample in dataset:
        seen.count(sample)
        sound = True
        if images is None or seen.n_samples <= images:
            try:
                values = seen.open(sample)
                if row.look is not None:
                    against = row.look(dataset.folder, sample, values)
                    if row.has_kept_list and images is None:  # a list of some drops the others
                        seen.kept[sample.name] = against
                    if against:
                        seen.problems.add(sample.name, against, skipped=False)
            except InputError as error:
                seen.problems.add(sample.name, str(error))
                sound = False
        if sound:
            _choose(seen.drawn, sample, draw, seen.n_samples, chance)
        advance()
    seen.problems.take(dataset.problems)
    return seen


def record(dataset: Dataset, seen: Check) -> dict[str, Any]:
    """Return a check as plain values for JSON."""
    row = row_of(dataset.name)
    warm = np.isfinite(seen.low)
    return {
        "name": dataset.name, "title": row.title, "folder": str(dataset.folder),
        "licence": "; ".join(list(seen.by_licence)[:_MOST_LICENCES]) or row.licence,
        "source": row.source,
        "samples": seen.n_samples, "faces": seen.n_faces, "images_opened": seen.n_opened,
        "images_without_face": seen.n_empty, "annotated_in_part": seen.n_partial,
        "by_split": dict(seen.by_split), "by_condition": dict(sorted(seen.by_condition.items())),
        "by_scheme": dict(seen.by_scheme), "by_form": dict(seen.by_form),
        "subjects": len(seen.subjects),
        "subjects_in_two_splits": seen.shared_subjects[:_SUBJECTS_SHOWN],
        "boxes_given": seen.n_boxes, "points": seen.n_points, "points_annotated": seen.n_known,
        "faces_with_visibility": seen.n_visible, "images_with_points_outside": seen.n_outside,
        "celsius": [round(seen.low, 2), round(seen.high, 2)] if warm else None,
        "kept": sum(not reason for reason in seen.kept.values()) if seen.kept else None,
        "problems": seen.problems.n, "skipped": seen.problems.n_skipped,
        "reasons": [
            {"reason": reason, "n": n, "example": {"where": one.where, "reason": one.reason}}
            for reason, n, one in reasons(seen.problems)
        ],
    }  # fmt: skip


def reasons(problems: Problems) -> list[tuple[str, int, Problem]]:
    """Return the kinds of problems, the commonest first, with number and first example of each."""
    counts, first = Counter[str](), dict[str, Problem]()
    for problem in problems:
        kind = _kind(problem.reason)
        counts[kind] += 1
        first.setdefault(kind, problem)
    return [(kind, n, first[kind]) for kind, n in counts.most_common()]


def _kind(reason: str) -> str:
    """Return a reason without the names and numbers that differ from entry to entry."""
    told = reason.rsplit(": ", 1)[-1]
    plain = ["..." if _NAMED.search(word) else word for word in told.split()]
    kept = [word for i, word in enumerate(plain) if word != "..." or plain[i - 1 : i] != ["..."]]
    return " ".join(kept)


def _outside(points: AnyArray, size: tuple[int, int]) -> int:
    known = points[np.isfinite(points).all(axis=1)]
    return int(((known < 0) | (known > size)).any(axis=1).sum())


def _choose(chosen: list[Sample], sample: Sample, most: int, n: int, chance: random.Random) -> None:
    """Keep each of n samples with the same chance, without knowing how many will come."""
    if len(chosen) < most:
        chosen.append(sample)
        return
    place = chance.randrange(n)
    if place < most:
        chosen[place] = sample
