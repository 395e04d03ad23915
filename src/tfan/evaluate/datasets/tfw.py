"""TFW, thermal faces in the wild: tables of boxes with five points, by split and environment.

    train/indoor.csv    a row a face: image, left, top, right, bottom, then x, y of five points
    train/indoor/       iron palette; train/indoor_gray/ the same in grey
    val/..., test/...; and a table and a folder for each other environment

Layout: README, visualize_dataset.py and dataset2yolo.ipynb of IS2AI/TFW, which tell indoor and
outdoor apart; the edition at huggingface.co/datasets/issai/TFW has three environments (c-indoor,
s-indoor, u-outdoor). Whatever tables lie in a split's folder are read, each an environment. Which
part of a pixel the whole numbers mean is not said; they are taken as they stand. Images of the
indoor part have the names of SpeakingFaces, which begin with the subject's number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import (
    BadEntryError,
    is_number,
    missing,
    numbers,
    schemed_face,
    split_in,
)
from tfan.evaluate.datasets.listing import is_there, names_in, reader_of
from tfan.evaluate.sample import Sample, TrueFace

PAGE = "docs/how-to/get-data.md"
_PALETTES = {"iron": "", "gray": "_gray"}
_COLUMNS = 15
_SPEAKING_FACES = 4  # numbers in such a name, at least: subject, trial, session, position


def open_tfw(folder: Path, *, palette: str = "") -> Read:
    """Return the reader of a TFW folder.

    Args:
        folder: holds train/, val/ or test/.
        palette: "iron" or "gray"; by default iron where both are there.

    Raises:
        InputError: no such palette, or no table in the folder.
    """
    if palette and palette not in _PALETTES:
        raise InputError("palette", expected=" or ".join(map(repr, _PALETTES)), got=repr(palette))
    tables = _tables(folder)
    if not tables:
        raise missing(folder, "train/indoor.csv and the like", PAGE)
    return partial(_read, tables, palette)


def subject_of(name: str) -> str:
    """Return whose image a name of SpeakingFaces is, "" for other names."""
    words = Path(name).stem.split("_")
    known = len(words) >= _SPEAKING_FACES and all(word.isdigit() for word in words)
    return words[0] if known else ""


def _tables(folder: Path) -> list[Path]:
    splits = [one for one in sorted(folder.iterdir()) if one.is_dir()] if folder.is_dir() else []
    return [
        split / name for split in splits if split_in(split.name) for name in names_in(split, ".csv")
    ]


def _read(tables: list[Path], palette: str, problems: Problems) -> Iterator[Sample]:
    for table in tables:
        images = _images(table, palette)
        if images is None:
            problems.add(_short(table), "no folder of images beside this table")
            continue
        try:
            with table.open(encoding="utf-8-sig", newline="") as lines:
                yield from _samples(table, images, lines, problems)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            problems.add(_short(table), f"a table that cannot be read to its end: {error}")


def _samples(
    table: Path, images: Path, lines: Iterator[str], problems: Problems
) -> Iterator[Sample]:
    seen, split = set[str](), split_in(table.parent.name)
    rows = ((number, row) for number, row in enumerate(csv.reader(lines), start=1) if row)
    for name, group in groupby(_without_heading(rows), key=lambda numbered: numbered[1][0]):
        where = f"{_short(table)}: {name}"
        faces, bad = [], 0
        for number, row in group:
            try:
                faces.append(_face(row))
            except BadEntryError as error:
                problems.add(f"{_short(table)} row {number}", str(error))
                bad += 1
        path = images / name
        if name in seen:
            problems.add(where, "rows of this image stand apart: it would be counted twice")
        elif not is_there(path):
            problems.add(where, f"no image {images.name}/{name}")
        elif faces:
            yield Sample(
                f"{split}/{images.name}/{name}", reader_of(path), tuple(faces), partial=bad > 0,
                meaning="pixel", subject=subject_of(name), split=split, condition=table.stem,
            )  # fmt: skip
        seen.add(name)


def _without_heading(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in rows:
        if number > 1 or any(map(is_number, row[1:])):
            yield number, row


def _face(row: list[str]) -> TrueFace:
    if len(row) != _COLUMNS:
        raise BadEntryError(f"{len(row)} columns, expected {_COLUMNS}")
    values = numbers(row[1:], what="a coordinate")
    points = values[4:].reshape(5, 2)
    points[(points < 0).all(axis=1)] = np.nan
    return schemed_face(points, "tfw5", box_px=values[:4])


def _images(table: Path, palette: str) -> Path | None:
    endings = [_PALETTES[palette]] if palette else _PALETTES.values()
    folders = [table.parent / f"{table.stem}{ending}" for ending in endings]
    return next((one for one in folders if one.is_dir()), None)


def _short(table: Path) -> str:
    return f"{table.parent.name}/{table.name}"
