"""A data set of any reader -> shards beside the training, once; a resumed training finds them.

OUT/gathered/tfw-1f0c22ab90de/ holds faces-00000.npz and so on, which are trained on; val/ in it the
people who are held out; and gathered.json what was asked for, counts, and what was left out.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.tfake_files import NAME
from tfan.evaluate.sample import Sample
from tfan.io.files import replace_file, replace_text
from tfan.train.cuts import Columns, face_cuts, scene_cut
from tfan.train.sources import Source, held_out

logger = logging.getLogger(__name__)

SHARD_ROWS = 500
_DONE = "gathered.json"
_MOST_TOLD = 20

OpenDataset = Callable[[Source], Iterable[Sample]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Shards made of a data set.

    Attributes:
        folder: of the shards to train on.
        val: of the held-out ones, whether or not there are any.
        scheme: of the labels of faces; "" for scenes.
        report: what gathered.json holds.
    """

    folder: Path
    val: Path
    scheme: str
    report: dict[str, Any]


@dataclass(slots=True, eq=False)
class _Tally:
    """What was met so far."""

    samples: int = 0
    scheme: str = ""
    people: dict[str, set[str]] = field(default_factory=lambda: {"train": set(), "val": set()})
    nameless: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def leave_out(self, why: str, *, which: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1
        if len(self.told) < _MOST_TOLD:
            self.told.append(f"{which}: {why}")


def open_source(source: Source) -> Iterable[Sample]:
    """Return the samples of a data set that `tfan.evaluate.datasets` knows."""
    return open_dataset(source.kind, source.folder, **dict(source.options))


def gather(
    source: Source, out: Path, *, what: str, open_samples: OpenDataset = open_source
) -> Gathered:
    """Return the shards of a data set, made now unless they lie in out.

    Args:
        source: of any kind but "synth".
        out: folder of the training.
        what: "faces" for the landmark network, "scenes" for the detector.
        open_samples: returns the samples of a source.

    Raises:
        InputError: nothing in the set can be trained on.
    """
    folder = out / "gathered" / f"{source.kind}-{_key(source, what)}"
    if not (folder / _DONE).is_file():
        shutil.rmtree(folder, ignore_errors=True)  # what an earlier try left unfinished
        _make(source, folder, what=what, samples=open_samples(source))
    report = json.loads((folder / _DONE).read_text(encoding="utf-8"))
    return Gathered(folder, folder / "val", report["scheme"], report)


def _key(source: Source, what: str) -> str:
    said = asdict(source) | {"folder": str(source.folder.resolve()), "what": what}
    said.pop("weight")  # another weight needs no other shards
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def _make(source: Source, folder: Path, *, what: str, samples: Iterable[Sample]) -> None:
    tally = _Tally()
    sides = {"train": _Writer(folder, what), "val": _Writer(folder / "val", what)}
    logger.info("gathering %s of %s", what, source.label)
    for sample in _chosen(samples, source):
        who = sample.subject or _picture_name(sample.name)
        side = "val" if held_out(who, source.val) else "train"
        for cut in _cuts(sample, source, tally, what=what):
            sides[side].add(cut)
            tally.people[side].add(who)
        tally.samples += 1
        tally.nameless += not sample.subject
    counts = {side: writer.close() for side, writer in sides.items()}
    if not sum(counts.values()):
        got = "; ".join(tally.told[:3]) or f"{tally.samples} samples without usable labels"
        raise InputError(source.label, expected=f"{what} to train on", got=got)
    report = _report(source, tally, counts, samples=samples)
    logger.info("%s: %s", source.label, json.dumps(report["counts"]))
    replace_text(folder / _DONE, json.dumps(report, indent=1) + "\n")


def _picture_name(name: str) -> str:
    """Return what pictures of one entry have in common: T-FAKE shows each in several files."""
    known = NAME.fullmatch(name)
    return known[1] if known else name


def _chosen(samples: Iterable[Sample], source: Source) -> Iterator[Sample]:
    taken = 0
    for sample in samples:
        fits = source.split in ("", sample.split) and source.condition in ("", sample.condition)
        if source.limit is not None and taken >= source.limit:
            return
        if fits:
            taken += 1
            yield sample


def _cuts(sample: Sample, source: Source, tally: _Tally, *, what: str) -> Iterator[Columns]:
    try:
        if what == "pictures":
            yield from _picture(sample, source, tally)
            return
        if what == "scenes":
            yield scene_cut(sample, tone=source.tone)
            return
        schemes = [face.scheme for face in sample.faces if len(face.names)]
        tally.scheme = tally.scheme or (schemes[0] if schemes else "")
        for scheme in schemes:
            if scheme != tally.scheme:
                tally.leave_out(f"a face of {scheme} beside {tally.scheme}", which=sample.name)
        found = list(face_cuts(sample, scheme=tally.scheme, tone=source.tone)) if schemes else []
    except InputError as error:
        tally.leave_out("unusable", which=str(error))
        return
    if not found:
        tally.leave_out("no face with enough points and pixels", which=sample.name)
    yield from found


def _picture(sample: Sample, source: Source, tally: _Tally) -> Iterator[Columns]:
    from tfan.train.pictures import picture_cut

    tally.scheme = tally.scheme or next(
        (face.scheme for face in sample.faces if len(face.names)), ""
    )
    cut = picture_cut(sample, scheme=tally.scheme, tone=source.tone, folder=source.folder)
    if cut is None:
        tally.leave_out("no face with points", which=sample.name)
    else:
        yield cut


def _report(
    source: Source, tally: _Tally, counts: dict[str, int], *, samples: Iterable[Sample]
) -> dict[str, Any]:
    """Return what gathered.json holds."""
    damaged = getattr(getattr(samples, "problems", None), "n", 0)
    people = {side: len(names) for side, names in tally.people.items()}
    return {
        "source": asdict(source) | {"folder": str(source.folder)},
        "scheme": tally.scheme,
        "counts": counts,
        "samples": tally.samples,
        "people" if not tally.nameless else "people or samples": people,
        "samples of unnamed people": tally.nameless,
        "problems of the reader": damaged,
        "left out": tally.left_out,
        "such as": tally.told,
    }


class _Writer:
    """Collects rows and writes a shard for every 500 of them."""

    def __init__(self, folder: Path, what: str) -> None:
        self._folder, self._what = folder, what
        self._rows: list[Columns] = []
        self._shards = self._count = 0

    def add(self, row: Columns) -> None:
        """Add one row."""
        self._rows.append(row)
        self._count += 1
        if len(self._rows) == SHARD_ROWS:
            self._write()

    def close(self) -> int:
        """Write what is left; return the number of rows in all."""
        if self._rows:
            self._write()
        return self._count

    def _write(self) -> None:
        columns = {name: np.stack([row[name] for row in self._rows]) for name in self._rows[0]}

        def save(path: Path) -> None:
            with path.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **columns)

        replace_file(self._folder / f"{self._what}-{self._shards:05d}.npz", save)
        self._rows = []
        self._shards += 1
