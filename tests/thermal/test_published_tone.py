"""Grey as the published network sees it; what it would see as one grey is shown all the same."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.thermal.plane import prepare
from tfan.thermal.published import published_tone

ATOL = 1e-5


def grey(image, mode="auto", **options) -> np.ndarray:
    plane = prepare(image, mode)
    return published_tone(plane, **options)(plane.values)


@pytest.fixture
def scene() -> np.ndarray:
    """Degrees from 18 to 36: a little of it is below the window."""
    return np.linspace(18, 36, 64 * 80, dtype=np.float32).reshape(64, 80)


def test_temperatures_are_clipped_then_stretched(scene):
    clipped = np.clip(scene, 20, 40)
    np.testing.assert_allclose(grey(scene), (clipped - 20) / 16, atol=ATOL)
    np.testing.assert_allclose(grey(scene + 7), (np.clip(scene + 7, 20, 40) - 25) / 15, atol=ATOL)
    np.testing.assert_allclose(grey(scene, stretch=False), (clipped - 20) / 20, atol=ATOL)


def test_the_unit_does_not_matter(scene):
    counts = ((scene + 273.15) * 100).round().astype(np.uint16)
    np.testing.assert_allclose(grey(counts), grey(scene), atol=1e-3)
    np.testing.assert_allclose(grey(scene + np.float32(273.15)), grey(scene), atol=ATOL * 10)


def test_brightness_is_taken_as_it_is(scene):
    levels = (scene * 4).astype(np.uint8)
    np.testing.assert_allclose(grey(levels), levels / 255, atol=ATOL)
    np.testing.assert_allclose(grey(levels / np.float32(255)), levels / 255, atol=ATOL)


@pytest.mark.parametrize("shift", [-20.0, 25.0])
def test_a_scene_beside_the_window_is_no_single_grey(scene, shift):
    seen = grey(scene + shift, "temperature")
    assert seen.min() == 0
    assert seen.max() == 1
    assert seen.std() > 0.2


def test_counts_are_no_single_grey(scene):
    seen = grey((scene * 300).astype(np.uint16))
    assert seen.std() > 0.2


def test_one_temperature_is_zero():
    assert not grey(np.full((32, 32), 30, np.float32)).any()
