"""Painters of what stands and lies outdoors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tfan.synth.items import FULL, Floats, Item, blank, fill, lay, oval, rectangle, stroke
from tfan.synth.texture import smooth_noise
from tfan.synth.things import Painter


def _ground(celsius: Floats, item: Item) -> None:
    """Lay everything below a horizon at y_px; temperature changes towards the viewer."""
    height, width = celsius.shape
    horizon = int(min(max(item.y_px, 0), height - 1))
    rows = (np.arange(horizon, height, dtype=np.float32) - horizon) / max(height, width)
    area = celsius[horizon:]
    area[:] = item.celsius + rows[:, None] * item.die(0, -6, 6)
    shape = (area.shape[0], width)
    if min(shape) > 4:
        area += item.die(1, 0, 1.5) * smooth_noise(item.seed, shape, 1.5 + item.die(2, 0, 4))
        coarse = max(shape) / item.die(3, 3, 8)
        area += item.die(4, 0, 2) * smooth_noise(item.seed + 1, shape, coarse, stretch=2)


def _field(celsius: Floats, item: Item) -> None:
    """Lay a lawn, road, shadow or puddle: a lying, slanted patch."""
    mask = blank(celsius)
    thick, slant = item.die(0, 0.05, 0.4), item.die(1, -0.2, 0.2)
    if item.dice[2] < 0.5:
        fill(
            mask,
            item,
            ((-4, 0), (4, slant), (4, slant + thick), (-4, thick * item.die(3, 0.4, 1.6))),
        )
    else:
        oval(mask, item, (0, 0), (1.0, thick), turn_deg=item.die(4, -8, 8))
    lay(celsius, mask, item.celsius, item)


def _paving(celsius: Floats, item: Item) -> None:
    """Draw the joints of slabs that run to a vanishing point at the item's centre."""
    mask = blank(celsius)
    for k in range(int(item.die(0, 8, 30))):
        stroke(mask, item, ((0, 0), (-6 + 12 * (k + 0.5) / item.die(0, 8, 30), 2.5)), 0.004, 160.0)
    y = 0.05
    while y < 2.0:
        stroke(mask, item, ((-6, y), (6, y)), 0.004, 160.0)
        y *= 1.0 + item.die(1, 0.15, 0.4)
    mask[: max(int(item.y_px) + 2, 0)] = 0
    ground = float(np.median(celsius[-4:]))
    lay(celsius, mask, ground + item.die(2, -3, 3), item, grain=0.0)


def _building(celsius: Floats, item: Item) -> None:
    """Lay a house or tower block with rows of windows, a roof, floors as warm bands."""
    wall, windows, bands = blank(celsius), blank(celsius), blank(celsius)
    width, top = item.die(0, 0.25, 0.9), -item.die(1, 0.5, 1.0)
    rectangle(wall, item, (-width, top, width, 1.0))
    if item.dice[2] < 0.4:
        fill(
            wall, item, ((-width * 1.1, top), (0, top - item.die(3, 0.15, 0.5)), (width * 1.1, top))
        )
    lay(celsius, wall, item.celsius, item)
    columns, rows = int(item.die(4, 2, 9)), int(item.die(5, 2, 10))
    for j in range(rows):
        y = top + (1 - top) * (j + 0.25) / rows
        for i in range(columns):
            x = -width + 2 * width * (i + 0.25) / columns
            level = FULL * item.die(i * 3 + j * 5, 0.4, 1.0)
            box = (x, y, x + width / columns, y + (1 - top) * item.die(6, 0.3, 0.6) / rows)
            rectangle(windows, item, box, level)
        stroke(bands, item, ((-width, y - 0.1 / rows), (width, y - 0.1 / rows)), 0.01)
    lay(celsius, bands, item.celsius + item.die(7, -2, 3), item)
    lay(celsius, windows, item.celsius + item.die(8, -8, 6), item)


def _foliage(celsius: Floats, item: Item) -> None:
    """Lay a tree or bushes: clumps of leaves, ragged by noise, perhaps a trunk."""
    mask = blank(celsius)
    if item.dice[0] < 0.5:
        stroke(mask, item, ((0, 0), (item.die(1, -0.1, 0.1), 1.3)), item.die(2, 0.08, 0.2))
    for k in range(int(item.die(3, 2, 7))):
        centre = (item.die(4 + k, -0.7, 0.7), item.die(9 + k, -0.7, 0.3))
        radius = item.die(6 + k, 0.25, 0.6)
        oval(mask, item, centre, (radius, radius * 0.85))
    cell = max(2.0, item.size_px * item.die(5, 0.06, 0.2))
    ragged = smooth_noise(item.seed + 7, (mask.shape[0], mask.shape[1]), cell)
    mask = (mask * np.clip(0.9 + item.die(8, 0.1, 0.5) * ragged, 0, 1)).astype(np.uint8)
    leaves = replace(item, grain_celsius=item.die(7, 0.1, 1.3), grain_px=max(2.0, 0.7 * cell))
    lay(celsius, mask, item.celsius, leaves)


def _pole(celsius: Floats, item: Item) -> None:
    """Draw a lamp post, a fence or a chain between posts."""
    mask = blank(celsius)
    if item.dice[0] < 0.4:
        stroke(mask, item, ((0, -1), (0, 1)), item.die(1, 0.02, 0.08))
        stroke(mask, item, ((0, -1), (item.die(2, -0.5, 0.5), -1.05)), 0.04)
    else:
        step = item.die(3, 0.2, 0.8)
        for k in range(int(item.die(4, 2, 12))):
            x = (k - 3) * step
            stroke(mask, item, ((x, -0.3), (x, 0.3)), item.die(5, 0.02, 0.06))
            sag = item.die(6, -0.25, 0.1)
            stroke(mask, item, ((x, -0.25), (x + step / 2, sag), (x + step, -0.25)), 0.02)
    lay(celsius, mask, item.celsius, item)


def _cloud(celsius: Floats, item: Item) -> None:
    """Warm or cool part of the sky in soft, wide billows."""
    bottom = int(min(max(item.y_px, 0), celsius.shape[0]))
    if bottom < 5:
        return
    area = celsius[:bottom]
    billow = smooth_noise(item.seed, (bottom, area.shape[1]), max(item.size_px * 0.3, 3), stretch=3)
    area += item.die(0, -4, 8) * np.clip(billow + item.die(1, -1, 0.5), 0, 1.5)


def _hills(celsius: Floats, item: Item) -> None:
    """Lay a far skyline of hills or woods above the horizon."""
    mask = blank(celsius)
    steps = 24
    top = [
        (-6 + 12 * k / steps, -0.4 * item.dice[k % 12] - 0.2 * item.dice[(k * 5) % 12])
        for k in range(steps + 1)
    ]
    fill(mask, item, [(-6, 0.3), *top, (6, 0.3)])
    lay(celsius, mask, item.celsius, item)


PAINTERS: dict[str, Painter] = {
    "ground": _ground,
    "field": _field,
    "paving": _paving,
    "building": _building,
    "foliage": _foliage,
    "pole": _pole,
    "cloud": _cloud,
    "hills": _hills,
}
