"""Painters of things found in rooms: each lays one item into the temperature image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from tfan.synth.items import Floats, Item, blank, fill, lay, oval, rectangle, stroke

Painter = Callable[[Floats, Item], None]


def _ball(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    oval(mask, item, (0, 0), (1.0, item.die(0, 0.4, 1.0)))
    lay(celsius, mask, item.celsius, item)


def _decoy(celsius: Floats, item: Item) -> None:
    """Lay a face-sized oval without a face: a lamp shade, a pot, a mannequin, sometimes spotted."""
    mask = blank(celsius)
    oval(mask, item, (0, 0), (0.75, 1.0))
    if item.dice[1] < 0.4:
        rectangle(mask, item, (-0.35, 0.8, 0.35, 1.6), 200.0)
    lay(celsius, mask, item.celsius, item)
    if item.dice[2] < 0.35:
        spots = blank(celsius)
        for k in range(3, 3 + int(item.die(0, 1, 4))):
            centre = (item.die(k, -0.5, 0.5), item.die(k + 3, -0.7, 0.7))
            oval(spots, item, centre, (item.die(k + 1, 0.05, 0.25), item.die(k + 2, 0.05, 0.2)))
        lay(celsius, spots, item.celsius + item.die(11, -6, 4), item)


def _cup(celsius: Floats, item: Item) -> None:
    """Lay a cup or kettle: warm below the filling line, cooler above, a handle."""
    mask, inside = blank(celsius), blank(celsius)
    width, side = item.die(0, 0.55, 0.9), 1 if item.dice[1] < 0.5 else -1
    rectangle(mask, item, (-width, -0.9, width, 1.0))
    oval(mask, item, (0, 1.0), (width, 0.18))
    oval(mask, item, (side * width, 0.05), (0.45, 0.55), 200.0, line=item.die(2, 0.1, 0.22))
    lay(celsius, mask, item.celsius, item)
    fill_line = item.die(3, -0.8, 0.6)
    rectangle(inside, item, (-width, -0.9, width, fill_line))
    lay(celsius, inside, item.celsius - item.die(4, 0, 12), replace(item, soft_px=1.5))
    rim = blank(celsius)
    oval(rim, item, (0, -0.9), (width, 0.2))
    lay(celsius, rim, item.celsius - item.die(5, -4, 14), item)


def _radiator(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    height, ribs = item.die(0, 0.35, 1.0), int(item.die(1, 5, 22))
    for k in range(ribs):
        left = -1.0 + 2.0 * k / ribs
        rectangle(mask, item, (left, -height, left + item.die(2, 0.5, 0.85) * 2.0 / ribs, height))
    rectangle(mask, item, (-1.0, -height, 1.0, -height * 0.85), 180.0)
    rectangle(mask, item, (-1.0, height * 0.85, 1.0, height), 180.0)
    lay(celsius, mask, item.celsius, item)


def _window(celsius: Floats, item: Item) -> None:
    """Lay panes in a frame, with bars, sometimes curtains or a warm sill."""
    width, height = item.die(0, 0.4, 1.0), item.die(1, 0.5, 1.0)
    frame, panes = blank(celsius), blank(celsius)
    rim = item.die(2, 0.03, 0.1)
    rectangle(frame, item, (-width - rim, -height - rim, width + rim, height + rim))
    lay(celsius, frame, item.celsius + item.die(3, -2, 5), item)
    columns, rows = int(item.die(4, 1, 4)), int(item.die(5, 1, 4))
    for i in range(columns):
        for j in range(rows):
            left, top = -width + 2 * width * i / columns, -height + 2 * height * j / rows
            box = (left + rim / 2, top + rim / 2)
            end = (left + 2 * width / columns - rim / 2, top + 2 * height / rows - rim / 2)
            rectangle(panes, item, (*box, *end))
    lay(celsius, panes, item.celsius, item)
    if item.dice[6] < 0.3:
        curtain = blank(celsius)
        for side in (-1, 1):
            inner = side * width * item.die(7, 0.4, 0.9)
            rectangle(curtain, item, (inner, -height - rim, side * (width + 2 * rim), height * 1.3))
        lay(celsius, curtain, item.celsius + item.die(8, 0, 6), item)


def _door(celsius: Floats, item: Item) -> None:
    """Lay a door: leaf, panels or a pane, handle, a cold or warm gap at the floor."""
    width = item.die(0, 0.35, 0.6)
    leaf, gap = blank(celsius), blank(celsius)
    rectangle(gap, item, (-width - 0.05, -1.04, width + 0.05, 1.02))
    lay(celsius, gap, item.celsius + item.die(1, -3, 3), item)
    rectangle(leaf, item, (-width, -1.0, width, 1.0))
    lay(celsius, leaf, item.celsius, item)
    panels = blank(celsius)
    if item.dice[2] < 0.6:
        top = item.die(3, -0.85, -0.6)
        rectangle(panels, item, (-0.7 * width, top, 0.7 * width, item.die(4, -0.3, 0.0)))
    if item.dice[5] < 0.5:
        rectangle(panels, item, (-0.7 * width, item.die(6, 0.1, 0.3), 0.7 * width, 0.85))
    oval(panels, item, (0.8 * width, 0.05), (0.04, 0.04))
    lay(celsius, panels, item.celsius + item.die(7, -5, 5), item)


def _screen(celsius: Floats, item: Item) -> None:
    """Lay a monitor, television or open laptop, warm at its electronics."""
    height = item.die(0, 0.5, 0.75)
    mask, stand, warm = blank(celsius), blank(celsius), blank(celsius)
    rectangle(stand, item, (-0.1, height, 0.1, height + 0.4))
    rectangle(stand, item, (-0.4, height + 0.35, 0.4, height + 0.42))
    lay(celsius, stand, item.celsius - item.die(1, 2, 8), item)
    rectangle(mask, item, (-1.0, -height, 1.0, height))
    lay(celsius, mask, item.celsius, item)
    for k in range(int(item.die(2, 0, 4))):
        centre = (item.die(3 + k, -0.8, 0.8), item.die(6 + k, -0.5, 0.5) * height)
        oval(warm, item, centre, (item.die(k, 0.1, 0.4), item.die(k + 1, 0.1, 0.3)))
    lay(celsius, warm, item.celsius + item.die(9, 1, 9), replace(item, soft_px=item.size_px * 0.08))


def _ceiling_lamps(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    number, step = int(item.die(0, 1, 7)), (item.die(1, -0.9, 0.9), item.die(2, 0.05, 0.5))
    long, slant = item.die(3, 0.15, 0.7), item.die(4, -0.4, 0.4)
    for k in range(number):
        x, y, shrink = step[0] * k, step[1] * k, 0.8**k
        points = ((x - long * shrink, y), (x + long * shrink, y + slant * shrink))
        stroke(mask, item, points, item.die(5, 0.05, 0.25) * shrink)
    lay(celsius, mask, item.celsius, item)


def _lamp_string(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    for k in range(int(item.die(0, 2, 9))):
        oval(mask, item, (item.die(1, -1, 1) * k, item.die(2, -0.6, 0.6) * k), (0.2, 0.2))
    lay(celsius, mask, item.celsius, item)


def _shelf(celsius: Floats, item: Item) -> None:
    """Lay boards with books and boxes of slightly different temperatures."""
    rows = int(item.die(0, 2, 6))
    for j in range(rows):
        board, books = blank(celsius), blank(celsius)
        top, bottom = -1 + 2 * j / rows, -1 + 2 * (j + 1) / rows
        rectangle(board, item, (-0.9, bottom - 0.05, 0.9, bottom))
        x = -0.88
        for k in range(12):
            width = item.die(j + k, 0.03, 0.25)
            if item.dice[(j * 5 + k) % 12] > 0.3:
                tall = item.die(j * 3 + k, 0.3, 0.9) * (bottom - top)
                level = 255.0 * item.die(k * 7 + j, 0.2, 1)
                rectangle(books, item, (x, bottom - tall, min(x + width, 0.88), bottom), level)
            x += width
            if x > 0.85:
                break
        lay(celsius, books, item.celsius + item.die(j + 3, -2, 2), item)
        lay(celsius, board, item.celsius - 0.5, item)


def _chair(celsius: Floats, item: Item) -> None:
    """Lay a chair or sofa, with the warm print of who has just left it now and then."""
    mask, legs = blank(celsius), blank(celsius)
    width, back = item.die(0, 0.4, 1.0), item.die(1, 0.5, 1.0)
    for x in (-width * 0.9, width * 0.9):
        stroke(legs, item, ((x, 0.2), (x, 1.0)), 0.08)
    lay(celsius, legs, item.celsius - 0.5, item)
    rectangle(mask, item, (-width, -back, width, 0.0))
    rectangle(mask, item, (-width * 1.1, 0.1, width * 1.1, 0.35))
    lay(celsius, mask, item.celsius, item)
    if item.dice[2] < 0.4:
        print_mask = blank(celsius)
        oval(print_mask, item, (0, -back * 0.4), (width * 0.6, back * 0.45))
        warmer = item.celsius + item.die(3, 1, 6)
        lay(celsius, print_mask, warmer, replace(item, soft_px=item.size_px * 0.12))


def _furniture(celsius: Floats, item: Item) -> None:
    """Lay a table top, a board, the side of something: a polygon without crossing edges."""
    corners = int(item.die(0, 3, 7))
    mask, points = blank(celsius), []
    for k in range(corners):
        turn = 2 * math.pi * (k + item.die(1 + k, -0.3, 0.3)) / corners
        reach = item.die(5 + k, 0.5, 1.0)
        points.append((reach * math.cos(turn), reach * math.sin(turn)))
    fill(mask, item, points)
    lay(celsius, mask, item.celsius, item)


def _calibration(celsius: Floats, item: Item) -> None:
    """Lay a reference source: a plain box with a disc or square at a known temperature."""
    case, source = blank(celsius), blank(celsius)
    width = item.die(0, 0.6, 1.0)
    rectangle(case, item, (-width, -1.0, width, 1.0))
    lay(celsius, case, item.celsius + item.die(1, -14, -4), item)
    centre, radius = (item.die(2, -0.3, 0.3), item.die(3, -0.4, 0.4)), item.die(4, 0.15, 0.45)
    if item.dice[5] < 0.75:
        oval(source, item, centre, (radius, radius))
    else:
        x, y = centre
        rectangle(source, item, (x - radius, y - radius, x + radius, y + radius))
    lay(celsius, source, item.celsius, replace(item, grain_celsius=0.0))


def _bottle(celsius: Floats, item: Item) -> None:
    mask = blank(celsius)
    width, neck = item.die(0, 0.2, 0.45), item.die(1, 0.06, 0.15)
    rectangle(mask, item, (-width, -0.3, width, 1.0))
    fill(mask, item, ((-width, -0.3), (-neck, -0.6), (neck, -0.6), (width, -0.3)))
    rectangle(mask, item, (-neck, -1.0, neck, -0.6))
    lay(celsius, mask, item.celsius, item)


def _plug(celsius: Floats, item: Item) -> None:
    """Lay a socket or appliance front: two eyes and a slit, as dumb as a face can be."""
    mask, holes = blank(celsius), blank(celsius)
    rectangle(mask, item, (-0.9, -1.0, 0.9, 1.0))
    lay(celsius, mask, item.celsius, item)
    radius = item.die(0, 0.08, 0.3)
    for side in (-1, 1):
        oval(holes, item, (side * item.die(1, 0.25, 0.5), item.die(2, -0.5, 0)), (radius, radius))
    if item.dice[3] < 0.6:
        low = item.die(4, 0.3, 0.6)
        rectangle(holes, item, (-0.4, low, 0.4, low + item.die(5, 0.05, 0.2)))
    lay(celsius, holes, item.celsius + item.die(6, -8, 8), item)


PAINTERS: dict[str, Painter] = {
    "ball": _ball,
    "decoy": _decoy,
    "cup": _cup,
    "radiator": _radiator,
    "window": _window,
    "door": _door,
    "screen": _screen,
    "ceiling_lamps": _ceiling_lamps,
    "lamp_string": _lamp_string,
    "shelf": _shelf,
    "chair": _chair,
    "furniture": _furniture,
    "calibration": _calibration,
    "bottle": _bottle,
    "plug": _plug,
}
