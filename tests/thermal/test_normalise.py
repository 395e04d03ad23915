"""normalise_crop: units, offsets and lone pixels must not matter."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.thermal.normalise import CROP_LIMIT, CROP_QUANTILES, normalise_crop

ATOL = 2e-4  # float32 of 300 K keeps 3e-5 K; contrast here is about 10 K
HOT_SHIFT = 0.01  # one pixel in 4096 may move a percentile by one rank


@pytest.fixture
def crop() -> np.ndarray:
    return np.random.default_rng(3).normal(30, 3, (64, 64)).astype(np.float32)


@pytest.mark.parametrize(("scale", "offset"), [(1, 273.15), (100, 27315), (10, 0)])
def test_unit_does_not_matter(crop, scale, offset):
    expected = normalise_crop(crop, 0.5)
    np.testing.assert_allclose(
        normalise_crop(crop * scale + offset, 0.5 * scale), expected, atol=ATOL
    )


def test_many_crops_are_as_one_by_one(crop):
    crops = np.stack([crop, crop[::-1] * 2])[:, None]
    floors = np.array([[0.5], [1.0]])
    both = normalise_crop(crops, floors)
    assert both.shape == (2, 1, 64, 64)
    np.testing.assert_array_equal(both[1, 0], normalise_crop(crops[1, 0], 1.0))


def test_three_levels_by_hand():
    crop = np.repeat(np.float32([[10], [20], [40]]), 10, axis=1)  # p5 = 10, median 20, p95 = 40
    expected = np.repeat(np.float32([[-0.25], [0.0], [0.5]]), 10, axis=1)
    np.testing.assert_allclose(normalise_crop(crop, 10.0), expected, atol=1e-6)


def test_constant_is_zero_and_a_burning_pixel_is_clipped(crop):
    assert not normalise_crop(np.full((8, 8), 7.0), 0.0).any()
    hot = crop.copy()
    hot[5, 5] = 500
    out = normalise_crop(hot, 0.5)
    assert out[5, 5] == CROP_LIMIT
    out[5, 5] = normalise_crop(crop, 0.5)[5, 5]
    np.testing.assert_allclose(out, normalise_crop(crop, 0.5), atol=HOT_SHIFT)


@pytest.mark.parametrize("side", [1, 2, 3, 7, 40])
def test_percentiles_are_those_of_the_sorted_values(side):
    rng = np.random.default_rng(side)
    for crop in (rng.normal(30, 2, (side, side)), rng.integers(0, 4, (side, side))):
        ordered = np.sort(crop.reshape(-1)).astype(np.float32)
        low, median, high = (ordered[int(q * (ordered.size - 1) + 0.5)] for q in CROP_QUANTILES)
        expected = (np.float32(crop) - median) / (high - low + np.float32(0.5))
        np.testing.assert_array_equal(normalise_crop(crop, 0.5), expected.clip(-2, 2))
