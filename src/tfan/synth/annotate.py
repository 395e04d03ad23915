"""Where the landmarks of a turned head lie: 3-D points, the jaw as outline, the face's box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tfan.synth.anatomy import BROW_HEIGHTS
from tfan.synth.head import Floats, Head, Ints
from tfan.synth.landmark_rows import N_MEDIAPIPE, hairline_vertices
from tfan.synth.params import FaceParams
from tfan.synth.pose import project, to_camera

JAW_BAND_CM = 0.4
FAR_SIDE_DEG = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Landmarks of the bare, turned head, projected to centimetres in the image plane.

    Attributes:
        centre: (3,) middle of the 68 points before projection.
        points: (548, 2) landmarks.
        depth_cm: (548,) their distance from the camera.
        jaw: (17, 2) the jaw as outline.
        corners: (2, 2) top left and bottom right of the face, hairline to chin.
    """

    centre: Floats
    points: Floats
    depth_cm: Floats
    jaw: Floats
    corners: Floats

    @classmethod
    def of(cls, head: Head, person: FaceParams, posed: Floats) -> Marks:
        camera = person.camera
        brow = BROW_HEIGHTS[person.heat.brow.height] if person.heat.brow else 0.5
        centre = head.rows.points(posed, brow=brow)[N_MEDIAPIPE:][:68].mean(0)
        placed = to_camera(posed, centre, camera)
        flat = project(placed, camera)
        points = head.rows.points(flat, brow=brow)
        depth_cm = camera.distance_cm - head.rows.points(placed, brow=brow)[:, 2]
        jaw_3d = points[N_MEDIAPIPE : N_MEDIAPIPE + 17]
        jaw = _jaw_contour(head, flat, jaw_3d, person.pose.head_deg)
        hull = np.concatenate([points, jaw, flat[_hairline(head)]])
        return cls(centre, points, depth_cm, jaw, np.stack([hull.min(0), hull.max(0)]))


@lru_cache(maxsize=2)
def _hairline(head: Head) -> Ints:
    return hairline_vertices(head.mean)


@lru_cache(maxsize=2)
def _jaw_candidates(head: Head) -> tuple[Ints, ...]:
    """Return for each jaw point the face vertices at its height from which the outline may come."""
    mean = head.mean
    jaw = head.rows.points(mean)[N_MEDIAPIPE : N_MEDIAPIPE + 17]
    # the front half of the face part: ICT-FaceKit's narrow face area
    face = np.flatnonzero(head.is_part("face"))[:6706]
    rows = []
    for i, point in enumerate(jaw):
        side = -1 if i < 8 else 1
        near = (np.abs(mean[face, 1] - point[1]) < JAW_BAND_CM) & (mean[face, 2] > point[2] - 0.3)
        rows.append(face[near & (mean[face, 0] * side > 0.5)].astype(np.int32))
    return tuple(rows)


def _jaw_contour(
    head: Head, flat: Floats, jaw: Floats, pose_deg: tuple[float, float, float]
) -> Floats:
    """Return (17, 2) jaw points, moved to the outline on the far side of a turned face."""
    yaw, _, roll = pose_deg
    out = jaw.copy()
    across = np.array([np.cos(np.radians(roll)), -np.sin(np.radians(roll))], np.float32)
    for i, candidates in enumerate(_jaw_candidates(head)):
        far = (i < 8 and yaw < -FAR_SIDE_DEG) or (i > 8 and yaw > FAR_SIDE_DEG)
        if far and len(candidates):
            reach = flat[candidates] @ across * (-1 if i < 8 else 1)
            out[i] = flat[candidates[reach.argmax()]]
    return out
