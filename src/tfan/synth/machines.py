"""Painters of what handheld thermal cameras are bought for: cabinets, pipes, engines, roofs."""

from __future__ import annotations

from dataclasses import replace

from tfan.synth.items import Floats, Item, blank, fill, lay, oval, rectangle, stroke
from tfan.synth.things import Painter


def _cabinet(celsius: Floats, item: Item) -> None:
    """Lay an open electrical cabinet: rows of breakers, some hot, and cables between."""
    case = blank(celsius)
    rectangle(case, item, (-0.8, -1.0, 0.8, 1.0))
    lay(celsius, case, item.celsius - item.die(0, 1, 6), item)
    rows, columns = int(item.die(1, 1, 4)), int(item.die(2, 3, 9))
    cables, parts = blank(celsius), blank(celsius)
    for j in range(rows):
        middle = -0.8 + 1.6 * (j + 0.5) / rows
        for i in range(columns):
            x, half = -0.6 + 1.2 * (i + 0.5) / columns, 0.42 * 1.2 / columns
            level = 255.0 * item.die(i + 3 * j, 0.35, 1.0)
            rectangle(
                parts, item, (x - half, middle - 0.5 / rows, x + half, middle + 0.3 / rows), level
            )
            sway = x + item.die(i * 5 + j, -0.15, 0.15)
            points = (
                (x, middle + 0.3 / rows),
                (sway, middle + 0.55 / rows),
                (x, middle + 1.1 / rows),
            )
            stroke(cables, item, points, item.die(3, 0.02, 0.07), level)
    lay(celsius, cables, item.celsius + item.die(4, 0, 15), item)
    lay(celsius, parts, item.celsius + item.die(5, -2, 10), item)
    hot = blank(celsius)
    for k in range(int(item.die(6, 0, 4))):
        x, y = item.die(7 + k, -0.6, 0.6), item.die(9 + k, -0.7, 0.7)
        oval(hot, item, (x, y), (0.06, 0.12))
    lay(
        celsius, hot, item.celsius + item.die(8, 10, 60), replace(item, soft_px=item.size_px * 0.04)
    )


def _pipes(celsius: Floats, item: Item) -> None:
    """Lay parallel pipes with bends, clamps and a valve wheel."""
    clamps = blank(celsius)
    for k in range(int(item.die(0, 1, 5))):
        pipe, shift, width = blank(celsius), k * item.die(1, 0.1, 0.35), item.die(2, 0.03, 0.16)
        bend = (item.die(3, -0.6, 0.6) + shift, item.die(4, -0.6, 0.6) + shift)
        path = ((-3.0, bend[1]), bend, (bend[0], 3.0 if item.dice[5] < 0.5 else -3.0))
        stroke(pipe, item, path, width)
        lay(celsius, pipe, item.celsius + item.die(6 + k, -10, 10), item)
        if item.dice[7] < 0.5:  # a bright or dim line of reflection along the pipe
            shine = blank(celsius)
            stroke(shine, item, [(x, y - width * 0.2) for x, y in path], width * 0.2)
            lay(celsius, shine, item.celsius + item.die(8, -8, 4), item)
        for x in (-1.5, -0.7):
            rectangle(clamps, item, (x, bend[1] - width * 0.8, x + 0.08, bend[1] + width * 0.8))
    if item.dice[9] < 0.5:
        centre, radius = (item.die(10, -0.8, 0.2), item.die(4, -0.6, 0.6)), item.die(11, 0.12, 0.3)
        oval(clamps, item, centre, (radius, radius), line=0.05)
        stroke(
            clamps, item, ((centre[0] - radius, centre[1]), (centre[0] + radius, centre[1])), 0.04
        )
    lay(celsius, clamps, item.celsius - item.die(8, -2, 10), item)


def _engine(celsius: Floats, item: Item) -> None:
    """Lay a motor: finned drum, shaft, hot bearings, cable box."""
    drum, fins, warm = blank(celsius), blank(celsius), blank(celsius)
    height = item.die(0, 0.4, 0.7)
    rectangle(drum, item, (-0.8, -height, 0.8, height))
    rectangle(drum, item, (0.8, -0.12, 1.3, 0.12))
    rectangle(drum, item, (-0.3, -height - 0.35, 0.3, -height))
    rectangle(drum, item, (-0.7, height, 0.7, height + 0.2), 150.0)
    lay(celsius, drum, item.celsius, item)
    number = int(item.die(1, 5, 14))
    for k in range(number):
        y = -height + 2 * height * (k + 0.5) / number
        stroke(fins, item, ((-0.75, y), (0.75, y)), 0.5 * height / number)
    lay(celsius, fins, item.celsius + item.die(2, -6, 6), item)
    for x in (-0.8, 0.8):
        oval(warm, item, (x, 0), (0.2, height * 0.6))
    lay(celsius, warm, item.celsius + item.die(3, 2, 25), replace(item, soft_px=item.size_px * 0.1))


def _circuit(celsius: Floats, item: Item) -> None:
    """Lay a circuit board with chips, some of them hot and haloed."""
    board, chips = blank(celsius), blank(celsius)
    rectangle(board, item, (-1.0, -0.7, 1.0, 0.7))
    lay(celsius, board, item.celsius, item)
    for k in range(int(item.die(0, 5, 24))):
        x, y = item.die(k, -0.9, 0.9), item.die(k * 5 + 3 + k // 12, -0.6, 0.6)
        half, tall = item.die(k + 2, 0.03, 0.2), item.die(k + 7, 0.03, 0.15)
        level = 255.0 * item.die(k * 7, 0.2, 1)
        rectangle(chips, item, (x - half, y - tall, x + half, y + tall), level)
    lay(celsius, chips, item.celsius + item.die(1, -5, 14), item)
    glow = blank(celsius)
    oval(glow, item, (item.die(2, -0.7, 0.7), item.die(3, -0.5, 0.5)), (0.15, 0.15))
    lay(
        celsius, glow, item.celsius + item.die(4, 4, 40), replace(item, soft_px=item.size_px * 0.15)
    )


def _car(celsius: Floats, item: Item) -> None:
    """Lay a car from the side or the front: warm bonnet and tyres, glass as cold as the sky."""
    body, glass, warm = blank(celsius), blank(celsius), blank(celsius)
    if item.dice[0] < 0.55:
        rectangle(body, item, (-1.0, -0.1, 1.0, 0.25))
        fill(body, item, ((-0.6, -0.1), (-0.4, -0.42), (0.35, -0.42), (0.65, -0.1)))
        fill(glass, item, ((-0.52, -0.1), (-0.36, -0.36), (-0.05, -0.36), (-0.05, -0.1)))
        fill(glass, item, ((0.02, -0.1), (0.02, -0.36), (0.3, -0.36), (0.52, -0.1)))
        for x in (-0.6, 0.6):
            oval(warm, item, (x, 0.25), (0.18, 0.18))
    else:
        rectangle(body, item, (-0.75, -0.1, 0.75, 0.45))
        fill(body, item, ((-0.7, -0.1), (-0.5, -0.55), (0.5, -0.55), (0.7, -0.1)))
        fill(glass, item, ((-0.6, -0.12), (-0.45, -0.5), (0.45, -0.5), (0.6, -0.12)))
        rectangle(warm, item, (-0.3, 0.05, 0.3, 0.3))
        for x in (-0.55, 0.55):
            oval(warm, item, (x, 0.15), (0.15, 0.1))
            rectangle(warm, item, (x - 0.12, 0.45, x + 0.12, 0.62))
    lay(celsius, body, item.celsius, item)
    lay(celsius, glass, item.celsius + item.die(1, -12, 2), item)
    lay(celsius, warm, item.celsius + item.die(2, -3, 18), item)


def _pylon(celsius: Floats, item: Item) -> None:
    """Lay a lattice mast with insulators and wires."""
    mask, foot, thin = blank(celsius), item.die(0, 0.2, 0.5), item.die(1, 0.01, 0.03)
    for side in (-1, 1):
        stroke(mask, item, ((side * foot, 1.0), (side * 0.1, -1.0)), 2 * thin)
    steps = int(item.die(2, 5, 10))
    for k in range(steps):
        low, high = 1 - 2 * k / steps, 1 - 2 * (k + 1) / steps
        wide, narrow = _mast(low, foot), _mast(high, foot)
        stroke(mask, item, ((-wide, low), (narrow, high)), thin)
        stroke(mask, item, ((wide, low), (-narrow, high)), thin)
    for y in (-0.8, -0.4):
        stroke(mask, item, ((-0.7, y), (0.7, y)), 2 * thin)
        for x in (-0.7, 0.7):
            stroke(mask, item, ((x, y), (x, y + 0.25)), item.die(3, 0.03, 0.08))
            stroke(mask, item, ((x, y + 0.25), (x * 9, y + item.die(4, -0.3, 0.6))), thin)
    lay(celsius, mask, item.celsius, item)


def _mast(y: float, foot: float) -> float:
    return 0.1 + (foot - 0.1) * (y + 1) / 2


def _roofs(celsius: Floats, item: Item) -> None:
    """Lay a grid of panels or roofs seen from above, one or two of them defective."""
    mask, hot = blank(celsius), blank(celsius)
    rows, columns, shear = int(item.die(0, 2, 7)), int(item.die(1, 2, 10)), item.die(2, -0.4, 0.4)
    for j in range(rows):
        for i in range(columns):
            x, y = -1 + 2 * i / columns, -1 + 2 * j / rows
            right, bottom = (
                x + 2 / columns * item.die(3, 0.75, 0.95),
                y + 2 / rows * item.die(4, 0.7, 0.95),
            )
            points = [
                (a + shear * b, b) for a, b in ((x, y), (right, y), (right, bottom), (x, bottom))
            ]
            fill(mask, item, points, 255.0 * item.die(i * 3 + j, 0.75, 1))
            if item.dice[(i * 5 + j * 7) % 12] > 0.93:
                fill(hot, item, points)
    lay(celsius, mask, item.celsius, item)
    lay(celsius, hot, item.celsius + item.die(5, 2, 12), item)


PAINTERS: dict[str, Painter] = {
    "cabinet": _cabinet,
    "pipes": _pipes,
    "engine": _engine,
    "circuit": _circuit,
    "car": _car,
    "pylon": _pylon,
    "roofs": _roofs,
}
