"""Two reports -> tables of what changed from one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tfan.evaluate.record import Record
from tfan.evaluate.tables import GROUP, SUMMARY, Column, Table

_LEAST = 0.00005  # below, four decimals show no change
_NONE = "0"


def difference_tables(record: Record, earlier: Record) -> list[Table]:
    """Return for each scheme that both reports have: numbers, groups, faces that fail or not."""
    tables: list[Table] = []
    for name in record["schemes"]:
        if name in earlier["schemes"]:
            tables += _scheme_tables(name, record["schemes"][name], earlier["schemes"][name])
    return tables


def same_data(record: Record, earlier: Record) -> bool:
    """Whether both reports are of the same annotations."""
    return bool(record["about"].get("annotations") == earlier["about"].get("annotations"))


def _scheme_tables(name: str, now: Record, before: Record) -> Iterator[Table]:
    heading = ("", "earlier", "now", "change")
    rows = [*_changes(now["summary"], before["summary"], SUMMARY), *_paired(now, before)]
    yield Table(f"Against the earlier report, {name}", heading, tuple(rows))
    yield Table(
        f"Groups that changed, {name}",
        ("group", "number", *heading[1:]),
        tuple(row for row in _group_rows(now, before) if row[-1] != _NONE),
    )
    faces = tuple(_face_rows(now, before))
    if faces:
        title = f"Faces that fail or are missed now or before, {name}"
        yield Table(title, ("image", "face", *heading[1:3]), faces)


def _group_rows(now: Record, before: Record) -> Iterator[tuple[str, ...]]:
    for group, labels in now["groups"].items():
        if len(labels) < 2:
            continue
        for label, numbers in labels.items():
            old = before["groups"].get(group, {}).get(label)
            if old is not None:
                for row in _changes(numbers, old, GROUP):
                    yield (f"{group}: {label}", *row)


def _changes(
    now: Mapping[str, Any], before: Mapping[str, Any], columns: tuple[Column, ...]
) -> Iterator[tuple[str, ...]]:
    for column in columns:
        if column.key.endswith("_error"):  # the spread of a mean is no achievement
            continue
        new, old = now.get(column.key), before.get(column.key)
        yield column.heading, column.cell(before), column.cell(now), _change(new, old)


def _change(now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return _NONE if now is before else "-"
    return _NONE if abs(now - before) < _LEAST else f"{now - before:+.4f}"


def _pairs(now: Record, before: Record) -> Iterator[tuple[Record, Record]]:
    """Give each face of both reports as it is now and as it was."""
    old = {(face["image"], face["face"]): face for face in before["faces"]}
    for face in now["faces"]:
        other = old.get((face["image"], face["face"]))
        if other is not None:
            yield face, other


def _paired(now: Record, before: Record) -> Iterator[tuple[str, ...]]:
    """Give the mean change of the errors of the same faces, and its standard error.

    That is much smaller than the standard error of either mean: faces differ more than reports.
    """
    both = [(a["nme5"], b["nme5"]) for a, b in _pairs(now, before)]
    errors = np.array([pair for pair in both if None not in pair], np.float64).reshape(-1, 2)
    if len(errors) > 1:
        change = errors[:, 0] - errors[:, 1]
        spread = change.std(ddof=1) / len(change) ** 0.5
        words = f"{change.mean():+.4f} ± {spread:.4f}"
        means = errors.mean(axis=0)
        yield f"nme5 of the {len(errors)} found twice", f"{means[1]:.4f}", f"{means[0]:.4f}", words


def _face_rows(now: Record, before: Record) -> Iterator[tuple[str, ...]]:
    for face, other in _pairs(now, before):
        if (face["found"], face["failed"]) != (other["found"], other["failed"]):
            yield face["image"], str(face["face"]), _state(other), _state(face)


def _state(face: Mapping[str, Any]) -> str:
    if not face["found"]:
        return "not found"
    return "-" if face["nme5"] is None else f"{face['nme5']:.4f}"
