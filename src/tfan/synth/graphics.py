"""The chance of on-screen graphics: whole layouts, as handheld cameras and figures have them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from tfan.synth.marks import FONTS, NO_GROUND, GraphicsParams, Mark, apply_graphics

__all__ = ["GraphicsParams", "apply_graphics", "draw_graphics"]

LEVELS = (0, 29, 76, 105, 150, 200, 226, 255, 255, 255)  # luminance of common drawing colours
MAKERS = ("FLIR", "testo", "FLUKE", "HIKMICRO", "InfiRay", "DJI", "SEEK", "Optris", "UNI-T")
LABELS = ("person", "face", "1", "2", "ID 7", "head", "Sp1", "Bx1", "El1", "Ar1", "Max", "P0")
TABLE = ("e 0.95", "Refl. 21", "Dist. 2m", "Rel.h 49%", "Atm. 14", "Ext. 19", "Trans 98%")
WORDS = (
    *"abcdef123456789", "(a)", "(b)", "Fig. 2", "IR", "LWIR", "12:45:07", "REC", "frame 118",
)  # fmt: skip
LAYOUTS = ("camera", "bar", "analysis", "boxes", "skeleton", "text", "edges", "border", "table")
LAYOUT_ODDS = (0.3, 0.12, 0.14, 0.1, 0.06, 0.12, 0.07, 0.05, 0.04)


def draw_graphics(rng: np.random.Generator, *, dense: float = 1.0) -> GraphicsParams:
    """Draw one layout (sometimes two) of marks; `dense` scales how many loose marks there are."""
    marks: list[Mark] = []
    for _ in range(1 + int(rng.random() < 0.2 * dense)):
        layout = LAYOUTS[int(rng.choice(len(LAYOUTS), p=LAYOUT_ODDS))]
        marks.extend(_layout(rng, layout, dense=dense))
    return GraphicsParams(tuple(marks))


def _layout(rng: np.random.Generator, layout: str, *, dense: float) -> list[Mark]:
    if layout == "camera":
        return _camera(rng)
    if layout == "bar":
        return _bar(rng, labelled=rng.random() < 0.6)
    if layout == "analysis":
        return [_measure(rng) for _ in range(1 + rng.poisson(1.2 * dense))]
    if layout == "boxes":
        return [_box(rng) for _ in range(1 + rng.poisson(0.7 * dense))]
    if layout == "skeleton":
        return _skeleton(rng)
    if layout == "text":
        return [_caption(rng) for _ in range(1 + rng.poisson(0.5 * dense))]
    if layout == "edges":
        return [Mark("edges", 0.0, 0.0, float(rng.uniform(0.3, 2.5)), 0.0, 0)]
    if layout == "border":
        return [
            Mark("border", 0.0, 0.0, 1.0, 1.0, _level(rng), thickness_px=int(rng.integers(1, 6)))
        ]
    return _table(rng) + (_camera(rng) if rng.random() < 0.5 else [])


def _level(rng: np.random.Generator) -> int:
    return int(LEVELS[int(rng.integers(len(LEVELS)))])


def _ground(rng: np.random.Generator, chance: float) -> int:
    return int(rng.choice([0, 20, 60, 255])) if rng.random() < chance else NO_GROUND


def _reading(rng: np.random.Generator) -> str:
    prefix = ("", "max ", "min ", "Spot ", "Avg ")[int(rng.integers(5))]
    unit = ("", "C", " C", "F")[int(rng.integers(4))]
    return f"{prefix}{rng.uniform(-10, 120):.{int(rng.integers(2))}f}{unit}"


def _text(rng: np.random.Generator, text: str, x: float, y: float, height: float) -> Mark:
    ground = _ground(rng, 0.45)
    level = 255 - ground if ground in (0, 255) else int(rng.choice([255, 255, 0, 200]))
    font = int(rng.integers(len(FONTS)))
    return Mark("text", x, y, 0.0, height, level, ground=ground, text=text, font=font)


def _camera(rng: np.random.Generator) -> list[Mark]:
    """Draw the screen of a handheld camera: reading, logo, bar with ends, cross-hair, date."""
    height = float(rng.uniform(0.025, 0.045))
    marks = []
    if rng.random() < 0.8:
        marks.append(_text(rng, _reading(rng), 0.02, 0.02, height * float(rng.uniform(1, 1.5))))
    if rng.random() < 0.7:
        x, y = ((0.02, 0.93), (0.8, 0.02), (0.02, 0.02), (0.8, 0.93))[int(rng.integers(4))]
        marks.append(_text(rng, MAKERS[int(rng.integers(len(MAKERS)))], x, y, height))
    if rng.random() < 0.7:
        marks.extend(_bar(rng, labelled=rng.random() < 0.8))
    if rng.random() < 0.75:
        marks.append(_spot(rng, centred=rng.random() < 0.7))
    if rng.random() < 0.4:
        when = f"{rng.integers(2005, 2027)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}"
        marks.append(_text(rng, when, 0.62, 0.93, height))
    return marks


def _bar(rng: np.random.Generator, *, labelled: bool) -> list[Mark]:
    width = float(rng.uniform(0.015, 0.05))
    level = 255 if rng.random() < 0.85 else 0
    border = _ground(rng, 0.5)
    if rng.random() < 0.12:
        return [Mark("bar", 0.1, 0.94 * int(rng.random() < 0.7), 0.8, width, level, ground=border)]
    x = 0.97 - width if rng.random() < 0.85 else 0.02
    top = float(rng.uniform(0.03, 0.25))
    marks = [Mark("bar", x, top, width, 1 - 2 * top, level, ground=border)]
    if labelled:
        height = float(rng.uniform(0.025, 0.04))
        for y in (max(top - 0.06, 0.0), 1 - top + 0.015):
            marks.append(_text(rng, f"{rng.uniform(5, 45):.1f}", min(x, 0.9), y, height))
    return marks


def _spot(rng: np.random.Generator, *, centred: bool) -> Mark:
    x, y = (0.5, 0.5) if centred else rng.uniform(0.15, 0.85, 2)
    size, form = float(rng.uniform(0.015, 0.06)), int(rng.integers(3))
    level, ground = int(rng.choice([255, 255, 0])), _ground(rng, 0.4)
    return Mark("spot", float(x), float(y), 0.0, size, level, ground=ground, font=form)


def _measure(rng: np.random.Generator) -> Mark:
    if rng.random() < 0.5:
        return _spot(rng, centred=False)
    return _box(rng)


def _box(rng: np.random.Generator) -> Mark:
    x, y = rng.uniform(0.0, 0.75, 2)
    width, height = rng.uniform(0.05, 0.5, 2)
    text = LABELS[int(rng.integers(len(LABELS)))] if rng.random() < 0.5 else ""
    form, ground = int(rng.random() < 0.15), _ground(rng, 0.3)
    thickness = int(rng.choice([1, 1, 1, 2]))
    shape = Mark("box", float(x), float(y), float(width), float(height), _level(rng))
    return replace(shape, ground=ground, text=text, thickness_px=thickness, font=form)


def _skeleton(rng: np.random.Generator) -> list[Mark]:
    """Draw a few joined lines with dots, as pose estimators draw limbs."""
    points = rng.uniform(0.1, 0.9, (int(rng.integers(3, 6)), 2))
    level, thickness = _level(rng), int(rng.choice([1, 1, 2]))
    marks = []
    for start, end in itertools.pairwise(points):
        dx, dy = (end - start).tolist()
        x, y = start.tolist()
        marks.append(Mark("line", x, y, dx, dy, level, thickness_px=thickness))
    return marks


def _caption(rng: np.random.Generator) -> Mark:
    """Draw a panel letter, a number or a few words somewhere, larger than a camera writes."""
    text = WORDS[int(rng.integers(len(WORDS)))]
    x, y = ((0.02, 0.02), (0.85, 0.02), (0.02, 0.88), *rng.uniform(0, 0.9, (2, 2)))[rng.integers(5)]
    thickness = int(rng.choice([1, 1, 2, 3]))
    plain = _text(rng, text, float(x), float(y), float(rng.uniform(0.03, 0.11)))
    return replace(plain, thickness_px=thickness)


def _table(rng: np.random.Generator) -> list[Mark]:
    """Draw the list of measuring conditions that some cameras leave on the picture."""
    x, y = float(rng.choice([0.02, 0.55])), float(rng.choice([0.08, 0.5]))
    lines, height = int(rng.integers(2, len(TABLE) + 1)), float(rng.uniform(0.022, 0.032))
    step = height * 1.7
    plate = Mark("plate", x, y, 0.28, step * lines + 0.02, int(rng.choice([0, 30, 70])))
    rows = [
        Mark("text", x + 0.015, y + 0.015 + step * k, 0.0, height, 230, text=TABLE[k])
        for k in range(lines)
    ]
    return [plate, *rows]
