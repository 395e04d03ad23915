"""All polygons of some regions laid on one face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from tfan.rois.coverage import Floats, Ints, Outlines
from tfan.rois.regions import Regions
from tfan.types import AnyArray

FAR_PX = 1e5  # a point further out lies on no image


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What does not depend on the face.

    Attributes:
        corners: (C, N) weights of the landmarks, of all polygons of all regions.
        following: (C,) the corner to which the edge from each corner leads.
        shape: (C,) number of the region.
        first: (S,) the first corner of each region.
        used: (K,) the landmarks that define regions.
        shares: (C, K) what they have in each corner.
        usual: (S, K) what they have in the corners of each region on average, without sign.
        landmarks: all landmarks on which regions lie, one region after the other.
        first_landmark: (S,) where those of each region start.
        normals: (S, 3) where the regions look on the mean head.
    """

    corners: Floats
    following: Ints
    shape: Ints
    first: Ints
    used: Ints
    shares: Floats
    usual: Floats
    landmarks: Ints
    first_landmark: Ints
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
        points_px: (N, 2) the face's points, 0 where they are no numbers.
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
    known = np.asarray((np.abs(points_px) < FAR_PX).all(axis=1))  # neither are NaN
    points: Floats = np.where(known[:, None], points_px, 0).astype(np.float64)
    corners = plan.corners @ points
    unknown = np.abs(plan.corners) @ ~known
    lost = np.bincount(plan.shape, weights=unknown, minlength=len(regions)) > 0
    outlines = Outlines(corners, corners[plan.following], plan.shape, len(regions))
    lengths: Floats = np.hypot(*(outlines.end_px - corners).T)
    rim: Floats = np.add.reduceat(lengths, plan.first)
    area: Floats = np.where(lost, np.nan, outlines.areas_px())
    size_px = float(np.sqrt(np.prod(np.ptp(points[known], axis=0)))) if known.any() else 0.0
    return Placed(plan, outlines, area, rim, points, size_px)


@lru_cache(maxsize=16)
def _plan(regions: Regions) -> Plan:
    following: list[int] = []
    for region in regions:
        for start, end in pairwise((0, *region.ends)):
            at = len(following)
            following += [*range(at + 1, at + end - start), at]
    corners = np.concatenate([region.corners for region in regions]).astype(np.float64)
    used = np.flatnonzero(np.abs(corners).max(axis=0) > 0)
    counts = [len(region.corners) for region in regions]
    first = np.cumsum([0, *counts[:-1]])
    shares = np.ascontiguousarray(corners[:, used])
    return Plan(
        corners=corners,
        following=np.array(following),
        shape=np.repeat(np.arange(len(regions)), counts),
        first=first,
        used=used,
        shares=shares,
        usual=np.add.reduceat(np.abs(shares), first) / np.array(counts)[:, None],
        landmarks=np.concatenate([region.landmarks for region in regions]),
        first_landmark=np.cumsum([0, *(len(region.landmarks) for region in regions[:-1])]),
        normals=np.array([region.normal for region in regions]),
    )
