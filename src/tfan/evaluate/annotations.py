"""A folder of annotated images -> samples.

The folder holds `annotations.json`, `images/` and, if there are words about the images, a
`manifest.csv` with a column `file`. The form is told in docs/how-to/evaluate.md.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.named_points import NAMES
from tfan.evaluate.sample import Floats, Sample, TrueFace
from tfan.io import read_image
from tfan.types import AnyArray

_SURE = {"sure": True, "approximate": False}
_HOW = "docs/how-to/evaluate.md shows the form."


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of a folder, not yet looked into.

    Attributes:
        folder: where they lie.
        entries: image -> what the file says of it.
        words: image -> words about it.
    """

    folder: Path
    entries: Mapping[str, Any]
    words: Mapping[str, Mapping[str, str]]

    @property
    def names(self) -> list[str]:
        """The images, sorted."""
        return sorted(self.entries)

    def image(self, name: str) -> Path:
        """Return where an image belongs."""
        return self.folder / "images" / name

    def sample(self, name: str) -> Sample:
        """Return the sample of an image.

        Raises:
            InputError: its entry is not in the form.
        """
        return _sample(self.folder, name, self.entries[name], self.words.get(name, {}))


def open_annotations(folder: str | Path) -> Annotations:
    """Return the annotations of a folder, to be looked into one by one.

    Raises:
        InputError: there is no file of annotations, or it is not in the form as a whole.
    """
    folder = Path(folder)
    path = folder / "annotations.json"
    content = _read_json(path)
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, dict):
        raise InputError(str(path), expected='an object "images"', got=_kind(images), fix=_HOW)
    return Annotations(folder, images, _read_manifest(folder / "manifest.csv"))


def read_folder(folder: str | Path) -> list[Sample]:
    """Return the samples of a folder, by name; images are read later, one by one.

    Raises:
        InputError: the folder is not in the form; the sentence names the file and the entry.
    """
    annotations = open_annotations(folder)
    return [annotations.sample(name) for name in annotations.names]


def _sample(folder: Path, name: str, entry: Any, words: Mapping[str, str]) -> Sample:
    where = f"{folder / 'annotations.json'}: {name}"
    faces = entry.get("faces") if isinstance(entry, dict) else None
    if not isinstance(faces, list):
        raise InputError(where, expected='a list "faces"', got=_kind(faces), fix=_HOW)
    size = tuple(entry.get(side) for side in ("width", "height"))
    given = size if all(isinstance(side, int) for side in size) else None
    return Sample(
        name=name,
        read=partial(_read_checked, folder / "images" / name, given),
        faces=tuple(_face(f"{where} face {i}", face, given) for i, face in enumerate(faces)),
        partial=bool(entry.get("partial", False)),
        attributes=words,
    )


def _face(where: str, entry: Any, size: tuple[Any, ...] | None) -> TrueFace:
    if not isinstance(entry, dict):
        raise InputError(where, expected="an object", got=_kind(entry), fix=_HOW)
    box = _numbers(f"{where} box", entry.get("box"), 4)
    if not (box[0] < box[2] and box[1] < box[3]):
        order = "left < right and top < bottom (left, top, right, bottom)"
        raise InputError(f"{where} box", expected=order, got=str(box.tolist()))
    sure = entry.get("confidence", "sure")
    if not isinstance(sure, str) or sure not in _SURE:
        words = " or ".join(map(repr, _SURE))
        raise InputError(f"{where} confidence", expected=words, got=repr(sure))
    points = [_point(f"{where} {name}", entry.get(name), size) for name in NAMES]
    return TrueFace(box, NAMES, np.array(points), _SURE[sure], _words(entry.get("attributes")))


def _point(where: str, value: Any, size: tuple[Any, ...] | None) -> Floats:
    if not value:  # null, or no such key: not visible or not readable
        return np.full(2, np.nan)
    point = _numbers(where, value, 2)
    if size is not None and not (0 <= point[0] <= size[0] and 0 <= point[1] <= size[1]):
        inside = f"a point in the image of {size[0]} x {size[1]} pixels"
        raise InputError(where, expected=inside, got=str(point.tolist()))
    return point


def _numbers(where: str, value: Any, count: int) -> Floats:
    right = isinstance(value, list) and len(value) == count
    if not right or not all(_is_number(entry) for entry in value):
        got = json.dumps(value) if value is not None else "nothing"
        raise InputError(where, expected=f"{count} numbers", got=got, fix=_HOW)
    return np.array(value, np.float64)


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # JSON has whole numbers of any length
        return False


def _words(value: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _read_checked(path: Path, size: tuple[Any, ...] | None) -> AnyArray:
    """Return the image, whose size is the one that was annotated."""
    image = read_image(path)
    if size is not None and image.shape[1::-1] != size:
        got = f"{image.shape[1]} x {image.shape[0]}"
        raise InputError(
            str(path),
            expected=f"the annotated {size[0]} x {size[1]} pixels",
            got=got,
            fix="Points of another size would be wrong: annotate this file, or put back that one.",
        )
    return image


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            str(path), expected="a file of annotations", got="nothing there", fix=_HOW
        ) from None
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected="a file that can be read", got=got) from error
    except (ValueError, RecursionError) as error:  # wrong JSON, or bytes that are no text
        raise InputError(str(path), expected="JSON", got=f"a file that is not: {error}") from error


def _read_manifest(path: Path) -> dict[str, dict[str, str]]:
    """Return image -> words about it; empty without a manifest."""
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(str(path), expected="a CSV file", got=str(error)) from error
    if rows and "file" not in rows[0]:
        columns = ", ".join(str(name) for name in rows[0])
        raise InputError(str(path), expected='a column "file"', got=f"the columns {columns}")
    return {row["file"]: {k: v for k, v in row.items() if k and v} for row in rows}


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
