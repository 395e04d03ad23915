"""Charlotte-ThermalFace: 16-bit TIFF in centikelvin, a table of 72 or 43 points a subject.

    S1.csv ... S10.csv    ID, Subject, Distance, Sensation and more; x0, x1, ..., y0, y1, ...
    S1/R11185.tiff        raw; degrees Celsius = value / 100 - 273.15 (S1/N11185.jpg: for the eye)

Facts: README of TeCSAR-UNCC/UNCC-ThermalFace and its issue 1; columns by their names in programs
that others wrote for it. After the subject's number, the digit of an ID is the state of the room
(1 to 4, 5 also with subject 5). Left and right, the order of the points, and whether whole numbers
mean corners or middles of pixels are not said; they are taken as they stand.

Known faults, and what the reader does:
- 43 points always stand in the first 43 columns, the side is not said: it is recovered from where
  the points crowd together (`facing_of`), or left open;
- points are rounded to whole pixels: nothing can be done;
- programs speak of 73 columns where the README has 72 points: the 73rd is left out, and told;
- IDs stand in the tables twice: the first counts, the others are problems;
- points beside the face, in a heap or of another frame: `tfan.evaluate.datasets.charlotte_kept`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.channel import read_channel
from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import BadEntryError, missing, schemed_face
from tfan.evaluate.datasets.listing import is_there, names_in
from tfan.evaluate.sample import Floats, Sample, TrueFace
from tfan.types import Array

PAGE = "docs/how-to/get-data.md"
FRONT, SIDE = "charlotte72", "charlotte43"
_FRONT_POINTS, _SIDE_POINTS = 72, 43
_TABLE = re.compile(r"S(\d+)\.csv", re.IGNORECASE)
_COORDINATE = re.compile(r"[xy]\d+")
_SUFFIXES = (".tiff", ".tif", ".TIFF", ".TIF")
_CROWDED = 0.04  # of the width: less than that from middle to median says no side
_COMPLETE = 0.9  # of the points; a row with fewer has lost more than a cell
_CENTIKELVIN, _ZERO_CELSIUS = 0.01, 273.15


def open_charlotte(folder: Path, *, kept: str = "") -> Read:
    """Return the reader of a Charlotte folder.

    Args:
        folder: holds S1.csv and S1/ and so on.
        kept: path of a list that `tfan data check charlotte` wrote (columns image, reason); images
            with a reason, and those that it does not have, are left out.

    Raises:
        InputError: no table in the folder, or no such list.
    """
    tables = [folder / name for name in names_in(folder, ".csv") if _TABLE.fullmatch(name)]
    tables.sort(key=lambda table: int(_subject_of(table)))
    if not tables:
        raise missing(folder, "S1.csv and S1/ and so on", PAGE)
    return partial(_read, tables, read_kept(Path(kept)) if kept else None)


def read_centikelvin(path: Path) -> Array:
    """Return an (H, W) image in degrees Celsius.

    Raises:
        InputError: no such image, or not one channel of 16 bits.
    """
    image = read_channel(path, bits=16)
    celsius: Array = (image * _CENTIKELVIN - _ZERO_CELSIUS).astype(np.float32)
    return celsius


def facing_of(points_px: Floats) -> str:
    """Return to which side of the image a profile looks: "image left", "image right" or "".

    Eye, nose and mouth hold most of a profile's points and lie towards where it looks; the jaw
    runs back alone. So the median of x lies off the middle of the hull, towards the face's front.

    Args:
        points_px: (N, 2), NaN where a point is missing.
    """
    x = points_px[np.isfinite(points_px).all(axis=1), 0]
    if not len(x) or np.ptp(x) == 0:
        return ""
    lean = float((np.median(x) - (x.min() + x.max()) / 2) / np.ptp(x))
    if abs(lean) < _CROWDED:
        return ""
    return "image left" if lean < 0 else "image right"


def read_kept(path: Path) -> frozenset[str]:
    """Return the images that a list of kept frames keeps.

    Raises:
        InputError: no such list.
    """
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(str(path), expected="a list of kept frames", got=str(error)) from error
    if not rows or not {"image", "reason"} <= set(rows[0]):
        raise InputError(str(path), expected="columns image and reason", got="others, or no row")
    return frozenset(row["image"] for row in rows if not row["reason"])


def _read(tables: list[Path], kept: frozenset[str] | None, problems: Problems) -> Iterator[Sample]:
    for table in tables:
        try:
            with table.open(encoding="utf-8-sig", newline="") as lines:
                yield from _samples(table, csv.DictReader(lines), kept, problems)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            problems.add(table.name, f"a table that cannot be read to its end: {error}")


def _samples(
    table: Path, rows: csv.DictReader[str], kept: frozenset[str] | None, problems: Problems
) -> Iterator[Sample]:
    columns = _columns(rows.fieldnames or ())
    if "ID" not in (rows.fieldnames or ()) or len(columns) < _SIDE_POINTS:
        problems.add(table.name, "no columns ID, x0, y0, x1, y1, ...: not read")
        return
    subject, seen = _subject_of(table), set[str]()
    for row in rows:
        identity = (row["ID"] or "").strip()
        name, where = f"{table.stem}/{identity}", f"{table.name} row {rows.line_num}: {identity}"
        if kept is not None and name not in kept:
            continue
        try:
            if identity in seen:
                raise BadEntryError("this ID stands in the table twice; the first row counts")
            seen.add(identity)
            image = _image(table.with_suffix(""), identity)
            face = _face(row, columns, where, problems)
        except BadEntryError as error:
            problems.add(where, str(error))
            continue
        words = _words(row)
        yield Sample(
            name, partial(read_centikelvin, image), (face,), attributes=words,
            meaning="temperature", subject=subject, condition=_room(identity, subject),
        )  # fmt: skip


def _face(
    row: Mapping[str, str], columns: list[tuple[str, str]], where: str, problems: Problems
) -> TrueFace:
    points = np.array([[_number(row[x]), _number(row[y])] for x, y in columns])
    points[~(points > 0).any(axis=1) | ~np.isfinite(points).all(axis=1)] = np.nan
    if len(points) > _FRONT_POINTS:
        if np.isfinite(points[_FRONT_POINTS:]).any():
            problems.add(where, "a 73rd point, which is left out", skipped=False)
        points = points[:_FRONT_POINTS]
    known = np.isfinite(points).all(axis=1)
    wanted = _FRONT_POINTS if known[_SIDE_POINTS:].any() else _SIDE_POINTS
    if known.sum() < _COMPLETE * wanted:
        raise BadEntryError(f"{known.sum()} points, expected {_FRONT_POINTS} or {_SIDE_POINTS}")
    if known[_SIDE_POINTS:].any():
        if len(points) < _FRONT_POINTS:
            raise BadEntryError(f"{len(points)} columns of points, expected {_FRONT_POINTS}")
        return schemed_face(points, FRONT, attributes={"pose": "frontal"})
    side = points[:_SIDE_POINTS]
    facing = facing_of(side)
    words = {"pose": "profile", **({"facing": facing} if facing else {})}
    return schemed_face(side, SIDE, attributes=words)


def _columns(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs x0, y0; x1, y1; ... without a gap."""
    known, pairs = set(names), list[tuple[str, str]]()
    while (pair := (f"x{len(pairs)}", f"y{len(pairs)}"))[0] in known and pair[1] in known:
        pairs.append(pair)
    return pairs


def _words(row: Mapping[str, str]) -> dict[str, str]:
    """Return what else the table says of an image, such as {"Distance": "1.4"}."""
    return {
        name.strip(): word.strip()
        for name, word in row.items()
        if isinstance(name, str) and isinstance(word, str) and word.strip()
        and name != "ID" and not _COORDINATE.fullmatch(name)
    }  # fmt: skip


def _image(home: Path, identity: str) -> Path:
    found = next((p for s in _SUFFIXES if is_there(p := home / f"{identity}{s}")), None)
    if found is None:
        raise BadEntryError(f"no image {home.name}/{identity}.tiff")
    return found


def _subject_of(table: Path) -> str:
    known = _TABLE.fullmatch(table.name)
    return known[1] if known else "0"


def _room(identity: str, subject: str) -> str:
    """Return the state of the room that an ID such as R11185 tells: its first digit after the 1."""
    rest = identity[1:].removeprefix(subject)
    return f"room {rest[0]}" if rest[:1].isdigit() and rest != identity[1:] else ""


def _number(word: str | None) -> float:
    try:
        return float(word or "nan")
    except ValueError:
        return float("nan")
