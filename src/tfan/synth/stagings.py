"""The ways to fill a picture with people: portraits, groups, rows, streets, backs, nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tfan.synth.bank import HeadBank
from tfan.synth.bodies import draw_body
from tfan.synth.scene_params import MOST_PEOPLE, Person

LEAST_HEIGHT_PX = 8.5
FACES_PER_SHOULDER = 1.9


@dataclass(frozen=True, slots=True)
class Stage:
    """What a staging works with."""

    bank: HeadBank
    size_hw: tuple[int, int]
    ambient_celsius: float
    horizon_px: float


@dataclass(frozen=True, slots=True)
class Staging:
    """One way to fill a picture.

    Attributes:
        share: of all scenes.
        people: draws them, or None for an empty picture.
        settings: backdrop settings and their weights.
        clutter: mean number of loose things.
        before: probability of something in front of a face.
    """

    share: float
    people: Callable[[np.random.Generator, Stage], list[Person]] | None
    settings: dict[str, float]
    clutter: float = 1.0
    before: float = 0.12


def _person(
    rng: np.random.Generator,
    stage: Stage,
    *,
    pool: str,
    x_px: float,
    y_px: float,
    height_px: float,
    posture: str | None = None,
    roll_deg: float | None = None,
) -> Person:
    head = stage.bank.alike(rng, pool, stage.ambient_celsius)
    difference = stage.ambient_celsius - float(stage.bank.ambient_celsius[head])
    roll = roll_deg if roll_deg is not None else float(rng.normal() * 3)
    return Person(
        head=head,
        x_px=x_px,
        y_px=y_px,
        height_px=max(height_px, LEAST_HEIGHT_PX),
        mirrored=bool(rng.random() < 0.5),
        roll_deg=roll,
        shift_celsius=0.5 * min(max(difference, -8.0), 8.0),
        body=draw_body(rng, posture=posture),
    )


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw log-uniformly."""
    return float(low * (max(high, low) / low) ** rng.random())


def _portrait(rng: np.random.Generator, stage: Stage) -> list[Person]:
    height, width = stage.size_hw
    face = _between(rng, 16, 0.72 * min(height, 1.25 * width))
    x = width * float(np.clip(0.5 + rng.normal() * 0.2, 0.03, 0.97))
    y = float(np.clip(height * rng.uniform(0.12, 0.75), 0.45 * face, height))
    roll = float(rng.normal() * (14 if rng.random() < 0.15 else 4))
    pool = "any" if rng.random() < 0.3 else "face"
    one = _person(rng, stage, pool=pool, x_px=x, y_px=y, height_px=face, roll_deg=roll)
    if rng.random() > 0.15:
        return [one]
    behind = float(rng.uniform(0.15, 0.5)) * face
    away = _person(rng, stage, pool="any", x_px=width * float(rng.random()),
                   y_px=y + float(rng.uniform(-0.4, 0.3)) * face, height_px=behind)  # fmt: skip
    return [one, away]


def _close_up(rng: np.random.Generator, stage: Stage) -> list[Person]:
    height, width = stage.size_hw
    fit = min(height, 1.3 * width) * float(rng.uniform(0.6, 1.2))
    x, y = width * (0.5 + float(rng.normal()) * 0.07), height * (0.5 + float(rng.normal()) * 0.06)
    roll = float(rng.normal() * (14 if rng.random() < 0.15 else 4))
    # a tight picture ends at the neck: it must reach below the edge
    pool = "near" if y + 0.85 * fit > height else "face"
    return [_person(rng, stage, pool=pool, x_px=x, y_px=y, height_px=fit, roll_deg=roll)]


def _cut_face(rng: np.random.Generator, stage: Stage) -> list[Person]:
    height, width = stage.size_hw
    face = _between(rng, 0.3 * height, 0.75 * min(height, 1.2 * width))
    x, y = width * (0.5 + float(rng.normal()) * 0.08), height * (0.5 + float(rng.normal()) * 0.06)
    return [_person(rng, stage, pool="face", x_px=x, y_px=y, height_px=face)]


def _distant(rng: np.random.Generator, stage: Stage) -> list[Person]:
    """Return people on a street, seen from one height: heads follow a line with their size."""
    height, width = stage.size_hw
    nearest, camera = _between(rng, 11, 44), float(rng.uniform(-0.8, 2.5))
    people = []
    for _ in range(1 + min(int(rng.poisson(2.0)), MOST_PEOPLE - 1)):
        face = nearest * float(rng.uniform(0.4, 1.0))
        y = stage.horizon_px + camera * face + float(rng.normal()) * 0.3 * face
        y = min(max(y, face), height - face)
        posture = None if rng.random() < 0.2 else "standing"
        x = width * float(rng.uniform(-0.02, 1.02))
        people.append(_person(rng, stage, pool="any", x_px=x, y_px=y,
                              height_px=face, posture=posture, roll_deg=0.0))  # fmt: skip
    return people


def _group(rng: np.random.Generator, stage: Stage) -> list[Person]:
    """Return two to four people, side by side or one behind the other."""
    height, width = stage.size_hw
    number = 2 + int(rng.random() < 0.4) + int(rng.random() < 0.2)
    face = _between(rng, 12, 0.5 * min(height, width))
    together = rng.random() < 0.6
    middle, level = width * float(rng.uniform(0.3, 0.7)), height * float(rng.uniform(0.2, 0.6))
    step = face * float(rng.uniform(0.5, FACES_PER_SHOULDER))
    people = []
    for k in range(number):
        size = face * float(np.exp(rng.uniform(-0.35, 0.2)))
        anywhere = width * float(rng.uniform(-0.02, 1.02))
        x = middle + (k - (number - 1) / 2) * step if together else anywhere
        y = level + float(rng.uniform(-0.4, 0.4)) * face
        people.append(_person(rng, stage, pool="any", x_px=x, y_px=max(y, 0.4 * size),
                              height_px=size))  # fmt: skip
    return people


def _seated_rows(rng: np.random.Generator, stage: Stage) -> list[Person]:
    """Return an audience, a class or a queue: rows that hide each other, many heads bowed."""
    height, width = stage.size_hw
    face, rows = _between(rng, 10, 46), int(rng.integers(1, 4))
    top, posture = height * float(rng.uniform(0.1, 0.5)), str(rng.choice(["seated", "table"]))
    if rng.random() < 0.25:
        posture = "standing"
    bowed = float(rng.uniform(0.1, 0.7))
    people: list[Person] = []
    for row in range(rows):
        size = face * (1 + 0.35 * row)
        step = size * float(rng.uniform(1.2, 2.4))
        y, x = top + row * size * float(rng.uniform(0.9, 1.6)), step * float(rng.random())
        while x < width and len(people) < MOST_PEOPLE:
            if rng.random() < 0.85:
                dx, dy = (rng.normal(size=2) * 0.2 * size).tolist()
                pool, tall = "bowed" if rng.random() < bowed else "any", rng.uniform(0.85, 1.15)
                people.append(_person(rng, stage, pool=pool, x_px=x + dx, y_px=y + dy,
                                      height_px=size * float(tall), posture=posture))  # fmt: skip
            x += step
    return people


def _from_behind(rng: np.random.Generator, stage: Stage) -> list[Person]:
    """Return people of whom no face is seen."""
    height, width = stage.size_hw
    face = _between(rng, 12, 0.6 * min(height, width))
    people = []
    for _ in range(1 + int(rng.poisson(0.7))):
        size = face * float(rng.uniform(0.6, 1.0))
        x, y = width * float(rng.random()), height * float(rng.uniform(0.15, 0.7))
        people.append(_person(rng, stage, pool="back", x_px=x, y_px=y, height_px=size))
    return people


INDOORS = {"room": 0.5, "laboratory": 0.22, "plain": 0.2, "outdoor": 0.08}
ANYWHERE = {"room": 0.35, "outdoor": 0.3, "plain": 0.2, "laboratory": 0.12, "machinery": 0.03}
WITHOUT = {"room": 0.2, "outdoor": 0.22, "machinery": 0.2, "aerial": 0.14, "close-up": 0.14,
           "plain": 0.05, "laboratory": 0.05}  # fmt: skip
STAGINGS = {
    "portrait": Staging(0.22, _portrait, ANYWHERE),
    "close-up": Staging(0.15, _close_up, ANYWHERE, clutter=0.4, before=0.16),
    "cut-out": Staging(0.04, _cut_face, {"plain": 1.0}, clutter=0.0, before=0.0),
    "distant": Staging(0.12, _distant, {"outdoor": 0.85, "room": 0.15}, clutter=0.5, before=0.05),
    "group": Staging(0.19, _group, ANYWHERE, clutter=0.8),
    "rows": Staging(0.11, _seated_rows, {"room": 0.65, "outdoor": 0.35}, clutter=0.5),
    "behind": Staging(0.03, _from_behind, ANYWHERE),
    "empty": Staging(0.14, None, WITHOUT, clutter=1.8),
}
NAMES = tuple(STAGINGS)
SHARES = np.cumsum([row.share for row in STAGINGS.values()])
FACELESS = ("behind", "empty")
