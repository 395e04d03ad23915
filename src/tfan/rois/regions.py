"""Named regions of the face as polygons whose corners lie on landmarks or between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.landmarks.schemes import NETWORK_SCHEMES, Indices, Scheme, load_scheme, scheme_for
from tfan.rois.mean_face import flat, mean_face, normal_of
from tfan.types import AnyArray, Array

_DATA = Path(__file__).parent / "data"
_LEAST_CORNERS = 3
_SUM_TOLERANCE = 1e-3
_MOST_WEIGHT = 1e3  # beyond, float32 keeps no corner where it is
_MOST_DIGITS = 9
_HOW = "See docs/reference/regions.md for the form of such a file."

Corner = int | Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One region in one landmark convention of N points.

    Attributes:
        name: such as "nose_tip"; left and right are the subject's.
        scheme: name of the convention.
        corners: (C, N) weights of the landmarks whose sum is each corner; each row sums to 1.
            The outline comes first, clockwise in the image of a face that looks into the camera;
            holes follow, the other way round.
        ends: where in `corners` each polygon ends: the outline, then each hole.
        landmarks: (L,) the landmarks that lie on the region or define it; whether they are seen is
            whether the region is.
        normal: (3,) where it looks on the mean head: to the subject's left, up, out of the face.
    """

    name: str
    scheme: str
    corners: Array
    ends: tuple[int, ...]
    landmarks: Indices
    normal: AnyArray

    def polygons_px(self, points_px: AnyArray) -> tuple[Array, ...]:
        """Return the outline and the holes, each (C, 2) x, y, on a face's points (N, 2)."""
        corners: Array = (self.corners @ points_px).astype(np.float32)
        return tuple(np.split(corners, self.ends[:-1]))


Regions = tuple[Region, ...]


def load_regions(scheme: str = "mediapipe478") -> Regions:
    """Return the regions that ship with tfan for a landmark convention."""
    return _shipped(_network_scheme(scheme).name)


@cache
def _shipped(scheme: str) -> Regions:
    return read_regions(_DATA / f"{scheme}.json")


def region_names() -> tuple[str, ...]:
    """Return the names of the regions that ship with tfan."""
    return tuple(region.name for region in load_regions())


def choose_regions(names: Iterable[str], regions: Regions | None = None) -> Regions:
    """Return the named ones of some regions (by default of those that ship), in that order."""
    known = {region.name: region for region in (load_regions() if regions is None else regions)}
    chosen = []
    for name in names:
        if name not in known:
            raise InputError("region", expected=f"one of {', '.join(known)}", got=repr(name))
        chosen.append(known[name])
    return tuple(chosen)


def outlines(
    points_px: AnyArray, regions: Iterable[Region] | None = None
) -> dict[str, tuple[Array, ...]]:
    """Return name -> outline and holes, each (C, 2), of regions on a face's points (N, 2).

    Args:
        points_px: `Face.points_px`.
        regions: of its landmark convention; None takes those that ship with tfan.
    """
    if regions is None:
        regions = load_regions(scheme_for(len(points_px)).name)
    return {region.name: region.polygons_px(points_px) for region in regions}


def read_regions(path: str | Path) -> Regions:
    """Return the regions of a JSON file.

    Raises:
        InputError: it cannot be read, or a region in it is none; says which and why.
    """
    path = Path(path)
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # no text, no JSON, or too much of it
        got = f"{path} ({type(error).__name__}: {error})"
        raise InputError("regions", expected="a JSON file", got=got, fix=_HOW) from error
    return regions_from_table(table)


def regions_from_table(table: Any) -> Regions:
    """Return the regions of {"scheme": name, "regions": {name: {"corners": [...], "holes": ...}}}.

    A corner is the index of a landmark, or {index: weight, ...} with weights that sum to 1.
    """
    if not isinstance(table, dict) or not isinstance(table.get("regions"), dict):
        got = f"{type(table).__name__}"
        expected = 'an object with "scheme" and "regions"'
        raise InputError("regions", expected=expected, got=got, fix=_HOW)
    scheme = _network_scheme(table.get("scheme", "mediapipe478"))
    return tuple(
        _region(str(name), row, scheme.name, scheme.n_points)
        for name, row in table["regions"].items()
    )


def _network_scheme(name: Any) -> Scheme:
    """Return one of the schemes for which the mean face is known."""
    if not isinstance(name, str) or name not in NETWORK_SCHEMES:
        expected = " or ".join(map(repr, NETWORK_SCHEMES))
        raise InputError("scheme", expected=expected, got=repr(name)[:80])
    return load_scheme(name)


def _region(name: str, row: Any, scheme: str, n_points: int) -> Region:
    row = {"corners": row} if isinstance(row, list) else row
    if not isinstance(row, dict) or not set(row) <= {"corners", "holes"} or "corners" not in row:
        raise _wrong(name, 'corners, or an object with "corners" and perhaps "holes"', row)
    holes = row.get("holes", [])
    if not _is_list(holes):
        raise _wrong(name, "a list of holes", holes)
    weights = [_polygon(name, corners, n_points) for corners in (row["corners"], *holes)]
    mean = flat(mean_face(scheme))
    for i, each in enumerate(weights):
        clockwise = _area(each @ mean) > 0
        if clockwise != (i == 0):
            weights[i] = each[::-1]
    corners = np.concatenate(weights).astype(np.float32)
    corners.setflags(write=False)
    ends = tuple(np.cumsum([len(each) for each in weights]).tolist())
    used = np.flatnonzero(np.abs(corners).max(axis=0) > 0)
    inside = _inside(weights[0] @ mean, mean)
    landmarks = np.union1d(used, np.flatnonzero(inside))
    landmarks.setflags(write=False)
    normal = normal_of(corners[: ends[0]] @ mean_face(scheme))
    return Region(name, scheme, corners, ends, landmarks, normal)


def _polygon(name: str, corners: Any, n_points: int) -> AnyArray:
    if not _is_list(corners) or len(corners) < _LEAST_CORNERS:
        raise _wrong(name, f"{_LEAST_CORNERS} or more corners", corners)
    weights = np.zeros((len(corners), n_points))
    for row, corner in zip(weights, corners, strict=True):
        parts = corner.items() if isinstance(corner, Mapping) else [(corner, 1.0)]
        for index, weight in parts:
            row[_index(name, index, n_points)] += _weight(name, weight)
        if not abs(row.sum() - 1) <= _SUM_TOLERANCE:
            raise _wrong(name, "weights of a corner that sum to 1", corner)
        row /= row.sum()
    return weights


def _index(name: str, index: Any, n_points: int) -> int:
    expected = f"landmarks 0 to {n_points - 1}"
    if isinstance(index, bool) or not isinstance(index, int | str):
        raise _wrong(name, expected, index)
    if isinstance(index, str) and not (index.isdecimal() and len(index) <= _MOST_DIGITS):
        raise _wrong(name, expected, index)
    if not 0 <= int(index) < n_points:
        raise _wrong(name, expected, index)
    return int(index)


def _weight(name: str, weight: Any) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise _wrong(name, "numbers as weights", weight)
    if not abs(weight) <= _MOST_WEIGHT:  # NaN is not, either
        raise _wrong(name, f"finite numbers as weights, up to {_MOST_WEIGHT:g}", weight)
    return float(weight)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _wrong(name: str, expected: str, got: Any) -> InputError:
    return InputError(f"region {name!r}", expected=expected, got=repr(got)[:80], fix=_HOW)


def _area(polygon: AnyArray) -> float:
    (x, y), (x1, y1) = polygon.T, np.roll(polygon, -1, axis=0).T
    return float((x * y1 - x1 * y).sum() / 2)


def _inside(polygon: AnyArray, points: AnyArray) -> AnyArray:
    """Return (N,) whether points lie in a polygon: a ray to the right crosses it an odd time."""
    (x0, y0), (x1, y1) = polygon.T, np.roll(polygon, -1, axis=0).T
    x, y = points[:, :1], points[:, 1:]
    between = (y0 > y) != (y1 > y)
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    crossed = between & (x < x0 + (y - y0) / rise * (x1 - x0))
    return np.asarray(crossed.sum(axis=1) % 2 == 1)
