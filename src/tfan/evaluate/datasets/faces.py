"""Annotations of many forms -> true faces, and the small questions that every reader has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.sample import NAMED, Floats, TrueFace
from tfan.landmarks import load_scheme

SCHEME_OF_COUNT = {
    5: "tfw5",
    54: "sftl54",
    68: "ibug68",
    70: "facesynthetics70",
    98: "wflw98",
    478: "mediapipe478",
}
"""Schemes that a plain number of points names; Charlotte's 72 and 43 are known by their set."""
SPLITS = {
    "train": "train", "training": "train", "trainset": "train",
    "val": "val", "valid": "val", "validation": "val",
    "test": "test", "testing": "test", "testset": "test",
}  # fmt: skip


class BadEntryError(Exception):
    """An entry that gives no sample; the message says why."""


def schemed_face(
    points_px: Floats,
    scheme: str,
    *,
    box_px: Floats | None = None,
    visible: Floats | None = None,
    attributes: Mapping[str, str] | None = None,
) -> TrueFace:
    """Return a face whose points (N, 2) are those of a scheme, in its order.

    Args:
        points_px: x, y in image coordinates; NaN where a point is not annotated.
        scheme: name of the scheme; NAMED for points that no scheme describes.
        box_px: (4,); None takes the hull of the points.
        visible: (N,) as `TrueFace` has it.
        attributes: words about the face.

    Raises:
        BadEntryError: another number of points than the scheme's, or nothing to make a box of.
    """
    names = names_of(scheme, len(points_px))
    if len(names) != len(points_px):
        raise BadEntryError(f"{len(points_px)} points, expected the {len(names)} of {scheme}")
    box = hull_box(points_px) if box_px is None else sound_box(box_px)
    return TrueFace(
        box, names, points_px, attributes=attributes or {}, scheme=scheme, visible=visible,
        box_given=box_px is not None,
    )  # fmt: skip


@cache
def names_of(scheme: str, count: int) -> tuple[str, ...]:
    """Return the names of a scheme's points, or point_0, point_1, ... where there is none."""
    if scheme == NAMED:
        return tuple(f"point_{index}" for index in range(count))
    return load_scheme(scheme).names


def hull_box(points_px: Floats) -> Floats:
    """Return the box (4,) around the finite ones of points (N, 2).

    Raises:
        BadEntryError: they span no area.
    """
    known = points_px[np.isfinite(points_px).all(axis=1)]
    if not len(known):
        raise BadEntryError("no point is annotated")
    return sound_box(np.concatenate([known.min(axis=0), known.max(axis=0)]))


def sound_box(box_px: Floats) -> Floats:
    """Return a box (4,) if it is one.

    Raises:
        BadEntryError: its numbers are not finite, or it has no area.
    """
    if not np.isfinite(box_px).all() or not (box_px[0] < box_px[2] and box_px[1] < box_px[3]):
        raise BadEntryError(f"a box without area: {np.round(box_px, 2).tolist()}")
    return box_px


def numbers(words: Iterable[str], *, what: str) -> Floats:
    """Return words as numbers, empty ones as NaN.

    Raises:
        BadEntryError: a word is no number.
    """
    values = list(words)
    try:
        return np.array([float(word) if word.strip() else np.nan for word in values])
    except ValueError:
        wrong = next(word for word in values if word.strip() and not is_number(word))
        raise BadEntryError(f"{what}: {wrong.strip()!r} is no number") from None


def split_in(name: str) -> str:
    """Return train, val or test if the name of a folder or file says one of them, else ""."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return next((SPLITS[word] for word in words if word in SPLITS), "")


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        BadEntryError: it cannot be read, or holds no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadEntryError("the file is not there") from None
    except UnicodeDecodeError:
        raise BadEntryError("the file holds no text") from None
    except OSError as error:
        raise BadEntryError(f"the file cannot be read: {error.strerror or error}") from None


def read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        BadEntryError: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise BadEntryError(f"no whole JSON: {error}") from None


def missing(path: Path, expected: str, page: str) -> InputError:
    """Return the error of a folder that is not laid out as its set is."""
    if not path.exists():
        got = "nothing there"
    elif not path.is_dir():
        got = "a file"
    else:
        held = sorted(one.name for one in path.iterdir())
        shown = ", ".join(held[:6]) + (", ..." if len(held) > 6 else "")
        got = f"a folder of {shown}" if held else "an empty folder"
    return InputError(str(path), expected=expected, got=got, fix=f"{page} shows the layout.")


def is_number(word: str) -> bool:
    """Return whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True
