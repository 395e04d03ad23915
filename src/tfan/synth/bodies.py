"""Bodies below the heads of the bank: shirt, arms, hands, legs, or the table before them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tfan.synth.distractors import SEEDS
from tfan.synth.items import DICE, Floats, Item, Mask, blank, fill, lay, oval, rectangle, stroke
from tfan.synth.scene_params import Body

POSTURES = ("standing", "seated", "table")
OWNED = 127
REACH = (3.2, 2.2, 8.0)  # of limbs beside, above and below the shoulders, in faces
Path = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def draw_body(rng: np.random.Generator, *, posture: str | None = None) -> Body:
    """Draw a body; `posture` is one of `POSTURES`, or None for any."""
    chance = rng.random(6)
    trousers = float(rng.uniform(-3, 2)) if chance[0] < 0.85 else float(rng.uniform(2, 8))
    return Body(
        posture=posture or POSTURES[int(rng.choice(3, p=(0.62, 0.25, 0.13)))],
        legs_celsius=trousers,
        hands_celsius=-7.5 * float(chance[1]),
        bare_arms=bool(chance[2] < 0.3),
        fold_celsius=0.9 * float(chance[3]) ** 1.5,
        seed=int(rng.integers(SEEDS)),
        dice=tuple(rng.random(DICE).tolist()),
    )


def paint_body(
    celsius: Floats,
    owner: Mask,
    body: Body,
    *,
    number: int,
    shoulder_px: tuple[float, float, float],
    face_px: float,
    cloth_celsius: float,
    skin_celsius: float,
) -> None:
    """Lay a body under the head that comes next.

    Args:
        celsius: (H, W) scene, changed in place.
        owner: (H, W) number of the person on top of each pixel, changed in place.
        body: the record.
        number: of this person.
        shoulder_px: x of the middle, y and half width of where the head's picture ends.
        face_px: height of the face; the body's measures follow from it.
        cloth_celsius: of the shirt.
        skin_celsius: base of the skin.
    """
    x, y, half = shoulder_px
    # a table is as wide as the room
    reach = celsius.shape[1] * 2 if body.posture == "table" else half + REACH[0] * face_px
    left, top = max(int(x - reach), 0), max(int(y - REACH[1] * face_px), 0)
    rows = slice(top, max(int(y + REACH[2] * face_px), 0))
    window = (rows, slice(left, max(int(x + reach), 0)))
    if celsius[window].size == 0:
        return
    item = Item(
        "body", x - left, y - top, face_px, cloth_celsius,
        soft_px=max(0.3, face_px * 0.02), seed=body.seed, dice=body.dice,
        grain_celsius=body.fold_celsius if face_px > 8 else 0.0,
        grain_px=max(3.0, face_px * 0.7),
    )  # fmt: skip
    covered = _lay_parts(celsius[window], item, body, half / face_px, skin_celsius)
    owner[window][covered > OWNED] = number


def _lay_parts(celsius: Floats, item: Item, body: Body, wide: float, skin_celsius: float) -> Mask:
    """Lay legs, trunk, arms, hands and table; return where they are."""
    cloth = item.celsius
    legs, trunk = _legs(celsius, item, body, wide), _trunk(celsius, item, wide)
    lay(celsius, legs, cloth + body.legs_celsius, item)
    lay(celsius, trunk, cloth, item)
    _seams(celsius, item, wide)
    sleeves, hands = blank(celsius), blank(celsius)
    for side in (-1, 1):
        path = _arm(item, side, wide)
        stroke(sleeves, item, path[:2], 0.42)
        stroke(sleeves, item, path[1:], 0.33)
        oval(hands, item, path[2], (0.24, 0.27))
    bare = skin_celsius - 1.0 + body.hands_celsius * 0.4
    lay(celsius, sleeves, bare if body.bare_arms else cloth + item.die(1, -1, 1), item)
    lay(celsius, hands, skin_celsius + body.hands_celsius, replace(item, grain_celsius=0.0))
    if body.posture == "table":
        table = blank(celsius)
        rectangle(table, item, (-9, item.die(7, 0.3, 1.2), 9, 12))
        cooler = min(cloth, skin_celsius) - item.die(8, 1, 8)
        lay(celsius, table, cooler, replace(item, grain_celsius=0.3))
        hands = np.maximum(hands, table)
    return np.maximum(np.maximum(legs, trunk), np.maximum(sleeves, hands))


def _trunk(celsius: Floats, item: Item, wide: float) -> Mask:
    mask, long = blank(celsius), item.die(0, 1.3, 2.3)
    waist, hip = wide * item.die(1, 0.72, 1.0), wide * item.die(2, 0.75, 1.1)
    outline = ((-wide, -0.12), (wide, -0.12), (waist, long * 0.6), (hip, long),
               (-hip, long), (-waist, long * 0.6))  # fmt: skip
    fill(mask, item, outline)
    return mask


def _legs(celsius: Floats, item: Item, body: Body, wide: float) -> Mask:
    """Return thighs, shins and feet; seated people have a lap instead of thighs."""
    mask, hip = blank(celsius), item.die(0, 1.3, 2.3)
    seated = body.posture == "seated"
    thigh, shin = (0.7, 1.5) if seated else (1.9, 1.9)
    for side in (-1, 1):
        knee = (side * (wide * 0.5 + item.die(3 + side, -0.1, 0.5)), hip + thigh)
        foot = (knee[0] + item.die(5 + side, -0.45, 0.45), knee[1] + shin)
        stroke(mask, item, ((side * wide * 0.45, hip), knee), 0.95 if seated else 0.75)
        stroke(mask, item, (knee, foot), 0.55)
        oval(mask, item, (foot[0] + side * 0.1, foot[1] + 0.1), (0.4, 0.2))
    return mask


def _arm(item: Item, side: int, wide: float) -> Path:
    """Return shoulder, elbow and hand: hanging, bent, crossed, or raised now and then."""
    shoulder = (side * (wide - 0.12), item.die(9, -0.15, 0.1))
    bend = item.die(10 + side, -0.25, 0.65)
    elbow = (shoulder[0] + side * bend, shoulder[1] + item.die(6, 0.9, 1.4))
    if item.dice[11] < 0.5:
        hand = (elbow[0] + side * item.die(8, -0.3, 0.3), elbow[1] + item.die(4, 0.7, 1.2))
    else:
        hand = (elbow[0] - side * item.die(8, 0.3, 1.6), elbow[1] + item.die(3 + side, -1.1, 0.5))
    return shoulder, elbow, hand


def _seams(celsius: Floats, item: Item, wide: float) -> None:
    """Lay an opening, lapels or a strap down the front of some shirts."""
    if item.size_px < 10 or item.dice[3] > 0.5:
        return
    mask, x = blank(celsius), item.die(4, -0.2, 0.2) * wide
    stroke(mask, item, ((x, -0.2), (x * 0.5, item.die(0, 1.3, 2.3))), 0.07)
    if item.dice[5] < 0.4:
        stroke(mask, item, ((-0.5 * wide, -0.2), (x, item.die(6, 0.3, 1.0))), 0.12)
        stroke(mask, item, ((0.5 * wide, -0.2), (x, item.die(6, 0.3, 1.0))), 0.12)
    lay(celsius, mask, item.celsius + item.die(7, -2, 2.5), item)
