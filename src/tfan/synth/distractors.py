"""The chance of single things: how large, how warm and how grained each kind is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tfan.synth import living, machines, outdoor, things
from tfan.synth.items import DICE, Floats, Item, Mask
from tfan.synth.things import Painter

PAINTERS: dict[str, Painter] = {
    **things.PAINTERS,
    **machines.PAINTERS,
    **outdoor.PAINTERS,
    **living.PAINTERS,
}
SEEDS = 2**31 - 1
NOTICEABLE_CELSIUS = 0.3


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of things.

    Attributes:
        name: key of its painter.
        sizes: smallest and largest half extent, share of the image's long side.
        warmth: lowest and highest degrees above the base.
        base: "ambient", or "skin" for what lives.
        tilt_deg: deviation of its turn; 180 for any direction.
        loose: weight when a thing is put anywhere, 0 for things that only belong to a setting.
    """

    name: str
    sizes: tuple[float, float]
    warmth: tuple[float, float]
    base: str = "ambient"
    tilt_deg: float = 3.0
    loose: float = 1.0


KINDS = {
    row.name: row
    for row in (
        Kind("ball", (0.015, 0.3), (-6, 30), tilt_deg=180, loose=2.0),
        Kind("decoy", (0.03, 0.3), (-5, 9), tilt_deg=10, loose=1.5),
        Kind("cup", (0.03, 0.3), (4, 40), loose=1.2),
        Kind("radiator", (0.08, 0.35), (3, 30), loose=0.35),
        Kind("window", (0.06, 0.4), (-9, 6), loose=1.0),
        Kind("door", (0.15, 0.6), (-5, 4), loose=0.9),
        Kind("screen", (0.08, 0.3), (3, 16), loose=0.9),
        Kind("ceiling_lamps", (0.05, 0.3), (2, 25), tilt_deg=10, loose=0.6),
        Kind("lamp_string", (0.03, 0.12), (3, 30), tilt_deg=30, loose=0.5),
        Kind("shelf", (0.15, 0.5), (-2, 3), loose=0.6),
        Kind("chair", (0.08, 0.3), (-2, 4), loose=0.8),
        Kind("furniture", (0.05, 0.4), (-5, 6), tilt_deg=180, loose=1.0),
        Kind("calibration", (0.06, 0.22), (6, 20), loose=0.9),
        Kind("bottle", (0.03, 0.2), (-12, 25), tilt_deg=8, loose=0.7),
        Kind("plug", (0.02, 0.2), (-2, 12), loose=0.9),
        Kind("cabinet", (0.2, 0.7), (-1, 12), loose=0.3),
        Kind("pipes", (0.2, 0.6), (-8, 30), tilt_deg=60, loose=0.6),
        Kind("engine", (0.1, 0.5), (5, 40), tilt_deg=6, loose=0.4),
        Kind("circuit", (0.15, 0.7), (2, 20), tilt_deg=20, loose=0.2),
        Kind("car", (0.05, 0.4), (-5, 14), loose=0.5),
        Kind("pylon", (0.2, 0.6), (-6, 8), loose=0.1),
        Kind("roofs", (0.2, 0.9), (-3, 20), tilt_deg=180, loose=0.1),
        Kind("ground", (0.1, 0.1), (-4, 25), loose=0.0),
        Kind("field", (0.1, 0.7), (-18, 8), tilt_deg=4, loose=0.0),
        Kind("paving", (0.3, 0.8), (0, 0), loose=0.0),
        Kind("building", (0.06, 0.45), (-6, 12), tilt_deg=1, loose=0.1),
        Kind("foliage", (0.03, 0.3), (-6, 5), tilt_deg=8, loose=0.2),
        Kind("pole", (0.05, 0.5), (-6, 10), tilt_deg=2, loose=0.2),
        Kind("cloud", (0.1, 0.5), (0, 0), loose=0.0),
        Kind("hills", (0.15, 0.4), (-4, 6), loose=0.0),
        Kind("quadruped", (0.03, 0.3), (-12, -1), base="skin", loose=0.8),
        Kind("bird", (0.015, 0.08), (-12, 0), base="skin", tilt_deg=15, loose=0.2),
        Kind("muzzle", (0.04, 0.35), (-10, 1), base="skin", tilt_deg=15, loose=0.5),
        Kind("hand", (0.03, 0.25), (-7, 1.5), base="skin", tilt_deg=180, loose=1.3),
        Kind("arm", (0.06, 0.4), (-6, 0), base="skin", tilt_deg=180, loose=0.5),
        Kind("trunk", (0.06, 0.45), (-12, 0), base="skin", tilt_deg=6, loose=0.8),
        Kind("feet", (0.05, 0.3), (-10, 0), base="skin", tilt_deg=10, loose=0.3),
    )
}
LOOSE = tuple(row.name for row in KINDS.values() if row.loose > 0)
LOOSE_ODDS = np.cumsum([KINDS[name].loose for name in LOOSE])
BEFORE = ("hand", "arm", "cup", "bottle", "ball", "furniture", "pole", "screen", "foliage")


def draw_item(
    rng: np.random.Generator,
    kind: str,
    *,
    size_hw: tuple[int, int],
    ambient_celsius: float,
    skin_celsius: float,
    x_px: float | None = None,
    y_px: float | None = None,
    size_px: float | None = None,
) -> Item:
    """Draw one thing of a kind for a scene; what is not given is drawn as well."""
    row = KINDS[kind]
    height, width = size_hw
    chance = rng.random(8 + DICE)
    low, high = row.sizes
    share = low * (high / low) ** float(chance[0])
    size = share * max(size_hw) if size_px is None else size_px
    base = ambient_celsius if row.base == "ambient" else max(skin_celsius, ambient_celsius - 8)
    warmth = row.warmth[0] + (row.warmth[1] - row.warmth[0]) * float(chance[1])
    turn = float(chance[2]) * 2 - 1
    return Item(
        kind=kind,
        x_px=float(chance[3]) * width if x_px is None else x_px,
        y_px=float(chance[4]) * height if y_px is None else y_px,
        size_px=size,
        celsius=base + warmth,
        angle_deg=row.tilt_deg * turn if row.tilt_deg >= 180 else row.tilt_deg * turn**3,
        soft_px=0.3 + 1.2 * float(chance[5]) ** 2,
        grain_celsius=1.2 * float(chance[6]) ** 3 if size > 8 else 0.0,
        grain_px=max(3.0, size * (0.15 + 0.7 * float(chance[7]))),
        seed=int(rng.integers(SEEDS)),
        dice=tuple(chance[8:].tolist()),
    )


def draw_loose(
    rng: np.random.Generator,
    number: int,
    *,
    size_hw: tuple[int, int],
    ambient_celsius: float,
    skin_celsius: float,
) -> tuple[Item, ...]:
    """Draw things of any kind, anywhere."""
    at = rng.random(number) * LOOSE_ODDS[-1]
    kinds = [LOOSE[int(k)] for k in np.searchsorted(LOOSE_ODDS, at)]
    world = {"ambient_celsius": ambient_celsius, "skin_celsius": skin_celsius}
    return tuple(draw_item(rng, kind, size_hw=size_hw, **world) for kind in kinds)


def draw_before(
    rng: np.random.Generator,
    box_px: tuple[float, float, float, float],
    *,
    size_hw: tuple[int, int],
    ambient_celsius: float,
    skin_celsius: float,
) -> Item:
    """Draw one thing in front of a face: a hand, a cup, a phone, a branch."""
    left, top, right, bottom = box_px
    kind = BEFORE[
        int(rng.choice(len(BEFORE), p=(0.42, 0.1, 0.1, 0.06, 0.1, 0.08, 0.04, 0.05, 0.05)))
    ]
    size = math.sqrt(max((right - left) * (bottom - top), 1.0))
    return draw_item(
        rng,
        kind,
        size_hw=size_hw,
        ambient_celsius=ambient_celsius,
        skin_celsius=skin_celsius,
        x_px=(left + right) / 2 + float(rng.uniform(-0.75, 0.75)) * (right - left),
        y_px=(top + bottom) / 2 + float(rng.uniform(-0.3, 0.8)) * (bottom - top),
        size_px=size * float(rng.uniform(0.12, 0.45)),
    )


def paint_items(celsius: Floats, items: Iterable[Item], *, touched: Mask | None = None) -> None:
    """Lay the things one over the other, in place; `touched` becomes 255 where they show."""
    for item in items:
        before = celsius.copy() if touched is not None else None
        PAINTERS[item.kind](celsius, item)
        if touched is not None and before is not None:
            touched[np.abs(celsius - before) > NOTICEABLE_CELSIUS] = 255
