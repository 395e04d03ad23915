from __future__ import annotations

import numpy as np

from tfan.synth.raster import rasterise, vertex_normals

TRIANGLE = np.array([[0, 1, 2]], np.int32)


def test_a_triangle_covers_half_of_its_square_and_interpolates_linearly():
    screen = np.array([[0, 0, 5], [10, 0, 5], [0, 10, 5]], np.float32)
    values = screen[:, :2].copy()
    out, depth = rasterise(screen, TRIANGLE, values, side_px=12)
    drawn = np.isfinite(depth)
    y, x = np.nonzero(drawn)
    assert drawn.sum() == 66  # 11 + 10 + ... + 1 pixel centres
    assert np.allclose(out[y, x, 0], x, atol=1e-5)
    assert np.allclose(out[y, x, 1], y, atol=1e-5)


def test_the_nearer_triangle_hides_the_farther_in_either_order():
    near = np.array([[0, 0, 1], [8, 0, 1], [0, 8, 1]], np.float32)
    far = near + np.array([0, 0, 1], np.float32)
    values = np.array([[1.0]] * 3 + [[2.0]] * 3, np.float32)
    both = np.array([[0, 1, 2], [3, 4, 5]], np.int32)
    for order in (both, both[::-1].copy()):
        out, depth = rasterise(np.concatenate([near, far]), order, values, side_px=8)
        assert set(np.unique(out[np.isfinite(depth)])) == {np.float32(1.0)}


def test_what_lies_outside_the_picture_is_left_out():
    screen = np.array([[-50, -50, 1], [-40, -50, 1], [-50, -40, 1]], np.float32)
    _, depth = rasterise(screen, TRIANGLE, np.ones((3, 1), np.float32), side_px=8)
    assert not np.isfinite(depth).any()


def test_the_normal_of_a_flat_triangle_by_hand():
    flat = np.array([[0, 0, 0], [2, 0, 0], [0, 3, 0]], np.float32)
    assert np.allclose(vertex_normals(flat, TRIANGLE), [[0, 0, 1]] * 3, atol=1e-6)
