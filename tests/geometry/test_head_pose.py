"""Head pose by laws: what was turned is found again, whatever its place, size and company."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfan.geometry.head_pose import (
    N_FITTED,
    angles_deg,
    axes_in_image,
    head_poses,
    mean_head,
)
from tfan.landmarks.schemes import load_scheme

EXACT_DEG = 0.01  # float32 answers of points that fit exactly
WILD_DEG = 1.0
POSES_DEG = [
    (0, 0, 0),
    (35, 0, 0),
    (-80, 10, 5),
    (0, 30, 0),
    (0, -40, 20),
    (0, 0, -60),
    (50, 25, 30),
]
CENTRE_PX, PX_PER_CM = (120.0, 80.0), 6.0


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Turn to the subject's left, then nod down, then lean to the right shoulder; x, y up, z."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def seen(pose, *, px_per_cm: float = PX_PER_CM, centre_px=CENTRE_PX) -> np.ndarray:
    """Return the mean head's landmarks (478, 2) as a camera far away sees them."""
    turned = mean_head().points_cm @ rotation(*pose).T
    return (turned[:, :2] * [px_per_cm, -px_per_cm] + centre_px).astype(np.float32)


def pose_of(points: np.ndarray, sigma: np.ndarray | None = None) -> np.ndarray:
    sigma = np.ones(len(points), np.float32) if sigma is None else sigma
    return head_poses(points[None], sigma[None])[0]


@pytest.mark.parametrize("pose", POSES_DEG)
def test_a_turned_head_is_found_again(pose):
    np.testing.assert_allclose(pose_of(seen(pose)), pose, atol=EXACT_DEG)


@pytest.mark.parametrize(
    ("pose", "where", "says"),
    [
        ((30, 0, 0), "right", "the nose of a head turned to its left"),
        ((0, 30, 0), "down", "the nose of a head that nods"),
        ((0, 0, 30), "left", "the forehead of a head that leans to its right"),
    ],
)
def test_signs_in_the_image(pose, where, says):
    """Stated on the picture alone, so that no convention can be mirrored twice."""
    nose, forehead = 1, 10
    moved = (seen(pose) - seen((0, 0, 0)))[forehead if where == "left" else nose]
    sides = {"right": moved[0], "left": -moved[0], "down": moved[1]}
    assert sides[where] > 3, says


def test_the_mirrored_face_turns_and_leans_the_other_way():
    points = seen((30, 12, 20))
    mirrored = points[load_scheme("mediapipe478").mirror] * np.float32([-1, 1])
    # the mean head is not quite symmetric
    np.testing.assert_allclose(pose_of(mirrored), [-30, 12, -20], atol=1.0)


def test_place_and_size_do_not_matter():
    far = seen((40, -20, 10), px_per_cm=0.7, centre_px=(-300.0, 900.0))
    np.testing.assert_allclose(pose_of(far), [40, -20, 10], atol=0.05)


def test_faces_do_not_know_of_each_other():
    rng = np.random.default_rng(0)
    faces = np.stack([seen(pose) + rng.normal(size=(N_FITTED, 2)) for pose in POSES_DEG])
    sigma = rng.uniform(0.5, 3, faces.shape[:2]).astype(np.float32)
    together = head_poses(faces, sigma)
    alone = [head_poses(faces[i : i + 1], sigma[i : i + 1])[0] for i in range(len(faces))]
    np.testing.assert_allclose(together, alone, atol=1e-3)
    assert head_poses(faces[:0], sigma[:0]).shape == (0, 3)


def test_unsure_points_hardly_count():
    points, sigma = seen((20, 10, 5)), np.ones(N_FITTED, np.float32)
    points[:100] += 40
    assert np.abs(pose_of(points) - [20, 10, 5]).max() > 5 * WILD_DEG
    sigma[:100] = 60
    np.testing.assert_allclose(pose_of(points, sigma), [20, 10, 5], atol=WILD_DEG)


def test_points_after_the_478_are_not_used():
    points = np.concatenate([seen((10, 5, 0)), np.full((70, 2), np.nan, np.float32)])
    np.testing.assert_allclose(pose_of(points), [10, 5, 0], atol=EXACT_DEG)


@pytest.mark.parametrize("points", [np.zeros((478, 2)), np.full((478, 2), np.nan)])
def test_what_is_no_face_raises_nothing(points):
    assert pose_of(points.astype(np.float32)).shape == (3,)


@pytest.mark.parametrize("pose", POSES_DEG)
def test_axes_are_the_turned_head_as_the_image_shows_it(pose):
    axes = rotation(*pose)[:2].T * [1, -1]  # x right, y down
    np.testing.assert_allclose(axes_in_image(np.array(pose)), axes, atol=1e-6)


def test_angles_of_rotations():
    turns = np.stack([rotation(*pose) for pose in POSES_DEG])
    angles = [angles_deg(turn[0], turn[1]) for turn in turns]
    np.testing.assert_allclose(angles, POSES_DEG, atol=1e-3)


@pytest.mark.data
def test_the_table_is_the_mean_of_the_morphable_head(shared: Path):
    head_file = shared / "data" / "ict_face_model.npz"
    if not head_file.is_file():
        pytest.skip("no morphable head in 'shared'")
    from tfan.synth.head import load_head
    from tfan.synth.pose import rotation as renderers

    head = load_head(head_file)
    points = head.rows.points(head.mean)[:N_FITTED]
    np.testing.assert_allclose(mean_head().points_cm, points - points.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(rotation(20, -30, 40), renderers((20, -30, 40)), atol=1e-5)
