"""Pairs as tiles of a contact sheet: colour, parts, heat side by side, with points if asked for."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np

from tfan.synth.sheet import Bytes
from tfan.synth.tfake.dataset import TfakePlan, make_pair
from tfan.synth.tfake.render import Pair
from tfan.thermal.segments import SEGMENTS, WINDOW_CELSIUS

SPARSE_RGB, DENSE_RGB = (60, 255, 90), (255, 120, 60)


def tiles_of(plan: TfakePlan, count: int, *, points: bool) -> list[Bytes]:
    """Return the first pairs of a set as (S, 3 S, 3) tiles."""
    return [pair_tile(make_pair(plan, index)[0], points=points) for index in range(count)]


def pair_tile(pair: Pair, *, points: bool) -> Bytes:
    """Return (S, 3 S, 3): colour, parts in one colour each, heat in grey from 20 to 40 degrees.

    Args:
        pair: what to show.
        points: True to draw the 70 points in colour and the 478 on the heat.
    """
    low, high = WINDOW_CELSIUS
    grey = np.clip((pair.celsius - low) / (high - low), 0, 1) * 255
    heat = np.repeat(grey.astype(np.uint8)[..., None], 3, 2)
    colour = pair.rgb.copy()
    if points:
        _dots(colour, pair.points_px, SPARSE_RGB)
        _dots(heat, pair.dense[:, :2] * len(heat), DENSE_RGB)
    return np.concatenate([colour, part_colours()[pair.parts], heat], 1)


def part_colours() -> Bytes:
    """Return (256, 3) one colour a class, black for the background, white for ignored pixels."""
    out = np.full((256, 3), 255, np.uint8)
    out[0] = 0
    for k in range(1, len(SEGMENTS)):
        shade = colorsys.hsv_to_rgb(k * 0.381966 % 1, 0.45 + 0.2 * (k % 3), 0.95 - 0.15 * (k % 2))
        out[k] = np.rint(np.array(shade) * 255)
    return out


def _dots(image: Bytes, points_px: np.ndarray, colour: tuple[int, int, int]) -> None:
    for x, y in points_px.tolist():
        cv2.circle(image, (int(x), int(y)), 0 if len(image) < 384 else 1, colour, -1)
