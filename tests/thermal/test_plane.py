"""Preparing an image: bad pixels go, nothing else moves, the caller's array stays."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.thermal.interpret import Reading
from tfan.thermal.normalise import normalise_frame
from tfan.thermal.plane import prepare

SHIFT = 0.02  # of the contrast: what bad pixels may move percentiles by


@pytest.fixture
def celsius() -> np.ndarray:
    y, x = np.mgrid[:120, :160]
    warm = 33 - ((x - 80) ** 2 + (y - 60) ** 2) / 900
    return (warm.clip(21, 35) + 0.05 * np.sin(x + 3 * y)).astype(np.float32)


def test_sound_images_are_not_copied(celsius):
    assert prepare(celsius).values is celsius
    levels = (celsius * 7).astype(np.uint8)
    assert prepare(levels).values is levels


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 500.0, -273.15, 1e300])
@pytest.mark.parametrize("count", [1, 40])
def test_lone_bad_pixels_take_the_value_of_their_neighbours(celsius, value, count):
    rng = np.random.default_rng(9)
    spoilt = celsius.astype(np.float64)
    spoilt[rng.integers(0, 120, count), rng.integers(0, 160, count)] = value
    before = spoilt.copy()
    plane, sound = prepare(spoilt), prepare(celsius)
    np.testing.assert_array_equal(spoilt, before)
    np.testing.assert_allclose(plane.values, sound.values, atol=1.0)  # neighbours differ by that
    assert abs(plane.low - sound.low) < SHIFT * (sound.high - sound.low)
    assert abs(plane.high - sound.high) < SHIFT * (sound.high - sound.low)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16])
def test_dead_pixels_of_counts(celsius, dtype):
    counts = (celsius * 100 + 5000).astype(dtype)
    spoilt = counts.copy()
    spoilt[50, 60], spoilt[70, 90] = 0, 32000
    np.testing.assert_allclose(prepare(spoilt).values, counts, atol=100)


def test_a_face_far_hotter_than_its_scene_is_no_fault():
    cold = np.random.default_rng(1).normal(2, 0.1, (120, 160)).astype(np.float32)
    cold[50:54, 70:74] = 34
    np.testing.assert_array_equal(prepare(cold).values, cold)


def test_large_holes_become_background_and_keep_no_nan(celsius):
    masked = np.where(celsius > 28, celsius, np.nan)
    plane = prepare(masked)
    assert np.isfinite(plane.values).all()
    assert plane.values[0, 0] == plane.low
    np.testing.assert_array_equal(plane.values[celsius > 28], celsius[celsius > 28])


def test_zeros_far_below_a_scene_are_masked_pixels(celsius):
    counts = ((celsius + 273.15) * 100).astype(np.uint16)
    masked = np.where(celsius > 28, counts, 0).astype(np.uint16)
    plane = prepare(masked)
    assert plane.reading.unit == "centikelvin"
    assert plane.low > 30_000
    assert plane.values.min() >= plane.low - 100
    np.testing.assert_array_equal(plane.values[celsius > 28], counts[celsius > 28])


def test_zeros_of_a_scene_that_reaches_zero_stay():
    ramp = np.tile(np.linspace(0, 9000, 160), (120, 1)).astype(np.uint16)
    np.testing.assert_array_equal(prepare(ramp).values, ramp)


def test_masked_arrays_are_masked(celsius):
    hidden = np.ma.masked_array(celsius, mask=celsius < 28)
    np.testing.assert_array_equal(
        prepare(hidden).values, prepare(np.where(celsius < 28, np.nan, celsius)).values
    )


def test_flames_do_not_set_the_contrast(celsius):
    burning = celsius.copy()
    burning[:5] = 400
    assert prepare(burning).high < 40


@pytest.mark.parametrize(
    "same",
    [
        lambda v: v.astype(np.float64),
        lambda v: v.astype(">f4"),
        lambda v: np.asfortranarray(v),
        lambda v: np.repeat(v, 2, axis=1)[:, ::2],
        lambda v: v[::-1, ::-1].copy()[::-1, ::-1],
        lambda v: v[:, :, None],
        lambda v: v.tolist(),
    ],
)
def test_layout_does_not_matter(celsius, same):
    image = same(celsius)
    plane, expected = prepare(image), prepare(celsius)
    np.testing.assert_array_equal(plane.values, expected.values)
    assert (plane.low, plane.high) == (expected.low, expected.high)


def test_read_only_images_are_read(celsius):
    celsius.setflags(write=False)
    celsius_nan = np.where(np.arange(160) == 5, np.nan, celsius)
    celsius_nan.setflags(write=False)
    assert np.isfinite(prepare(celsius_nan).values).all()


@pytest.mark.parametrize(
    ("image", "floor"),
    [
        (np.full((20, 20), 30.0), 2.0),
        (np.full((20, 20), 300, np.float32), 2.0),
        (np.full((20, 20), 30000, np.uint16), 200.0),
        (np.full((20, 20), 3000, np.uint16), 20.0),
        (np.full((20, 20), 99, np.uint8), 8.0),
        (np.full((20, 20), 0.5), 8 / 255),
        (np.full((20, 20), 10000, np.uint16), 40.0),
    ],
)
def test_floors_by_unit(image, floor):
    plane = prepare(image)
    assert plane.floor == pytest.approx(floor)
    assert plane.crop_floor == pytest.approx(0.02 * floor)


def test_frame_normalisation_by_hand():
    values = np.float32([10, 20, 30, 90, -90])
    out = normalise_frame(values, low=10, high=30, floor=2)
    np.testing.assert_allclose(out, [-0.5, 0, 0.5, 0.7, -0.7], atol=1e-6)
    flat = normalise_frame(np.float32([5, 6]), low=5, high=5, floor=2)
    np.testing.assert_allclose(flat, [-0.5, 0], atol=1e-6)


def test_a_reading_that_is_known_is_taken_at_its_word(celsius):
    centikelvin = (celsius * 100 + 27315).astype(np.uint16)
    known = Reading("pixel", "counts", "the file says so")
    plane = prepare(centikelvin, reading=known)
    assert plane.reading is known
    assert plane.floor != prepare(centikelvin).floor


def test_contrast_of_the_frame_before_holds_while_the_values_lie_near_it(celsius):
    before = prepare(celsius)
    warmer = celsius + np.float32(0.5)
    plane = prepare(warmer, like=before)
    assert plane.values is warmer
    assert (plane.low, plane.high, plane.reading) == (before.low, before.high, before.reading)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values + np.float32(100),
        lambda values: np.where(values > values.max() - 1, np.nan, values).astype(np.float32),
        lambda values: (values * 100 + 27315).astype(np.uint16),
        lambda values: values.astype(np.float64),
    ],
    ids=["far", "with NaN", "counts", "double"],
)
def test_contrast_of_the_frame_before_is_not_taken_for_what_is_unlike_it(celsius, change):
    changed = change(celsius)
    plane, alone = prepare(changed, like=prepare(celsius)), prepare(changed)
    assert (plane.low, plane.high, plane.floor) == (alone.low, alone.high, alone.floor)
    np.testing.assert_array_equal(plane.values, alone.values)
