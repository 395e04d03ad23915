"""One thing in a scene as a record, and how its shape is laid into a temperature image.

Shapes are given in the item's own units: its centre is (0, 0), its half extent 1, y down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.texture import smooth_noise

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]
Points = Sequence[tuple[float, float]]

SUBPIXEL_BITS = 4
FULL = 255.0
DICE = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: a kind, where, how large, how warm.

    Attributes:
        kind: key of a painter.
        x_px: centre.
        y_px: centre.
        size_px: half extent.
        celsius: temperature of its main surface.
        angle_deg: turn, clockwise on the screen.
        soft_px: blur of its edges.
        grain_celsius: strength of the noise on its surface.
        grain_px: cell of that noise.
        seed: of that noise.
        dice: numbers 0..1 that decide the details of its form.
    """

    kind: str
    x_px: float
    y_px: float
    size_px: float
    celsius: float
    angle_deg: float = 0.0
    soft_px: float = 0.5
    grain_celsius: float = 0.0
    grain_px: float = 8.0
    seed: int = 0
    dice: tuple[float, ...] = (0.5,) * DICE

    def die(self, index: int, low: float, high: float) -> float:
        """Return the indexed die scaled to low..high."""
        return low + (high - low) * self.dice[index % len(self.dice)]


def blank(celsius: Floats) -> Mask:
    """Return an empty mask as large as the image."""
    return np.zeros(celsius.shape, np.uint8)


def placed(item: Item, points: Points) -> npt.NDArray[np.int32]:
    """Return (N, 2) fixed-point pixels of points in the item's own units."""
    turn = math.radians(item.angle_deg)
    cos, sin = math.cos(turn) * item.size_px, math.sin(turn) * item.size_px
    unit = 1 << SUBPIXEL_BITS
    rows = [
        (
            round((item.x_px + cos * x - sin * y) * unit),
            round((item.y_px + sin * x + cos * y) * unit),
        )
        for x, y in points
    ]
    return np.array(rows, np.int32)


def fill(mask: Mask, item: Item, points: Points, level: float = FULL) -> None:
    """Fill a polygon."""
    cv2.fillPoly(mask, [placed(item, points)], level, cv2.LINE_AA, SUBPIXEL_BITS)


def rectangle(mask: Mask, item: Item, box: tuple[float, ...], level: float = FULL) -> None:
    """Fill left, top, right, bottom."""
    left, top, right, bottom = box
    fill(mask, item, ((left, top), (right, top), (right, bottom), (left, bottom)), level)


def stroke(mask: Mask, item: Item, points: Points, width: float, level: float = FULL) -> None:
    """Draw joined lines of a width in the item's own units."""
    thickness = min(max(1, round(width * item.size_px)), 255)
    at = placed(item, points)
    cv2.polylines(mask, [at], False, level, thickness, cv2.LINE_AA, SUBPIXEL_BITS)


def oval(
    mask: Mask,
    item: Item,
    centre: tuple[float, float],
    radii: tuple[float, float],
    level: float = FULL,
    *,
    turn_deg: float = 0.0,
    line: float | None = None,
) -> None:
    """Draw an ellipse, filled unless a line width (own units) is given."""
    (at,) = placed(item, (centre,))
    unit = (1 << SUBPIXEL_BITS) * item.size_px
    axes = (min(round(abs(radii[0]) * unit), 2**18), min(round(abs(radii[1]) * unit), 2**18))
    thickness = -1 if line is None else max(1, round(line * item.size_px))
    angle = item.angle_deg + turn_deg
    where = (int(at[0]), int(at[1]))
    cv2.ellipse(
        mask, where, axes, angle, 0, 360, level, thickness, cv2.LINE_AA, SUBPIXEL_BITS
    )  # fmt: skip


def lay(celsius: Floats, mask: Mask, value: float, item: Item, *, grain: float = 1.0) -> None:
    """Mix a value into the image where the mask is, with the item's softness and grain."""
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0:
        return
    margin = math.ceil(3 * item.soft_px)
    rows = slice(max(top - margin, 0), top + height + margin)
    columns = slice(max(left - margin, 0), left + width + margin)
    share = mask[rows, columns].astype(np.float32) * np.float32(1 / FULL)
    if item.soft_px > 0.3:
        share = np.asarray(cv2.GaussianBlur(share, (0, 0), item.soft_px), np.float32)
    area = celsius[rows, columns]
    surface: Floats | float = value
    if item.grain_celsius * grain > 0.05 and min(area.shape) > 2:
        noise = smooth_noise(item.seed, (area.shape[0], area.shape[1]), max(item.grain_px, 1.5))
        surface = value + (item.grain_celsius * grain) * noise
    area += share * (surface - area)
