"""Detector counts to object temperature, as FLIR's cameras and programs compute it.

A camera sees the object through air, reflecting its surroundings, behind a window:

    counts = w (t (e W(object) + (1 - e) W(reflected)) + (1 - t) W(air)) + (1 - w) W(window)

with emissivity e, transmission t of the air and w of the window, and W(T) = R1 / (R2 (exp(B / T)
- F)) - O. The equation and the transmission of humid air are FLIR's own, as its manuals ("The
measurement formula") and Minkina and Dudzik, Infrared Thermography: Errors and Uncertainties, Wiley
2009, print them; the constants stand in each file. The air is one path from object to window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tfan.thermal.interpret import ABSOLUTE_ZERO_CELSIUS
from tfan.types import AnyArray, Array

_COUNTS = 65_536
_WATER = (1.5587, 6.939e-2, -2.7816e-4, 6.8455e-7)  # ln(g/m3) of saturated air over degC


@dataclass(frozen=True, slots=True)
class Planck:
    """Constants of one camera and lens: W(T) = r1 / (r2 (exp(b / T) - f)) - o."""

    r1: float
    r2: float
    b: float
    f: float
    o: float

    def counts(self, celsius: float) -> float:
        """Return the counts of a black body."""
        kelvin = celsius - ABSOLUTE_ZERO_CELSIUS
        return float(self.r1 / (self.r2 * (np.exp(self.b / kelvin) - self.f)) - self.o)

    def celsius(self, counts: AnyArray) -> AnyArray:
        """Return the temperature of a black body, NaN where the counts belong to none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            kelvin = self.b / np.log(self.r1 / (self.r2 * (counts + self.o)) + self.f)
            degrees: AnyArray = (
                np.where(counts + self.o > 0, kelvin, np.nan) + ABSOLUTE_ZERO_CELSIUS
            )
        return degrees

    @property
    def usable(self) -> bool:
        """Whether these are constants of a camera and not an empty field."""
        return bool(
            np.isfinite([self.r1, self.r2, self.b, self.f, self.o]).all()
            and min(self.r1, self.r2, self.b) > 0
        )


@dataclass(frozen=True, slots=True)
class Air:
    """Constants of the air's transmission, as FLIR's files hold them."""

    alpha1: float = 0.006569
    alpha2: float = 0.01262
    beta1: float = -0.002276
    beta2: float = -0.00667
    x: float = 1.9

    def transmission(self, distance_m: float, celsius: float, relative_humidity: float) -> float:
        """Return the share of radiation that comes through; relative humidity is 0..1."""
        water = relative_humidity * np.exp(np.polynomial.polynomial.polyval(celsius, _WATER))
        root_m, root_water = np.sqrt(max(distance_m, 0.0)), np.sqrt(max(float(water), 0.0))
        first = np.exp(-root_m * (self.alpha1 + self.beta1 * root_water))
        second = np.exp(-root_m * (self.alpha2 + self.beta2 * root_water))
        return float(self.x * first + (1 - self.x) * second)


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies between object and camera; temperatures in degrees Celsius."""

    emissivity: float = 1.0
    distance_m: float = 0.0
    reflected_celsius: float = 20.0
    air_celsius: float = 20.0
    relative_humidity: float = 0.5
    window_celsius: float = 20.0
    window_transmission: float = 1.0


def to_celsius(counts: AnyArray, planck: Planck, scene: Scene, air: Air) -> Array:
    """Return object temperatures of 16-bit counts (...), float32, NaN where there is none."""
    return _table(planck, scene, air)[counts]


@lru_cache(maxsize=16)
def _table(planck: Planck, scene: Scene, air: Air) -> Array:
    """Return the temperature of each of the 65,536 counts."""
    with np.errstate(all="ignore"):  # constants of a damaged file give NaN, not a warning
        return _temperatures(planck, scene, air)


def _temperatures(planck: Planck, scene: Scene, air: Air) -> Array:
    through = air.transmission(scene.distance_m, scene.air_celsius, scene.relative_humidity)
    window = planck.counts(scene.window_celsius)
    surface = (np.arange(_COUNTS) - (1 - scene.window_transmission) * window) / (
        scene.window_transmission
    )
    surface = (surface - (1 - through) * planck.counts(scene.air_celsius)) / through
    reflected = planck.counts(scene.reflected_celsius)
    counts = (surface - (1 - scene.emissivity) * reflected) / scene.emissivity
    return planck.celsius(counts).astype(np.float32)
