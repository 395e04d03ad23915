"""Covered shares of pixels are areas, exactly."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.rois.coverage import Outlines, cover

HW = (24, 32)
FINE = 32  # brute force: so many points a pixel and axis
FINE_TOLERANCE = 0.06  # what a rim through one pixel can be off by at that


def outlines(*shapes: list[np.ndarray]) -> Outlines:
    starts, ends, numbers = [], [], []
    for number, polygons in enumerate(shapes):
        for polygon in polygons:
            corners = np.asarray(polygon, float)
            starts.append(corners)
            ends.append(np.roll(corners, -1, axis=0))
            numbers += [number] * len(corners)
    first = np.searchsorted(numbers, np.arange(len(shapes)))
    return Outlines(np.concatenate(starts).T, np.concatenate(ends).T, np.array(numbers), first)


def picture(*shapes: list[np.ndarray], hw=HW, **how) -> np.ndarray:
    """Covered shares (S, H, W)."""
    covered = cover(outlines(*shapes), hw, **how)
    pixel = covered.spread(np.arange(hw[0] * hw[1]).reshape(hw)).astype(int)
    shape = np.repeat(np.arange(len(shapes)), np.diff(covered.starts))
    full = np.zeros((len(shapes), hw[0] * hw[1]))
    np.add.at(full, (shape, pixel), covered.shares)
    return full.reshape(-1, *hw)


def by_force(polygon: np.ndarray, hw=HW) -> np.ndarray:
    y, x = (np.mgrid[: hw[0] * FINE, : hw[1] * FINE] + 0.5) / FINE
    (x0, y0), (x1, y1) = polygon.T, np.roll(polygon, -1, axis=0).T
    crossings = np.zeros(x.shape, int)
    for ax, ay, bx, by in zip(x0, y0, x1, y1, strict=True):
        between = (ay > y) != (by > y)
        crossings += between & (x < ax + (y - ay) * (bx - ax) / (by - ay if by != ay else 1))
    inside = (crossings % 2).reshape(hw[0], FINE, hw[1], FINE)
    return inside.mean(axis=(1, 3))


def star(rng: np.random.Generator, centre, corners: int = 7, reach=(2.0, 9.0)) -> np.ndarray:
    """A simple polygon, clockwise in the image."""
    angles = (np.arange(corners) + rng.uniform(0, 0.9, corners)) * (2 * np.pi / corners)
    radii = rng.uniform(*reach, corners)
    return centre + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    polygon = star(rng, rng.uniform([0, 0], HW[::-1]))  # some run over the edge
    found, expected = picture([polygon])[0], by_force(polygon)
    np.testing.assert_allclose(found, expected, atol=FINE_TOLERANCE)
    assert np.abs(found - expected).mean() < FINE_TOLERANCE / 20


def test_the_sum_is_the_area_wherever_the_polygon_lies():
    rng = np.random.default_rng(3)
    polygon = star(rng, np.array([0.0, 0.0]), reach=(2, 8))
    places = np.array([16, 12]) + rng.uniform(-3, 3, (20, 2))
    shapes = [[polygon + place] for place in places]
    areas = picture(*shapes).sum(axis=(1, 2))
    np.testing.assert_allclose(areas, outlines([polygon]).areas_px()[0], rtol=1e-9)


def test_whole_pixels_are_covered_wholly():
    square = np.array([[3, 2], [7, 2], [7, 5], [3, 5]], float)
    expected = np.zeros(HW)
    expected[2:5, 3:7] = 1
    np.testing.assert_allclose(picture([square])[0], expected, atol=1e-12)


def test_a_hole_takes_away():
    square = np.array([[3, 2], [13, 2], [13, 12], [3, 12]], float)
    hole = np.array([[5.5, 4], [5.5, 6], [8, 6], [8, 4]], float)
    found = picture([square, hole])[0]
    assert found.sum() == pytest.approx(100 - 5)
    assert found[4, 5] == pytest.approx(0.5)
    assert found[5, 6] == 0


def test_what_runs_the_other_way_covers_nothing():
    square = np.array([[3, 2], [3, 5], [7, 5], [7, 2]], float)
    assert picture([square]).sum() == 0
    assert outlines([square]).areas_px()[0] == -12


@pytest.mark.parametrize("shift", [(-500, 0), (500, 3), (0, -500), (2, 500), (9e4, 9e4)])
def test_outside_the_frame_nothing_is_covered(shift):
    square = np.array([[3, 2], [7, 2], [7, 5], [3, 5]], float) + shift
    near = np.array([[1, 1], [2, 1], [2, 2], [1, 2]], float)
    np.testing.assert_allclose(picture([square], [near]).sum(axis=(1, 2)), [0, 1], atol=1e-9)


def test_a_polygon_around_the_whole_frame_covers_all_of_it():
    square = np.array([[-1e5, -1e5], [1e5, -1e5], [1e5, 1e5], [-1e5, 1e5]])
    np.testing.assert_allclose(picture([square])[0], 1, atol=1e-9)


def test_what_is_not_wanted_and_what_is_next_to_nothing_is_left_out():
    square = np.array([[3, 2], [7, 2], [7, 5], [3, 5]], float)
    slid = square + np.array([1e-3, 0])
    whole, none = picture([slid], [square + 9], wanted=np.array([True, False]), least_share=0.01)
    assert none.sum() == 0
    assert whole[3, 3] == pytest.approx(0.999)
    assert whole[3, 7] == 0
    assert picture([slid])[0, 3, 7] == pytest.approx(1e-3)


def test_cells_hold_what_the_image_does_and_no_window_is_without_cells():
    image = np.random.default_rng(0).normal(size=HW)
    square = np.array([[3, 2], [7, 2], [7, 5], [3, 5]], float)
    covered = cover(outlines([square], [square + 500], [square + 9]), HW)
    first, none, second = np.split(covered.spread(image), covered.starts[1:-1])
    np.testing.assert_array_equal(first[:-1].reshape(3, 5)[:, :-1], image[2:5, 3:7])
    np.testing.assert_array_equal(second[:-1].reshape(3, 5)[:, :-1], image[11:14, 12:16])
    assert len(none) >= 1
    assert not none.any()
    assert len(covered.shares) == covered.starts[-1]
    part = covered.spread(image[2:, 3:], (3, 2))
    np.testing.assert_array_equal(part, covered.spread(image))
