"""Which pixels of a region are seen: those whose nearest landmark is."""

from __future__ import annotations

import numpy as np

from tfan.rois.coverage import Coverage, Floats, Ints
from tfan.rois.mean_face import facing
from tfan.rois.plan import Plan
from tfan.types import AnyArray, Face

SEEN_FROM = 0.5  # visibility of the nearest landmark below which a pixel does not count
# Skin that is seen aslant emits less than its temperature, and a pixel more or less is background.
LEAST_FACING = 0.5  # of the area as a face shows it that looks into the camera


def turned_away(plan: Plan, face: Face) -> AnyArray:
    """Return (S,) whether a face shows too little of a region; False where its pose is unknown."""
    turned: AnyArray = facing(plan.normals, face.pose_deg) < LEAST_FACING * plan.normals[:, 2]
    return turned


def visibility_of(plan: Plan, face: Face, covered: Coverage, cells: Ints, shape: Ints) -> Floats:
    """Return the visibility (P,) of pixels of regions.

    Args:
        plan: of S regions.
        face: the face.
        covered: where the regions lie.
        cells: (P,) of the pixels, ascending.
        shape: (P,) their regions.
    """
    visibility = face.visibility[plan.landmarks].astype(np.float64)
    ends = np.append(plan.first_landmark[1:], len(visibility))
    means = np.add.reduceat(visibility, plan.first_landmark) / (ends - plan.first_landmark)
    found: Floats = means[shape]
    least = np.minimum.reduceat(visibility, plan.first_landmark)
    for i in np.flatnonzero(least < SEEN_FROM):
        start, end = np.searchsorted(cells, covered.starts[i : i + 2])
        if start < end:
            rows = plan.landmarks[plan.first_landmark[i] : ends[i]]
            nearest = _nearest(face.points_px[rows], face.visibility[rows], covered.windows[i])
            found[start:end] = nearest.ravel()[cells[start:end] - covered.starts[i]]
    return found


def _nearest(points_px: AnyArray, visibility: AnyArray, window: Ints) -> AnyArray:
    """Return (h, w + 1) the visibility of the landmark nearest to each pixel of a window."""
    import cv2

    left, top, right, bottom = window
    size = np.array([right - left, bottom - top])
    points = np.nan_to_num(points_px, nan=-np.inf)
    at = np.clip(np.floor(points) - window[:2] + 1, 0, size + 1).astype(int)
    ground = np.ones((size[1] + 2, size[0] + 2), np.uint8)  # a rim takes the points outside
    ground[at[:, 1], at[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(
        ground, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.ones(labels.max() + 1)
    np.minimum.at(of_label, labels[at[:, 1], at[:, 0]], visibility)
    nearest: AnyArray = of_label[labels[1:-1, 1:]]
    return nearest
