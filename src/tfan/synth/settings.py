"""The settings of pictures: which things stand where in a room, outdoors, in an inspection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tfan.synth.distractors import draw_item, draw_loose
from tfan.synth.items import Item

Hw = tuple[int, int]
Setting = tuple[float, tuple[float, float], list[Item]]  # base, slope in Celsius, things


@dataclass(frozen=True, slots=True)
class World:
    """What a setting needs to know: image size, air, skin."""

    size_hw: Hw
    ambient_celsius: float
    skin_celsius: float

    def item(
        self,
        rng: np.random.Generator,
        kind: str,
        *,
        x_px: float | None = None,
        y_px: float | None = None,
        size_px: float | None = None,
    ) -> Item:
        """Draw one thing of a kind in this world."""
        return draw_item(
            rng,
            kind,
            size_hw=self.size_hw,
            ambient_celsius=self.ambient_celsius,
            skin_celsius=self.skin_celsius,
            x_px=x_px,
            y_px=y_px,
            size_px=size_px,
        )

    def loose(self, rng: np.random.Generator, number: int) -> tuple[Item, ...]:
        """Draw a number of things of any kind."""
        return draw_loose(
            rng,
            number,
            size_hw=self.size_hw,
            ambient_celsius=self.ambient_celsius,
            skin_celsius=self.skin_celsius,
        )


def _slope(rng: np.random.Generator, most: float) -> tuple[float, float]:
    x, y = rng.uniform(-most, most, 2).tolist()
    return x, y


def _plain(rng: np.random.Generator, world: World) -> Setting:
    return world.ambient_celsius + float(rng.uniform(-2, 2)), _slope(rng, 1.5), []


def _laboratory(rng: np.random.Generator, world: World) -> Setting:
    """Return a wall or curtain, often with a reference source beside the person."""
    base, slope, items = _plain(rng, world)
    if rng.random() < 0.7:
        items.append(world.item(rng, "calibration", size_px=_share(rng, world, 0.06, 0.2)))
    if rng.random() < 0.4:
        items.append(
            world.item(rng, "ceiling_lamps", y_px=world.size_hw[0] * float(rng.uniform(0, 0.2)))
        )
    if rng.random() < 0.3:
        items.append(world.item(rng, "screen"))
    return base, slope, items


def _room(rng: np.random.Generator, world: World) -> Setting:
    base, _, items = _plain(rng, world)
    height, width = world.size_hw
    if rng.random() < 0.4:  # the floor
        items.append(world.item(rng, "ground", y_px=height * float(rng.uniform(0.6, 1.0))))
        warmth = world.ambient_celsius + float(rng.uniform(-3, 3))
        items[-1] = _at(items[-1], warmth)
    for kind, mean in (("door", 0.4), ("window", 0.7), ("shelf", 0.4), ("furniture", 0.8),
                       ("screen", 0.3), ("chair", 0.6), ("radiator", 0.18)):  # fmt: skip
        items.extend(world.item(rng, kind) for _ in range(rng.poisson(mean)))
    if rng.random() < 0.35:
        items.append(world.item(rng, "ceiling_lamps", y_px=height * float(rng.uniform(0, 0.25)),
                                x_px=width * float(rng.uniform(0, 1))))  # fmt: skip
    return base, _slope(rng, 4), items


def _outdoor(rng: np.random.Generator, world: World) -> Setting:
    """Return sky, skyline, ground, and what stands on it."""
    height, _ = world.size_hw
    horizon = height * float(rng.uniform(0.02, 0.75))
    sky = world.ambient_celsius - (float(rng.uniform(0, 28)) if rng.random() < 0.75 else 0.0)
    items = [world.item(rng, "cloud", y_px=horizon) for _ in range(rng.poisson(0.6))]
    items.extend(world.item(rng, "hills", y_px=horizon) for _ in range(rng.poisson(0.5)))
    ground = world.item(rng, "ground", y_px=horizon)
    if rng.random() < 0.4:
        ground = _at(ground, world.ambient_celsius + float(rng.uniform(-4, 6)))
    for kind, mean in (("building", 0.9), ("foliage", 0.8), ("pylon", 0.08)):
        for _ in range(rng.poisson(mean)):
            size = _share(rng, world, 0.05, 0.4)
            items.append(world.item(rng, kind, y_px=horizon - 0.7 * size, size_px=size))
    items.append(ground)
    for kind, mean in (
        ("field", 1.6),
        ("paving", 0.35),
        ("foliage", 0.8),
        ("car", 0.5),
        ("pole", 0.8),
    ):
        for _ in range(rng.poisson(mean)):
            y = horizon if kind == "paving" else float(rng.uniform(horizon, height))
            items.append(world.item(rng, kind, y_px=y))
    return sky, (0.0, float(rng.uniform(-4, 10))), items


def _machinery(rng: np.random.Generator, world: World) -> Setting:
    """Return an inspection picture: cabinet, pipes, motor, board, filling the image."""
    base, slope, items = _plain(rng, world)
    kinds = ("cabinet", "pipes", "engine", "circuit", "radiator", "shelf", "cabinet", "pipes")
    for _ in range(1 + rng.poisson(0.7)):
        items.append(_central(rng, world, kinds[int(rng.integers(len(kinds)))], 0.35, 0.9))
    items.extend(world.item(rng, "pipes") for _ in range(rng.poisson(0.4)))
    return base, slope, items


def _aerial(rng: np.random.Generator, world: World) -> Setting:
    """Return roofs, panels, roads and trees from above."""
    base, slope, items = _plain(rng, world)
    items.append(world.item(rng, "ground", y_px=0.0))
    for kind, mean in (
        ("field", 1.5),
        ("roofs", 1.4),
        ("foliage", 2.0),
        ("building", 0.5),
        ("car", 0.8),
    ):
        items.extend(world.item(rng, kind) for _ in range(rng.poisson(mean)))
    return base, slope, items


def _close_up(rng: np.random.Generator, world: World) -> Setting:
    """Return one thing that fills the picture before a plain ground."""
    base, slope, items = _plain(rng, world)
    kinds = ("cup", "decoy", "hand", "bottle", "plug", "ball", "muzzle", "screen", "quadruped",
             "trunk", "window", "car", "feet", "calibration")  # fmt: skip
    items.append(_central(rng, world, kinds[int(rng.integers(len(kinds)))], 0.15, 0.6))
    return base, slope, items


def _share(rng: np.random.Generator, world: World, low: float, high: float) -> float:
    return max(world.size_hw) * float(low * (high / low) ** rng.random())


def _central(rng: np.random.Generator, world: World, kind: str, low: float, high: float) -> Item:
    height, width = world.size_hw
    x, y = width * float(rng.uniform(0.3, 0.7)), height * float(rng.uniform(0.3, 0.7))
    return world.item(rng, kind, x_px=x, y_px=y, size_px=_share(rng, world, low, high))


def _at(item: Item, celsius: float) -> Item:
    return replace(item, celsius=celsius)


SETTINGS: dict[str, Callable[[np.random.Generator, World], Setting]] = {
    "plain": _plain,
    "laboratory": _laboratory,
    "room": _room,
    "outdoor": _outdoor,
    "machinery": _machinery,
    "aerial": _aerial,
    "close-up": _close_up,
}
SETTING_ODDS = (0.22, 0.16, 0.34, 0.22, 0.04, 0.01, 0.01)
