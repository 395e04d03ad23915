"""Windows: there and back is identity, and pixels land where points do."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tfan.geometry.crop import (
    CROP_SCALE,
    Windows,
    roll_of,
    sample_windows,
    windows_for_boxes,
    windows_for_points,
)

ATOL_PX = 1e-3  # float32 of a few hundred pixels
ATOL_RAD = 1e-5
WARP_PX = 0.05  # OpenCV's bicubic weights draw a ramp no better
SHRUNK_PX = 0.05  # of a window pixel more, where the image is averaged first
SIZE = 64

UPRIGHT_FIVE = np.float32([[-20, -20], [20, -20], [0, 5], [-15, 25], [15, 25]])


def window(x: float, y: float, half: float, roll: float = 0.0) -> Windows:
    return Windows(np.float32([[x, y]]), np.float32([half]), np.float32([roll]))


def turned(points: np.ndarray, roll: float) -> np.ndarray:
    cos, sin = np.cos(roll), np.sin(roll)
    return points @ np.float32([[cos, sin], [-sin, cos]])


def grid(size: int) -> np.ndarray:
    steps = (2 * np.arange(size) + 1) / size - 1
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(1, -1, 2)


@pytest.mark.parametrize("roll", [0.0, 0.5, -2.5])
def test_to_image_and_back(roll):
    points = np.random.default_rng(1).uniform(-1.5, 1.5, (1, 20, 2))
    there = window(120.3, 77.8, 40, roll)
    np.testing.assert_allclose(there.from_image(there.to_image(points)), points, atol=ATOL_PX)


def test_edges_of_an_upright_window():
    corners = window(100, 50, 10).to_image(np.float32([[[-1, -1], [1, 1]]]))[0]
    np.testing.assert_allclose(corners, [[90, 40], [110, 60]], atol=ATOL_PX)


@pytest.mark.parametrize("half", [12, 30, 61, 150, 330])
@pytest.mark.parametrize("roll", [0.0, 0.6, 2.9])
@pytest.mark.parametrize("axis", [0, 1])
def test_sampled_pixels_lie_where_points_lie(half, roll, axis):
    ramps = np.meshgrid(np.arange(801, dtype=np.float32), np.arange(777, dtype=np.float32))
    there = window(401.3, 380.6, half, roll)
    sampled = sample_windows(ramps[axis], there, size=SIZE).reshape(-1)
    expected = there.to_image(grid(SIZE))[0, :, axis]
    step = 2 * half / SIZE
    border = 4 + 4 * step  # where the repeated border mixes in
    inside = (expected > border) & (expected < 776 - border)
    limit = WARP_PX + (SHRUNK_PX + WARP_PX) * step
    assert np.abs(sampled - expected)[inside].max() < limit


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_dtype_and_batch_do_not_matter(dtype):
    image = np.random.default_rng(2).integers(0, 255, (90, 120)).astype(dtype)
    both = Windows(np.float32([[40, 40], [70, 50]]), np.float32([14, 25]), np.float32([0, 1]))
    sampled = sample_windows(image, both, size=SIZE)
    assert sampled.dtype == np.float32
    for row in range(2):
        alone = sample_windows(image.astype(np.float32), both[[row]], size=SIZE)[0]
        np.testing.assert_array_equal(sampled[row], alone)


def test_noise_finer_than_a_window_pixel_is_averaged_not_picked():
    checks = np.indices((512, 512)).sum(0) % 2 * np.float32(100)
    sampled = sample_windows(checks, window(255.5, 255.5, 200), size=SIZE)
    assert np.abs(sampled - 50).max() < 5  # picked pixels would give 0 or 100


@pytest.mark.parametrize("centre", [(-500, -500), (0, 0), (1e4, 30)])
def test_outside_repeats_the_border(centre):
    image = np.full((40, 50), 7, np.uint8)
    sampled = sample_windows(image, window(*centre, 15), size=SIZE)
    np.testing.assert_allclose(sampled, 7, atol=ATOL_PX)


@pytest.mark.parametrize("roll", [0.0, 0.3, -1.5, 3.1])
def test_roll_is_found_and_yaw_does_not_fake_one(roll):
    seen = np.stack([UPRIGHT_FIVE, UPRIGHT_FIVE * [0.3, 1]])
    seen[1, 2] += [9, 0]  # the nose tip moves aside with yaw
    found = roll_of(np.stack([turned(five, roll) for five in seen]))
    np.testing.assert_allclose(np.exp(1j * found), np.exp(1j * roll), atol=ATOL_RAD)


def test_window_of_a_box_centres_on_the_hull_below_the_hairline():
    made = windows_for_boxes(np.float32([[10, 20, 90, 120]]), UPRIGHT_FIVE[None])
    np.testing.assert_allclose(made.centre_px[0], [50, 75.5], atol=ATOL_PX)
    side = CROP_SCALE * np.sqrt(80 * 89)
    np.testing.assert_allclose(2 * made.half_side_px, side, rtol=1e-6)


@pytest.mark.parametrize("roll", [0.0, 0.7, -2.0])
def test_windows_of_points_turn_with_the_face(roll):
    rng = np.random.default_rng(8)
    points = rng.uniform(-30, 30, (1, 50, 2)).astype(np.float32)
    upright = windows_for_points(points, UPRIGHT_FIVE[None])
    rolled = windows_for_points(turned(points, roll), turned(UPRIGHT_FIVE, roll)[None])
    np.testing.assert_allclose(rolled.half_side_px, upright.half_side_px, rtol=1e-5)
    np.testing.assert_allclose(
        rolled.centre_px[0], turned(upright.centre_px[0], roll), atol=ATOL_PX
    )


def test_degenerate_boxes_still_make_windows():
    made = windows_for_boxes(np.zeros((1, 4), np.float32), np.zeros((1, 5, 2), np.float32))
    assert made.half_side_px[0] > 0
    assert np.isfinite(made.centre_px).all()


def test_a_blob_keeps_its_place_through_a_turned_window():
    image = np.zeros((200, 200), np.float32)
    cv2.circle(image, (120, 80), 6, 1.0, -1)
    there = window(100, 100, 60, 0.8)
    sampled = sample_windows(image, there, size=128)[0]
    weights = sampled.reshape(-1, 1) / sampled.sum()
    middle = (grid(128)[0] * weights).sum(0)
    np.testing.assert_allclose(there.to_image(middle[None, None])[0, 0], [120, 80], atol=0.05)


@pytest.mark.parametrize("roll", [0.0, 0.7])
def test_moved_windows_are_those_of_moved_points(roll):
    rng = np.random.default_rng(9)
    points = turned(rng.uniform(-30, 30, (2, 50, 2)), roll).astype(np.float32)
    five = np.stack([turned(UPRIGHT_FIVE, roll)] * 2)
    shift = np.float32([[10, -4], [0.5, 7]])
    moved = windows_for_points(points, five).moved(shift)
    expected = windows_for_points(points + shift[:, None], five)
    np.testing.assert_allclose(moved.centre_px, expected.centre_px, atol=1e-4)
    np.testing.assert_allclose(moved.half_side_px, expected.half_side_px, rtol=1e-6)
    np.testing.assert_array_equal(moved.roll, expected.roll)
