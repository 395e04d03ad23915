"""Counts to temperature: a law (and back again), the limits, and the maker's numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfan.thermal.radiometry import Air, Planck, Scene, to_celsius

PLANCK = Planck(r1=15848.854, r2=0.014533111, b=1414.9, f=1.0, o=-4405)  # a T640
COUNTS = np.arange(8000, 30_000, 1000, dtype=np.uint16)


def counts_seen(celsius: float, scene: Scene, air: Air) -> float:
    """The measurement formula forward, written out for one pixel."""

    def planck(t: float) -> float:
        return PLANCK.r1 / (PLANCK.r2 * (math.exp(PLANCK.b / (t + 273.15)) - PLANCK.f)) - PLANCK.o

    t = scene.air_celsius
    water = scene.relative_humidity * math.exp(
        1.5587 + 6.939e-2 * t - 2.7816e-4 * t**2 + 6.8455e-7 * t**3
    )
    root = math.sqrt(scene.distance_m)
    through = air.x * math.exp(-root * (air.alpha1 + air.beta1 * math.sqrt(water)))
    through += (1 - air.x) * math.exp(-root * (air.alpha2 + air.beta2 * math.sqrt(water)))
    surface = scene.emissivity * planck(celsius)
    surface += (1 - scene.emissivity) * planck(scene.reflected_celsius)
    before = through * surface + (1 - through) * planck(scene.air_celsius)
    window = scene.window_transmission
    return window * before + (1 - window) * planck(scene.window_celsius)


@pytest.mark.parametrize("celsius", [-10.0, 20.0, 36.6, 95.0])
@pytest.mark.parametrize(
    "scene",
    [
        Scene(),
        Scene(emissivity=0.98, distance_m=1.5, reflected_celsius=22, air_celsius=24),
        Scene(emissivity=0.6, distance_m=50, reflected_celsius=-20, air_celsius=35),
        Scene(0.95, 3, 21, 19, 0.8, 30, 0.85),
    ],
)
def test_formula_forward_and_back(celsius, scene):
    air = Air()
    seen = counts_seen(celsius, scene, air)
    around = to_celsius(np.array([int(seen), int(seen) + 1]), PLANCK, scene, air)
    assert around[0] - 1e-3 <= celsius <= around[1] + 1e-3
    assert around[1] - around[0] < 0.2  # so the bracket says something


def test_black_body_without_air_is_plain_planck():
    seen = to_celsius(COUNTS, PLANCK, Scene(), Air())
    kelvin = PLANCK.b / np.log(PLANCK.r1 / (PLANCK.r2 * (COUNTS.astype(int) + PLANCK.o)) + PLANCK.f)
    np.testing.assert_allclose(seen, kelvin - 273.15, atol=1e-4)
    assert seen.dtype == np.float32


def test_colder_than_anything_is_nan():
    assert np.isnan(to_celsius(np.array([0, 4000, 4405]), PLANCK, Scene(), Air())).all()


def test_no_air_lets_everything_through():
    assert Air().transmission(0, 20, 0.5) == pytest.approx(1)
    assert 0.95 < Air().transmission(10, 20, 0.5) < Air().transmission(1, 20, 0.5) < 1


@pytest.mark.parametrize("field", ["r1", "r2", "b"])
def test_an_empty_field_is_no_constant(field):
    values = {name: getattr(PLANCK, name) for name in Planck.__slots__}
    assert PLANCK.usable
    assert not Planck(**{**values, field: 0.0}).usable
    assert not Planck(**{**values, field: math.nan}).usable
