"""Which pixels of a region are seen: those whose nearest landmark is."""

from __future__ import annotations

import numpy as np

from tfan.rois.coverage import Floats, Ints
from tfan.rois.mean_face import facing
from tfan.rois.plan import FAR_PX, Plan
from tfan.types import AnyArray, Face

SEEN_FROM = 0.5  # visibility of the nearest landmark below which a pixel does not count
# Skin that is seen aslant emits less than its temperature, and a pixel more or less is background.
LEAST_FACING = 0.5  # of the area as a face shows it that looks into the camera


def turned_away(plan: Plan, face: Face) -> AnyArray:
    """Return (S,) whether a face shows too little of a region; False where its pose is unknown."""
    turned: AnyArray = facing(plan.normals, face.pose_deg) < LEAST_FACING * plan.normals[:, 2]
    return turned


def visibility_of(
    plan: Plan,
    face: Face,
    windows: Ints,
    shape: Ints,
    pixels: tuple[Ints, Ints],
    hw: tuple[int, ...],
) -> Floats:
    """Return the visibility (P,) of pixels of regions.

    Args:
        plan: of S regions.
        face: the face.
        windows: (S, 4) of the regions.
        shape: (P,) the pixels' regions.
        pixels: (P,) their rows and (P,) columns in the image.
        hw: of the image.
    """
    visibility = face.visibility[plan.landmarks].astype(np.float64)
    ends = np.append(plan.first_landmark[1:], len(visibility))
    means = np.add.reduceat(visibility, plan.first_landmark) / (ends - plan.first_landmark)
    found: Floats = means[shape]
    least = np.minimum.reduceat(visibility, plan.first_landmark)
    doubtful = np.flatnonzero((least < SEEN_FROM)[shape])
    if len(doubtful):
        row, column = (each[doubtful] for each in pixels)
        windows = np.concatenate([windows, _around(face.points_px, hw)])
        (left, top), nearest = _nearest(face.points_px, face.visibility, windows)
        found[doubtful] = nearest[row - top, column - left]
    return found


def _around(points_px: AnyArray, hw: tuple[int, ...]) -> Ints:
    """Return (1, 4) the window of the image in which the landmarks lie."""
    edge = np.array(hw[::-1])
    points = points_px[np.isfinite(points_px).all(axis=1)]
    if not len(points):
        return np.zeros((1, 4), np.int64)
    low, high = np.floor(points.min(axis=0)), np.floor(points.max(axis=0)) + 1
    sides = np.concatenate([np.clip(low, 0, edge - 1), np.clip(high, 1, edge)])
    window: Ints = sides[None].astype(np.int64)
    return window


def _nearest(points_px: AnyArray, visibility: AnyArray, windows: Ints) -> tuple[AnyArray, AnyArray]:
    """Return the corner of a window that holds all others, and in it the nearest's visibility."""
    import cv2

    low, high = windows[:, :2].min(axis=0), windows[:, 2:].max(axis=0)
    size = high - low
    points = np.where(np.isfinite(points_px), points_px, -FAR_PX)
    at = np.clip(np.floor(points) - low + 1, 0, size + 1).astype(int)
    ground = np.ones((size[1] + 2, size[0] + 2), np.uint8)  # a rim takes the points outside
    ground[at[:, 1], at[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(
        ground, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.ones(labels.max() + 1)
    np.minimum.at(of_label, labels[at[:, 1], at[:, 0]], visibility)
    return low, of_label[labels[1:-1, 1:-1]]
