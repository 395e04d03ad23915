"""All polygons of some regions laid on one face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt

import numpy as np

from tfan.rois.coverage import Floats, Ints, Outlines
from tfan.rois.regions import Regions
from tfan.types import AnyArray

FAR_PX = 1e5  # a point further out lies on no image


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The sums of landmarks that are corners, as a list of what is not 0, corner by corner.

    Attributes:
        weight: (W,) how much of the landmark is in the corner.
        landmark: (W,) its index.
        corner: (W,) number of the corner.
        first: (S,) where those of each region start.
        part: (W,) which of the `Parts` it belongs to.
    """

    weight: Floats
    landmark: Ints
    corner: Ints
    first: Ints
    part: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Which landmarks define which regions, region by region.

    Attributes:
        landmark: (M,) indices.
        first: (S,) where those of each region start.
        usual: (M,) what they have in the corners of the region on average, without sign.
        pairs: (2, Q) two of one region each, all of them once, those of one part with itself too.
        times: (Q,) 2 where they are two, 1 where they are one.
        first_pair: (S,) where the pairs of each region start.
    """

    landmark: Ints
    first: Ints
    usual: Floats
    pairs: Ints
    times: Floats
    first_pair: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What does not depend on the face.

    Attributes:
        mixture: what C corners of all polygons of all regions are.
        parts: the landmarks in them.
        following: (C,) the corner to which the edge from each corner leads.
        leading: (C,) the corner from which an edge leads to each corner.
        shape: (C,) number of the region.
        first: (S,) the first corner of each region.
        landmarks: all landmarks on which regions lie, one region after the other.
        first_landmark: (S,) where those of each region start.
        n_landmarks: (S,) how many those are.
        normals: (S, 3) where the regions look on the mean head.
    """

    mixture: Mixture
    parts: Parts
    following: Ints
    leading: Ints
    shape: Ints
    first: Ints
    landmarks: Ints
    first_landmark: Ints
    n_landmarks: Ints
    normals: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Regions on a face.

    Attributes:
        plan: see `Plan`.
        outlines: edge i starts at corner i of the plan.
        area_px: (S,) area in pixels, of the part outside the image too; below 0 where the face
            turns the region away; NaN where a corner is no number.
        rim_px: (S,) length of the outline and of the holes'.
        points_px: (2, N) the face's points, 0 where they are no numbers.
        size_px: sqrt(width x height) of those that are.
    """

    plan: Plan
    outlines: Outlines
    area_px: Floats
    rim_px: Floats
    points_px: Floats
    size_px: float


def place(regions: Regions, points_px: AnyArray) -> Placed:
    """Return regions of one convention on a face's points (N, 2)."""
    plan = _plan(regions)
    mixture = plan.mixture
    points: Floats = np.array(points_px.T, np.float64, order="C")
    near = np.abs(points) < FAR_PX  # neither are NaN
    known = near[0] & near[1]
    points[:, ~known] = 0
    parts = points.take(mixture.landmark, axis=1) * mixture.weight
    corners = np.array([np.bincount(mixture.corner, part) for part in parts])
    outlines = Outlines(corners, corners.take(plan.following, axis=1), plan.shape, plan.first)
    rim: Floats = np.add.reduceat(np.hypot(*(outlines.end_px - corners)), plan.first)
    whole = np.logical_and.reduceat(known.take(mixture.landmark), mixture.first)
    area: Floats = np.where(whole, outlines.areas_px(), np.nan)
    return Placed(plan, outlines, area, rim, points, _size_px(points.compress(known, axis=1)))


def _size_px(points_px: Floats) -> float:
    if not points_px.size:
        return 0.0
    width, height = (each.max() - each.min() for each in points_px)
    return float(sqrt(width * height))


@lru_cache(maxsize=16)
def _plan(regions: Regions) -> Plan:
    following: list[int] = []
    for region in regions:
        for start, end in pairwise((0, *region.ends)):
            at = len(following)
            following += [*range(at + 1, at + end - start), at]
    counts = [len(region.corners) for region in regions]
    shape = np.repeat(np.arange(len(regions)), counts)
    mixture, parts = _mixed(regions, shape)
    return Plan(
        mixture=mixture,
        parts=parts,
        following=np.array(following),
        leading=np.argsort(following),
        shape=shape,
        first=_firsts(counts),
        landmarks=np.concatenate([region.landmarks for region in regions]),
        first_landmark=_firsts([len(region.landmarks) for region in regions]),
        n_landmarks=np.array([len(region.landmarks) for region in regions]),
        normals=np.array([region.normal for region in regions]),
    )


def _mixed(regions: Regions, shape: Ints) -> tuple[Mixture, Parts]:
    corners = np.concatenate([region.corners for region in regions]).astype(np.float64)
    corner, landmark = np.nonzero(corners)
    weight = corners[corner, landmark]
    owner, numbers = shape[corner], np.arange(len(regions))
    keys, part = np.unique(owner * corners.shape[1] + landmark, return_inverse=True)
    region, of_part = np.divmod(keys, corners.shape[1])
    first = np.searchsorted(region, numbers)
    sizes = np.bincount(region)
    squares = [np.stack(np.triu_indices(size)) for size in sizes]
    pairs = np.concatenate([pair + at for pair, at in zip(squares, first, strict=True)], axis=1)
    mixture = Mixture(
        weight, landmark, corner, np.searchsorted(owner, numbers), part.ravel(),
    )  # fmt: skip
    parts = Parts(
        landmark=of_part,
        first=first,
        usual=np.bincount(mixture.part, np.abs(weight)) / np.bincount(shape)[region],
        pairs=pairs,
        times=np.where(pairs[0] == pairs[1], 1.0, 2.0),
        first_pair=_firsts([pair.shape[1] for pair in squares]),
    )
    return mixture, parts


def _firsts(counts: list[int]) -> Ints:
    return np.cumsum([0, *counts[:-1]])
