"""Checksums of a set's labels: what must come out again from the same seed, and still be there.

Two sums: of the records (what chance decided, to six decimals: the same on every machine) and of
the labels (points and parts as they lie in the files: the same on machines that round alike).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.io.files import replace_text
from tfan.synth.shards import UNREADABLE, read_claim, read_records
from tfan.synth.tfake.files import DENSE_FILE, is_there, lacking, read_image, stem_of
from tfan.synth.tfake.images import PAIRS_LOOKED_INTO, image_problems, spread_over
from tfan.synth.workers import Job

CHECKSUMS = "checksums.json"
CHUNK = 1 << 20
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a set.

    Attributes:
        pairs: how many there ought to be.
        problems: one sentence for each thing that is missing or altered.
        looked_into: pairs whose images were opened.
    """

    pairs: int
    problems: tuple[str, ...]
    looked_into: int


def write_checksums(folder: Path, jobs: Sequence[Job]) -> Path:
    """Write the sums of a complete set, one of each kind for every label file and for all.

    Args:
        folder: of the set.
        jobs: its label files with the numbers of their pairs.
    """
    rows = [_row(folder, path, indices) for path, indices in jobs]
    out: dict[str, Any] = {
        "pairs": sum(row["pairs"] for row in rows),
        "records": _joined([row["records"] for row in rows]),
        "labels": _joined([row["labels"] for row in rows]),
        DENSE_FILE: _of_file(folder / DENSE_FILE),
        "files": rows,
    }
    path = folder / CHECKSUMS
    replace_text(path, json.dumps(out, indent=1) + "\n", kind="checksum file")
    return path


def read_checksums(folder: Path) -> dict[str, Any]:
    """Return what `write_checksums` wrote.

    Raises:
        InputError: there is none, or it is damaged.
    """
    path = folder / CHECKSUMS
    try:
        return _checked(json.loads(path.read_text(encoding="utf-8")))
    except UNREADABLE as error:
        got = "none" if isinstance(error, FileNotFoundError) else f"{error!r}"
        raise InputError(
            str(path), expected="the checksums of a complete set", got=got,
            fix="Run 'tfan synth generate --layout tfake' with the set's options again.",
        ) from error  # fmt: skip


def _checked(sums: Any) -> dict[str, Any]:
    """Return checksums that have every entry, or raise one of UNREADABLE."""
    for key in ("records", "labels", DENSE_FILE):
        str(sums[key])
    for row in sums["files"]:
        str(row["file"] + row["records"] + row["labels"])
        range(row["first"], row["pairs"])
    return {**sums, "pairs": int(sums["pairs"])}


def verify(folder: Path, *, images: int | None = PAIRS_LOOKED_INTO) -> Verdict:
    """Compare the files of a set with its checksums, and look into some of its images.

    Args:
        folder: of the set.
        images: of so many pairs, evenly spread, the images are opened, which have no checksums:
            size, bits, and whether anything is to be seen; None for all pairs.

    Raises:
        InputError: there are no checksums, or they are damaged.
    """
    sums = read_checksums(folder)
    claim = read_claim(folder, "tfake") or {}
    radiometric = bool(claim.get("radiometric"))
    problems: list[str] = []
    for row in sums["files"]:
        indices = range(row["first"], row["first"] + row["pairs"])
        missing = lacking(folder, indices, radiometric=radiometric)
        problems += [f"{name} is missing or empty" for name in missing]
        if not missing:
            problems += _changed(folder, row, indices)
    if not is_there(folder / DENSE_FILE):
        problems.append(f"{DENSE_FILE} is missing or empty")
    elif _of_file(folder / DENSE_FILE) != sums[DENSE_FILE]:
        problems.append(f"{DENSE_FILE} is not as it was written")
    chosen = spread_over(sums["pairs"], images)
    problems += image_problems(
        folder, chosen, side_px=claim.get("side_px"), radiometric=radiometric
    )
    return Verdict(sums["pairs"], tuple(problems), len(chosen))


def _changed(folder: Path, row: dict[str, Any], indices: range) -> list[str]:
    try:
        now = _row(folder, folder / row["file"], indices)
    except (InputError, *UNREADABLE) as error:
        return [f"pairs {indices.start}..{indices.stop - 1}: {error}"]
    span = f"pairs {indices.start}..{indices.stop - 1}"
    return [f"the {kind} of {span} are not as written" for kind in ("records", "labels")
            if now[kind] != row[kind]]  # fmt: skip


def _row(folder: Path, path: Path, indices: range) -> dict[str, Any]:
    records, labels = hashlib.sha256(), hashlib.sha256()
    for line in read_records(path):
        records.update(rounded_record(line).encode())
    with np.load(path) as stored:
        dense = stored["dense"]
    for index, points in zip(indices, dense, strict=True):
        labels.update((folder / f"{stem_of(index)}_ldmks.txt").read_bytes())
        labels.update(read_image(folder / f"{stem_of(index)}_seg.png").tobytes())
        labels.update(np.round(points, 5).astype("<f4").tobytes())
    return {
        "file": path.relative_to(folder).as_posix(), "first": indices.start, "pairs": len(indices),
        "records": records.hexdigest(), "labels": labels.hexdigest(),
    }  # fmt: skip


def rounded_record(line: str) -> str:
    """Return a record with its numbers to six decimals: further ones depend on the machine."""
    return json.dumps(json.loads(line, parse_float=lambda word: round(float(word), DECIMALS)))


def _joined(digests: Sequence[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
