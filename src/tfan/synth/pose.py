"""Turning the head on the neck, and the perspective camera in front of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.synth.head import Floats
from tfan.synth.params import Camera, Pose, Triple

PIVOT_CM = (0.0, -8.0, -2.0)
NECK_BLEND_CM = (
    -14.0,
    -5.0,
)  # below the first the torso's rotation holds, above the second the head's


def rotation(angles_deg: Triple) -> Floats:
    """Return (3, 3) of yaw, pitch, roll in degrees: yaw first, then pitch, then roll.

    Positive yaw turns to the subject's left (image right), positive pitch nods down,
    positive roll leans to the subject's right shoulder (counter-clockwise in the image).
    """
    yaw, pitch, roll = np.radians(angles_deg)
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, pitch, roll))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """Rotations of head and torso about the neck."""

    head: Floats
    torso: Floats

    @classmethod
    def of(cls, pose: Pose) -> Stance:
        """Return the rotations of a pose."""
        return cls(rotation(pose.head_deg), rotation(pose.torso_deg))

    def with_head(self, vertices: Floats) -> Floats:
        """Turn (V, 3) things that sit on the head."""
        pivot = np.array(PIVOT_CM, np.float32)
        return np.asarray((vertices - pivot) @ self.head.T + pivot, np.float32)

    def with_torso(self, vertices: Floats) -> Floats:
        """Turn (V, 3) things that sit on the torso."""
        pivot = np.array(PIVOT_CM, np.float32)
        return np.asarray((vertices - pivot) @ self.torso.T + pivot, np.float32)

    def bend(self, vertices: Floats) -> Floats:
        """Turn (V, 3) vertices: with the head above the neck, with the torso below."""
        low, high = NECK_BLEND_CM
        t = np.clip((vertices[:, 1:2] - low) / (high - low), 0, 1)
        t = (t * t * (3 - 2 * t)).astype(np.float32)
        return np.asarray(
            t * self.with_head(vertices) + (1 - t) * self.with_torso(vertices), np.float32
        )


def to_camera(vertices: Floats, centre: Floats, camera: Camera) -> Floats:
    """Return (V, 3) vertices with the face's centre at the camera's offset from its axis."""
    return np.asarray(vertices - centre + np.array([*camera.offset_cm, 0], np.float32), np.float32)


def project(vertices: Floats, camera: Camera) -> Floats:
    """Return (V, 2) perspective positions in centimetres at the face, x right, y down."""
    scale = camera.distance_cm / np.maximum(camera.distance_cm - vertices[:, 2], 1.0)
    return np.stack([vertices[:, 0] * scale, -vertices[:, 1] * scale], 1).astype(np.float32)


def facing(vertices: Floats, normals: Floats, camera: Camera) -> Floats:
    """Return (V,) cosine between the surface normal and the view, 0 at the limb."""
    view = np.array([0, 0, camera.distance_cm], np.float32) - vertices
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    return np.asarray(np.minimum(np.abs((normals * view).sum(1)), 1), np.float32)
