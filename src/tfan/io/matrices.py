"""Matrices of numbers as text: what FLIR Tools, ResearchIR and others export as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.io.frame import Fact
from tfan.io.recording import Damage, Stored, Wishes
from tfan.io.units import CELSIUS, FAHRENHEIT, NAMED
from tfan.thermal.interpret import MIN_SIDE_PX, Unit
from tfan.types import AnyArray

_HEAD_LINES = 200
_DELIMITERS = ("\t", ";", ",", None)  # None: any blanks
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
_UNITS = (
    (re.compile(r"°\s?C|\bdeg(?:rees)?[ ._]?C(?:elsius)?\b|\bcelsius\b", re.I), CELSIUS),
    (re.compile(r"°\s?F|\bdeg(?:rees)?[ ._]?F(?:ahrenheit)?\b|\bfahrenheit\b", re.I), FAHRENHEIT),
    (re.compile(r"\bkelvin\b|\(K\)|\[K\]", re.I), NAMED["kelvin"]),
)
_FACT = re.compile(r"^\W*(emissivity|distance)\W+(-?\d+(?:[.,]\d+)?)", re.I)
_FACT_NAMES = {"emissivity": "emissivity", "distance": "distance_m"}


def open_matrix(path: Path, wishes: Wishes) -> Matrices:
    """Open a text file of one matrix or several below one another.

    Raises:
        InputError: no matrix of at least 16 x 16 numbers begins in its first lines.
    """
    del wishes
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace") as file:
        head = list(islice(file, _HEAD_LINES))
    layout = _layout(head)
    if layout is None:
        got = f"text that begins with {head[0].strip()[:60]!r}" if head else "an empty file"
        raise InputError(str(path), expected="a matrix of numbers as text", got=got)
    return Matrices(path, encoding, *layout, "".join(head))


class Matrices:
    """Frames of a text file: runs of rows with the same number of columns."""

    kind = "CSV matrix"

    def __init__(
        self,
        path: Path,
        encoding: str,
        delimiter: str | None,
        decimal: str,
        columns: int,
        head: str,
    ) -> None:
        self._path, self._encoding = path, encoding
        self._delimiter, self._decimal, self._columns = delimiter, decimal, columns
        self._said = _unit(head)
        self._facts = _facts(head)
        self._n: int | None = None

    @property
    def n_frames(self) -> int | None:
        return self._n

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the matrices; one that ends early beside whole ones is a Damage."""
        index, shape = 0, None
        why = f"the file says {self._said.name}" if self._said else ""
        for rows in self._blocks():
            values = _without_numbering(np.array(rows, np.float32))
            shape = shape or values.shape
            if values.shape != shape:
                yield Damage(index, f"a matrix {values.shape} after ones {shape}")
            elif index >= start:
                yield Stored(index, values, said=self._said, why=why, camera=self._facts)
            index += 1
        self._n = index

    def close(self) -> None:
        """Nothing is held open between frames."""

    def _blocks(self) -> Iterator[list[list[float]]]:
        rows: list[list[float]] = []
        with self._path.open(encoding=self._encoding, errors="replace") as file:
            for line in file:
                row = _row(line, self._delimiter, self._decimal)
                if row is not None and len(row) == self._columns:
                    rows.append(row)
                    continue
                if len(rows) >= MIN_SIDE_PX:
                    yield rows
                rows = []
        if len(rows) >= MIN_SIDE_PX:
            yield rows


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "utf-8-sig" if error.start > len(start) - 4 else "cp1252"
    return "utf-8-sig"


def _layout(head: list[str]) -> tuple[str | None, str, int] | None:
    """Return delimiter, decimal sign and number of columns of the matrix in the first lines."""
    for delimiter in _DELIMITERS:
        for decimal in (".", ",") if delimiter != "," else (".",):
            rows = [_row(line, delimiter, decimal) for line in head]
            widths = [len(row) for row in rows if row is not None and len(row) >= MIN_SIDE_PX]
            if len(widths) >= MIN_SIDE_PX:
                return delimiter, decimal, max(set(widths), key=widths.count)
    return None


def _row(line: str, delimiter: str | None, decimal: str) -> list[float] | None:
    """Return the numbers of a line, None where it holds words."""
    cells = [cell.strip().strip('"') for cell in line.strip("\r\n").split(delimiter)]
    while cells and not cells[-1]:
        cells.pop()
    while cells and not cells[0]:
        cells.pop(0)
    if decimal == ",":
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        return [float(cell) if cell else np.nan for cell in cells] or None
    except ValueError:
        return None


def _without_numbering(values: AnyArray) -> AnyArray:
    """Return the matrix without a first column or row that only counts."""
    for _ in range(2):
        first = values[:, 0]
        if len(first) > 2 and np.isin(first[0], (0, 1)) and (np.diff(first) == 1).all():
            values = values[:, 1:]
        values = values.T
    return np.ascontiguousarray(values)


def _unit(head: str) -> Unit | None:
    return next((unit for pattern, unit in _UNITS if pattern.search(head)), None)


def _facts(head: str) -> dict[str, Fact]:
    found = filter(None, map(_FACT.match, head.splitlines()))
    return {_FACT_NAMES[m[1].lower()]: float(m[2].replace(",", ".")) for m in found}
