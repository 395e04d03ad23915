"""What a network says of landmarks -> the faces that are handed out."""

from __future__ import annotations

import numpy as np

from tfan.geometry.boxes import areas, box_for_hull, clip_boxes
from tfan.geometry.coordinates import to_image_px
from tfan.geometry.head_pose import N_FITTED, head_poses
from tfan.landmarks.schemes import N_NETWORK, NETWORK_SCHEMES, load_scheme
from tfan.models.marks import Landmarks
from tfan.types import AnyArray, Array, Face


def faces_of(marks: Landmarks, boxes: Array, scores: AnyArray, *, scheme: str) -> list[Face]:
    """Return one face for each row of landmarks.

    Args:
        marks: of F faces, counted from pixel centres.
        boxes: (F, 4) in image coordinates.
        scores: (F,).
        scheme: name of the landmark convention that is handed out.
    """
    rows = NETWORK_SCHEMES[scheme] if marks.points_px.shape[1] == N_NETWORK else slice(None)
    points = to_image_px(marks.points_px[:, rows])
    five = points.take(load_scheme(scheme).five, axis=1)
    poses = poses_deg(marks)
    return [
        Face(
            box_px=boxes[i],
            score=float(scores[i]),
            points_px=points[i],
            sigma_px=marks.sigma_px[i, rows],
            confidence=marks.confidence[i, rows],
            visibility=marks.visibility[i, rows],
            scheme=scheme,
            five_px=five[i],
            quality=float(marks.quality[i]),
            pose_deg=poses[i],
        )
        for i in range(len(points))
    ]


def poses_deg(marks: Landmarks) -> Array:
    """Return yaw, pitch, roll (F, 3); NaN where the network lacks the 478 that heads are fitted to.

    The 70 alone hold nothing above the brows, and their jaw points lie where no mesh point does.
    """
    if marks.points_px.shape[1] < N_FITTED:
        return np.full((len(marks.points_px), 3), np.nan, np.float32)
    return head_poses(marks.points_px, marks.sigma_px)


def agreed_boxes(boxes: Array, marks: Landmarks, sure: AnyArray) -> Array:
    """Return face boxes (F, 4) between the detector's and the landmarks' own.

    Sure landmarks overlap hand-drawn boxes better than the detector does, doubtful ones worse.

    Args:
        boxes: (F, 4) of the detector.
        marks: of the same faces.
        sure: (F,) their `sureness`.
    """
    agreed = boxes + sure[:, None] * (box_for_hull(marks.hull_px) - boxes)
    return agreed.astype(np.float32, copy=False)


def boxes_in_image(boxes: AnyArray, hw: tuple[int, int]) -> Array:
    """Return boxes (F, 4), counted from pixel centres, in image coordinates and cut there."""
    return clip_boxes(to_image_px(boxes), hw)


def sizes_px(boxes: AnyArray) -> AnyArray:
    """Return sqrt(width x height) (F,) of boxes (F, 4)."""
    sizes: AnyArray = np.sqrt(areas(boxes))
    return sizes
