"""Matrices of numbers as text: what FLIR Tools, ResearchIR and others export as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_DECIMALS = (".", ",")
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
    if layout is not None:
        layout = _without_empty_rim(layout, path, encoding)
    if layout is None:
        got = f"text that begins with {head[0].strip()[:60]!r}" if head else "an empty file"
        raise InputError(str(path), expected="a matrix of numbers as text", got=got)
    return Matrices(path, encoding, layout, "".join(head))


@dataclass(frozen=True, slots=True)
class _Layout:
    """How rows of numbers are written.

    Attributes:
        delimiter: between cells; None for any blanks.
        decimal: "." or ",".
        columns: cells of a row, empty ones included.
        used: without the first and the last ones that are empty in all rows: rows may begin or
            end with a delimiter, and spreadsheets fill up to the width of the widest line.
    """

    delimiter: str | None
    decimal: str
    columns: int
    used: slice

    def row(self, line: str) -> list[float] | None:
        """Return the numbers of a row of the matrix, NaN for empty cells; None for other lines."""
        cells = _row(line, self.delimiter, self.decimal)
        if cells is None or len(cells) != self.columns:
            return None
        return [np.nan if cell is None else cell for cell in cells[self.used]]


class Matrices:
    """Frames of a text file: runs of rows with the same number of columns."""

    kind = "CSV matrix"

    def __init__(
        self,
        path: Path,
        encoding: str,
        layout: _Layout,
        head: str,
    ) -> None:
        self._path, self._encoding, self._layout = path, encoding, layout
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
            if index < start:
                pass
            elif values.shape != shape:
                yield Damage(index, f"a matrix {values.shape} after ones {shape}")
            else:
                yield Stored(index, values, said=self._said, why=why, camera=self._facts)
            index += 1
        self._n = index

    def close(self) -> None:
        """Nothing is held open between frames."""

    def _blocks(self) -> Iterator[list[list[float]]]:
        rows: list[list[float]] = []
        with self._path.open(encoding=self._encoding, errors="replace") as file:
            for line in file:
                row = self._layout.row(line)
                if row is not None:
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


def _layout(head: list[str]) -> _Layout | None:
    """Return how the matrix in the first lines is written; None where there is none."""
    for delimiter in _DELIMITERS:
        layouts = [_layout_by(head, delimiter, decimal) for decimal in _DECIMALS]
        n_rows, layout = max(layouts, key=lambda each: each[0])  # of equals the point
        if n_rows >= MIN_SIDE_PX:
            return layout
    return None


def _layout_by(head: list[str], delimiter: str | None, decimal: str) -> tuple[int, _Layout]:
    """Return the number of rows of a matrix so written, and the layout by these first lines."""
    rows = [row for line in head if (row := _row(line, delimiter, decimal)) is not None]
    widths = [len(row) for row in rows if len(row) >= MIN_SIDE_PX]
    columns = max(set(widths), key=widths.count, default=0)
    used = slice(columns, 0)
    for row in rows:
        used = _widened(used, row) if len(row) == columns else used
    return len(widths), _Layout(delimiter, decimal, columns, used)


def _widened(used: slice, row: list[float | None]) -> slice:
    """Return the columns from the first to the last that are filled in some row, this one too."""
    filled = [column for column, cell in enumerate(row) if cell is not None]
    return slice(min(used.start, filled[0]), max(used.stop, filled[-1] + 1))


def _without_empty_rim(layout: _Layout, path: Path, encoding: str) -> _Layout | None:
    """Return the layout with the columns that any row of the file fills; None if they are too few.

    Only a file whose first rows begin or end with empty cells is read through, and no further than
    until all columns are known to be filled: which are no columns must hold for all its frames.
    """
    whole, used = slice(0, layout.columns), layout.used
    with path.open(encoding=encoding, errors="replace") as file:
        while used != whole and (line := file.readline()):
            begin, end = (
                (layout.delimiter or "") * n for n in (used.start, layout.columns - used.stop)
            )
            if line.startswith(begin) and line.rstrip("\r\n").endswith(end):
                continue  # nothing new: most lines, and splitting them takes long
            row = _row(line, layout.delimiter, layout.decimal)
            used = used if row is None or len(row) != layout.columns else _widened(used, row)
    return replace(layout, used=used) if used.stop - used.start >= MIN_SIDE_PX else None


def _row(line: str, delimiter: str | None, decimal: str) -> list[float | None] | None:
    """Return the numbers of a line, None for empty cells; None where it holds words or nothing."""
    cells = [cell.strip().strip('"') for cell in _cells(line.strip("\r\n"), delimiter)]
    if decimal == ",":
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        return [float(cell) if cell else None for cell in cells] if any(cells) else None
    except ValueError:
        return None


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None or '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])  # "24,5" is one cell
    except csv.Error:  # some cell is longer than cells can be
        return []


def _without_numbering(values: AnyArray) -> AnyArray:
    """Return the matrix without a first column or row that only counts."""
    for _ in range(2):
        first = values[:, 0]
        first = first[1:] if np.isnan(first[0]) else first  # the corner of both is empty
        if len(first) > 2 and np.isin(first[0], (0, 1)) and (np.diff(first) == 1).all():
            values = values[:, 1:]
        values = values.T
    return np.ascontiguousarray(values)


def _unit(head: str) -> Unit | None:
    return next((unit for pattern, unit in _UNITS if pattern.search(head)), None)


def _facts(head: str) -> dict[str, Fact]:
    found = filter(None, map(_FACT.match, head.splitlines()))
    return {_FACT_NAMES[m[1].lower()]: float(m[2].replace(",", ".")) for m in found}
