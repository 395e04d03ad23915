"""All the chance of one scene: who stands where, how large, before what, seen by which camera.

About half of the scenes show one person, as most users' pictures do; the rest are small groups,
crowds, people far off, and pictures without anybody.
"""

from __future__ import annotations

import numpy as np

from tfan.synth.backdrop import draw_backdrop
from tfan.synth.bank import HeadBank
from tfan.synth.distractors import draw_before, draw_loose
from tfan.synth.items import Item
from tfan.synth.scene_params import CANVAS_PX, MOST_PEOPLE, CutOut, Person, SceneParams
from tfan.synth.sensor import draw_sensor
from tfan.synth.stagings import NAMES, SHARES, STAGINGS, Stage

SHAPES = (4 / 3, 4 / 3, 1.25, 1.0, 1.0, 0.75, 0.75, 16 / 9, 0.6)  # width / height
SKIN_WITHOUT_PEOPLE = (31.0, 35.5)
SAMPLES_PX = (80.0, 520.0)


def draw_scene(
    rng: np.random.Generator, bank: HeadBank, *, staging: str | None = None
) -> SceneParams:
    """Draw everything random about one scene; `staging` is a key of `STAGINGS` or None."""
    name = staging or NAMES[int(np.searchsorted(SHARES, rng.random() * SHARES[-1], side="right"))]
    row = STAGINGS[name]
    size_hw = _size(rng)
    setting = str(rng.choice(list(row.settings), p=list(row.settings.values())))
    ambient = _ambient(rng, setting)
    skin = float(rng.uniform(*SKIN_WITHOUT_PEOPLE))
    backdrop = draw_backdrop(
        rng,
        size_hw=size_hw,
        ambient_celsius=ambient,
        skin_celsius=skin,
        setting=setting,
        clutter=row.clutter,
    )
    stage = Stage(bank, size_hw, ambient, _horizon(rng, backdrop.items, size_hw[0]))
    people = sorted(row.people(rng, stage) if row.people else [], key=lambda one: one.height_px)
    if people:
        skin = float(bank.skin_celsius[people[-1].head]) + people[-1].shift_celsius
    world = {"ambient_celsius": ambient, "skin_celsius": skin}
    before = []
    if people and rng.random() < row.before:
        chosen = people[int(rng.integers(len(people)))]
        before.append(draw_before(rng, _rough_box(bank, chosen), size_hw=size_hw, **world))
    elif rng.random() < row.before:
        before.extend(draw_loose(rng, 1, size_hw=size_hw, **world))
    return SceneParams(
        staging=name,
        bank_seed=bank.seed,
        ambient_celsius=ambient,
        skin_celsius=skin,
        backdrop=backdrop,
        people=tuple(people[-MOST_PEOPLE:]),
        before=tuple(before),
        cut_out=_cut_out(rng) if name == "cut-out" else None,
        sensor=draw_sensor(rng, samples_px=SAMPLES_PX, graphics=0.2, palette=0.12, inverted=0.1),
    )


def _size(rng: np.random.Generator) -> tuple[int, int]:
    k = int(rng.integers(len(SHAPES) + 1))
    shape = SHAPES[k] if k < len(SHAPES) else float(rng.uniform(0.55, 1.8))
    return round(CANVAS_PX / max(shape, 1.0)), round(CANVAS_PX * min(shape, 1.0))


def _ambient(rng: np.random.Generator, setting: str) -> float:
    if setting in ("outdoor", "aerial"):
        return float(rng.uniform(-8, 40))
    return float(rng.uniform(17, 28)) if rng.random() < 0.8 else float(rng.uniform(0, 38))


def _horizon(rng: np.random.Generator, items: tuple[Item, ...], height: int) -> float:
    for item in items:
        if item.kind == "ground":
            return item.y_px
    return height * float(rng.uniform(0.15, 0.6))


def _rough_box(bank: HeadBank, person: Person) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(v) for v in bank.box_px[person.head])
    half_height = person.height_px / 2
    half_width = half_height * (right - left) / (bottom - top)
    x, y = person.x_px, person.y_px
    return x - half_width, y - half_height, x + half_width, y + half_height


def _cut_out(rng: np.random.Generator) -> CutOut:
    level = 0 if rng.random() < 0.7 else int(rng.choice([255, int(rng.integers(256))]))
    return CutOut(float(rng.uniform(0.02, 0.5)), level)
