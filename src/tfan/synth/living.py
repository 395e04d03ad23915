"""Painters of warm skin and fur that is no face: animals, hands, arms, trunks, feet."""

from __future__ import annotations

import math
from dataclasses import replace

from tfan.synth.items import Floats, Item, blank, fill, lay, oval, rectangle, stroke
from tfan.synth.things import Painter


def _quadruped(celsius: Floats, item: Item) -> None:
    """Lay a dog, cat, cow or horse from the side, with warm eye and cool nose."""
    mask, thick = blank(celsius), item.die(0, 0.3, 0.5)
    side = 1 if item.dice[1] < 0.5 else -1
    oval(mask, item, (0, 0), (0.8, thick))
    neck, radius = (side * 0.95, -item.die(2, 0.1, 0.6)), item.die(3, 0.2, 0.34)
    stroke(mask, item, ((side * 0.6, 0), neck), radius)
    oval(mask, item, neck, (radius, radius * 0.9))
    oval(mask, item, (neck[0] + side * radius, neck[1] + 0.08), (radius * 0.7, radius * 0.45))
    for lean in (-0.6, 0.6):
        tip = (neck[0] + lean * radius, neck[1] - radius * item.die(4, 1.2, 2.0))
        wings = ((neck[0] + lean * radius * 0.2, neck[1] - radius * 0.6),
                 (neck[0] + lean * radius * 1.3, neck[1] - radius * 0.3))  # fmt: skip
        fill(mask, item, (wings[0], tip, wings[1]))
    for k, x in enumerate((-0.65, -0.4, 0.4, 0.65)):
        foot = (x + item.die(5 + k, -0.15, 0.15), item.die(9, 0.7, 1.1))
        stroke(mask, item, ((x, thick * 0.5), foot), item.die(10, 0.08, 0.16))
    stroke(mask, item, ((-side * 0.75, -0.1), (-side * 1.2, item.die(11, -0.5, 0.5))), 0.08)
    lay(celsius, mask, item.celsius, item)
    warm = blank(celsius)
    oval(warm, item, neck, (radius * 0.25, radius * 0.2))
    oval(warm, item, (0, thick * 0.8), (0.5, 0.1))
    lay(celsius, warm, item.celsius + item.die(0, 0, 5), item)


def _bird(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    oval(mask, item, (0, 0), (0.7, 0.45), turn_deg=-20)
    oval(mask, item, (0.6, -0.45), (0.25, 0.25))
    for x in (-0.1, 0.15):
        stroke(mask, item, ((x, 0.4), (x, 0.85)), 0.05)
    lay(celsius, mask, item.celsius, item)


def _muzzle(celsius: Floats, item: Item) -> None:
    """Lay an animal's head from the front: ears up, dark nose, warm eyes; no human face."""
    mask, cool, warm = blank(celsius), blank(celsius), blank(celsius)
    oval(mask, item, (0, 0), (0.75, 0.7))
    oval(mask, item, (0, 0.5), (0.35, item.die(0, 0.3, 0.6)))
    for side in (-1, 1):
        base, tip = side * 0.65, (side * item.die(1, 0.5, 1.1), -item.die(2, 0.7, 1.4))
        fill(mask, item, ((side * 0.15, -0.55), tip, (base, -0.1)))
        oval(warm, item, (side * 0.32, -0.1), (0.12, 0.1))
    lay(celsius, mask, item.celsius, item)
    oval(cool, item, (0, 0.6), (0.18, 0.14))
    lay(celsius, warm, item.celsius + item.die(3, 1, 6), item)
    lay(celsius, cool, item.celsius - item.die(4, 2, 9), item)


def _hand(celsius: Floats, item: Item) -> None:
    """Lay a palm with fingers and a forearm; finger tips may be cold."""
    mask, tips = blank(celsius), blank(celsius)
    oval(mask, item, (0, 0), (0.42, 0.48))
    spread = item.die(0, 0.08, 0.35)
    for k in range(5):
        turn = -math.pi / 2 + (k - 2) * spread * (1.6 if k == 0 else 1.0)
        reach = (0.8, 1.0, 1.05, 1.0, 0.85)[k] * item.die(1, 0.75, 1.1)
        reach *= 0.6 if item.dice[(k + 2) % 12] < 0.12 else 1.0
        tip = (math.cos(turn) * reach, math.sin(turn) * reach)
        base = (math.cos(turn) * 0.35, math.sin(turn) * 0.35)
        stroke(mask, item, (base, tip), 0.19)
        stroke(tips, item, ((tip[0] * 0.75, tip[1] * 0.75), tip), 0.19)
    lay(celsius, mask, item.celsius, item)
    lay(
        celsius,
        tips,
        item.celsius - item.die(7, -0.5, 6),
        replace(item, soft_px=item.size_px * 0.08),
    )
    arm = blank(celsius)
    elbow = (item.die(8, -0.5, 0.5), item.die(9, 1.5, 3.5))
    stroke(arm, item, ((0, 0.3), elbow), item.die(10, 0.5, 0.65))
    lay(celsius, arm, item.celsius + item.die(11, -6, 1), item)


def _arm(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    elbow = (item.die(0, -0.5, 0.5), item.die(1, -0.2, 0.2))
    path = ((item.die(2, -1, 1), -1.0), elbow, (item.die(3, -1, 1), 1.0))
    stroke(mask, item, path[:2], item.die(4, 0.25, 0.4))
    stroke(mask, item, path[1:], item.die(5, 0.2, 0.32))
    lay(celsius, mask, item.celsius, item)


def _trunk(celsius: Floats, item: Item) -> None:
    """Lay a chest or back without a head: clothed or bare, sleeves, a warm neckline."""
    mask, skin = blank(celsius), blank(celsius)
    waist, shoulder = item.die(0, 0.4, 0.65), item.die(1, 0.6, 0.85)
    outline = ((-shoulder, -0.75), (-0.25, -0.95), (0.25, -0.95), (shoulder, -0.75),
               (waist, 0.3), (waist * 1.1, 1.2), (-waist * 1.1, 1.2), (-waist, 0.3))  # fmt: skip
    fill(mask, item, outline)
    for side in (-1, 1):
        hand = (side * item.die(2, 0.2, 1.0), item.die(3, 0.5, 1.1))
        elbow = (side * item.die(4, 0.75, 1.1), item.die(5, 0.0, 0.5))
        stroke(mask, item, ((side * (shoulder - 0.1), -0.65), elbow, hand), 0.24)
        oval(skin, item, hand, (0.15, 0.15))
    lay(celsius, mask, item.celsius, item)
    rectangle(skin, item, (-0.16, -1.3, 0.16, -0.9))
    fill(skin, item, ((-0.2, -0.95), (0.2, -0.95), (0, item.die(6, -0.9, -0.4))))
    lay(celsius, skin, item.celsius + item.die(7, 0, 7), item)
    for k in range(int(item.die(8, 0, 4))):  # folds, seams, warm and cool patches
        fold = blank(celsius)
        start, end = (
            (item.die(k, -0.5, 0.5), item.die(k + 4, -0.6, 0.6)),
            item.die(k + 8, -0.6, 0.8),
        )
        stroke(fold, item, (start, (start[0] * 0.6, end)), 0.07, 180.0)
        lay(
            celsius,
            fold,
            item.celsius + item.die(k + 2, -2, 2),
            replace(item, soft_px=item.size_px * 0.05),
        )


def _feet(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    for side in (-1, 1):
        x = side * item.die(0, 0.25, 0.6)
        stroke(mask, item, ((x * 0.6, -1.5), (x, 0.6)), item.die(1, 0.25, 0.4))
        oval(mask, item, (x + side * 0.12, 0.75), (0.3, 0.16))
    lay(celsius, mask, item.celsius, item)


PAINTERS: dict[str, Painter] = {
    "quadruped": _quadruped,
    "bird": _bird,
    "muzzle": _muzzle,
    "hand": _hand,
    "arm": _arm,
    "trunk": _trunk,
    "feet": _feet,
}
