"""Which pixels of a region are seen: those whose nearest landmark is."""

from __future__ import annotations

import numpy as np

from tfan.rois.coverage import Coverage, Floats
from tfan.rois.mean_face import facing
from tfan.rois.plan import FAR_PX, Placed, Plan
from tfan.types import AnyArray, Face

SEEN_FROM = 0.5  # visibility of the nearest landmark below which a pixel does not count
# Skin that is seen aslant emits less than its temperature, and a pixel more or less is background.
LEAST_FACING = 0.5  # of the area as a face shows it that looks into the camera


def turned_away(plan: Plan, face: Face) -> AnyArray:
    """Return (S,) whether a face shows too little of a region; False where its pose is unknown."""
    turned: AnyArray = facing(plan.normals, face.pose_deg) < LEAST_FACING * plan.normals[:, 2]
    return turned


def seen_weights(
    weights: Floats, placed: Placed, face: Face, covered: Coverage, hw: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """Return the weights of pixels that are seen, and the area (S,) that is expected to be.

    Args:
        weights: of the cells of `covered`.
        placed: the regions on the face.
        face: the face.
        covered: what they cover.
        hw: of the image.
    """
    plan = placed.plan
    visibility = face.visibility.astype(np.float64).take(plan.landmarks)
    means = np.add.reduceat(visibility, plan.first_landmark) / plan.n_landmarks
    areas = np.add.reduceat(weights, covered.starts[:-1])
    expected: Floats = means * areas
    least = np.minimum.reduceat(visibility, plan.first_landmark)
    doubtful = (least < SEEN_FROM) & (areas > 0)
    if not doubtful.any():
        return weights, expected
    corner, nearest = _nearest(face, placed.outlines.start_px, hw)
    there = covered.spread(nearest, corner)
    seen = there >= SEEN_FROM
    seen |= np.repeat(~doubtful, covered.starts[1:] - covered.starts[:-1])
    there *= weights
    expected = np.where(doubtful, np.add.reduceat(there, covered.starts[:-1]), expected)
    return np.multiply(weights, seen, out=there), expected


def _nearest(
    face: Face, corners_px: Floats, hw: tuple[int, ...]
) -> tuple[tuple[int, int], AnyArray]:
    """Return left and top of a window that holds the face, and in it the nearest's visibility.

    Args:
        face: with its landmarks.
        corners_px: (2, C) what else lies in the window.
        hw: of the image.
    """
    import cv2

    points = np.array(face.points_px.T, np.float64, order="C")
    known = np.isfinite(points)
    points[~known] = -FAR_PX
    around = np.concatenate([points[:, known[0] & known[1]], corners_px], axis=1)
    edge = np.array(hw[::-1])
    low = np.minimum(np.maximum(np.floor(around.min(axis=1)), 0), edge - 1)
    high = np.minimum(np.maximum(np.floor(around.max(axis=1)) + 1, 1), edge)
    size = (high - low).astype(np.int64)
    places = np.minimum(np.maximum(np.floor(points) - low[:, None] + 1, 0), size[:, None] + 1)
    column, row = places.astype(np.int64)
    ground = np.ones((size[1] + 2, size[0] + 2), np.uint8)  # a rim takes the points outside
    ground[row, column] = 0
    _, labels = cv2.distanceTransformWithLabels(
        ground, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.ones(points.shape[1] + 1, np.float32)  # from 1 on
    np.minimum.at(of_label, labels[row, column], face.visibility.astype(np.float32))
    within: AnyArray = labels[1:-1, 1:-1]
    return (int(low[0]), int(low[1])), of_label.take(within.astype(np.int64))
