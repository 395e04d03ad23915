"""What is behind the people: a room, a street, a plain wall, machines, a view from above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.synth.distractors import SEEDS, paint_items
from tfan.synth.items import Floats, Item
from tfan.synth.settings import SETTING_ODDS, SETTINGS, Hw, World
from tfan.synth.texture import smooth_noise


@dataclass(frozen=True, slots=True)
class Mottle:
    """One field of smooth noise over the whole backdrop."""

    seed: int
    cell_px: float
    stretch: float
    celsius: float


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Everything behind the people.

    Attributes:
        size_hw: of the image.
        setting: key of `SETTINGS`.
        celsius: of the wall, the sky or the air.
        slope_celsius: change over the long side towards the right and downwards.
        mottles: unevenness.
        items: things, first the farthest.
    """

    size_hw: Hw
    setting: str
    celsius: float
    slope_celsius: tuple[float, float]
    mottles: tuple[Mottle, ...]
    items: tuple[Item, ...]


def draw_backdrop(
    rng: np.random.Generator,
    *,
    size_hw: Hw,
    ambient_celsius: float,
    skin_celsius: float,
    setting: str | None = None,
    clutter: float = 1.0,
) -> Backdrop:
    """Draw a backdrop.

    Args:
        rng: the only source of chance.
        size_hw: height and width in pixels.
        ambient_celsius: air; the backdrop stays near it.
        skin_celsius: of people, for things as warm as they.
        setting: key of `SETTINGS`, or None to draw one.
        clutter: mean number of loose things besides those of the setting.
    """
    name = setting or str(rng.choice(list(SETTINGS), p=SETTING_ODDS))
    world = World(size_hw, ambient_celsius, skin_celsius)
    base, slope, items = SETTINGS[name](rng, world)
    loose = world.loose(rng, int(rng.poisson(clutter)))
    mottles = []
    if rng.random() < 0.6:
        cell = max(size_hw) / float(rng.uniform(1.5, 4))
        mottles.append(_mottle(rng, cell, float(rng.uniform(0, 1))))
    if rng.random() < 0.3:
        mottles.append(_mottle(rng, float(rng.uniform(4, 30)), float(rng.uniform(0, 1.2))))
    return Backdrop(size_hw, name, base, slope, tuple(mottles), (*items, *loose))


def paint_backdrop(backdrop: Backdrop) -> Floats:
    """Return (H, W) degrees Celsius of a record, without any chance."""
    height, width = backdrop.size_hw
    right, down = (slope / max(height, width) for slope in backdrop.slope_celsius)
    across = np.arange(width, dtype=np.float32) * np.float32(right)
    downward = np.arange(height, dtype=np.float32)[:, None] * np.float32(down)
    celsius = np.float32(backdrop.celsius) + across + downward
    for mottle in backdrop.mottles:
        noise = smooth_noise(mottle.seed, backdrop.size_hw, mottle.cell_px, stretch=mottle.stretch)
        celsius += np.float32(mottle.celsius) * noise
    paint_items(celsius, backdrop.items)
    return celsius


def _mottle(rng: np.random.Generator, cell_px: float, celsius: float) -> Mottle:
    return Mottle(int(rng.integers(SEEDS)), cell_px, float(rng.uniform(0.5, 3)), celsius)
