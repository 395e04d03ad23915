"""Where the files of one T-FAKE folder are: entries by number, parts by ending."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tfan.evaluate.datasets.dense_pickle import DensePickle

PARTS = {"": "png", "seg": "png", "ldmks": "txt", "thermal": "png"}
BITS = {part: 1 << bit for bit, part in enumerate(PARTS)}
NAME = re.compile(r"([0-9]{6,15})(?:_(seg|ldmks|thermal))?\.(png|txt)")


@dataclass(frozen=True)
class TfakeFolder:
    """Where the files of one set are.

    Attributes:
        folder: colours, classes and points.
        thermal_folder: thermal images; the packs of T-FAKE may be unpacked apart.
        dense_path: the pickle of 478 points.
    """

    folder: Path
    thermal_folder: Path
    dense_path: Path

    def path(self, number: int, part: str) -> Path:
        """Return the path of one part of an entry: "", "seg", "ldmks" or "thermal"."""
        home = self.thermal_folder if part == "thermal" else self.folder
        return home / file_name(number, part)

    @cached_property
    def dense(self) -> DensePickle:
        """Where each entry's 478 points lie in the pickle."""
        return DensePickle(self.dense_path)

    def entries(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        """Return the numbers of all entries and which parts of each there are."""
        homes = dict.fromkeys((self.folder, self.thermal_folder))
        return gather(name for home in homes for name in names_of_files(home))

    def has(self, part: str) -> bool:
        """Whether there is any file of a part."""
        home = self.thermal_folder if part == "thermal" else self.folder
        if not home.is_dir():
            return False
        known = map(NAME.fullmatch, names_of_files(home))
        return any(one is not None and (one[2] or "") == part for one in known)


def file_name(number: int, part: str) -> str:
    """Return the name of one part of an entry."""
    return f"{number:06d}{'_' if part else ''}{part}.{PARTS[part]}"


def gather(
    names: Iterable[str],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return the numbers (E,) that file names speak of, sorted, and the bits (E,) of their parts.

    Eight bytes a file are held: the whole set has 400,000 of them.
    """
    codes = array("q")
    for name in names:
        known = NAME.fullmatch(name)
        part = (known[2] or "") if known else ""
        if known and PARTS[part] == known[3] and file_name(int(known[1]), part) == name:
            codes.append(int(known[1]) * 256 + BITS[part])
    found = np.array(codes, np.int64)
    entries, where = np.unique(found // 256, return_inverse=True)
    bits = np.zeros(len(entries), np.uint8)
    np.bitwise_or.at(bits, where, (found % 256).astype(np.uint8))
    return entries, bits


def names_of_files(folder: Path) -> Iterator[str]:
    """Yield the names in a folder, in no order."""
    with os.scandir(folder) as found:
        for one in found:
            yield one.name
