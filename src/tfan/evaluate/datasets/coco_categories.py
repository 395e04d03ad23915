"""Which categories of a COCO file are faces: boxes of whole bodies and of cars are no truth."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tfan.evaluate.datasets.faces import SCHEME_OF_COUNT, BadEntryError

_FACE = re.compile(r"face|facial", re.I)
_POINT_OF_FACE = re.compile(r"eye|nose|nostril|mouth|lip|jaw|chin|cheek|pupil|face", re.I)
_POINT_OF_BODY = re.compile(
    r"shoulder|elbow|wrist|hand|finger|thumb|hip|knee|ankle|foot|toe|heel|paw|tail|withers|wheel",
    re.I,
)
_MOST_NAMED = 3


class NoFacesError(BadEntryError):
    """A file with annotations, none of them of a face; the message says of what they are."""


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a file.

    Attributes:
        name: of it.
        points: names of its keypoints; () where it names none.
        is_face: whether its name says so, or its keypoints are those of a face.
        is_other: whether it is surely something else, whatever keypoints an annotation has.
    """

    name: str
    points: tuple[str, ...]
    is_face: bool
    is_other: bool


def categories_of(rows: Iterable[Mapping[str, Any]]) -> dict[Hashable, Category]:
    """Return the categories of a file by their ids."""
    return {row["id"]: _category(row) for row in rows}


def is_face(entry: Mapping[str, Any], category: Category | None) -> bool:
    """Whether an annotation is one of a face: its category is, or has as many points as a scheme.

    Those of an unknown category are: what is wrong with them is told one by one.
    """
    if category is None or category.is_face:
        return True
    return not category.is_other and _counts(entry) in SCHEME_OF_COUNT


def named(categories: Iterable[Category]) -> str:
    """Return the names of the first categories, and how many more there are."""
    names = [repr(category.name) for category in categories]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}" if names else "no category"


def _category(row: Mapping[str, Any]) -> Category:
    name = str(row.get("name", ""))
    points = tuple(str(point) for point in row.get("keypoints") or ())
    said = any(_FACE.search(str(row.get(key, ""))) for key in ("name", "supercategory"))
    of_body = any(map(_POINT_OF_BODY.search, points))
    of_face = any(map(_POINT_OF_FACE.search, points)) or len(points) in SCHEME_OF_COUNT
    return Category(name, points, said or (of_face and not of_body), of_body and not said)


def _counts(entry: Mapping[str, Any]) -> int:
    """Return the number of keypoints of an annotation; 0 where it has none."""
    given = entry.get("keypoints")
    return len(given) // 3 if isinstance(given, list) else 0
