"""Pictures of what the detector missed and of what it took for faces, many on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from proposals import Scene
from scene_facts import Facts

from tfan.synth.sheet import contact_sheet, write_picture

TILE_PX, COLUMNS, MOST = 192, 8, 48
AROUND = 2.5  # a tile shows so many times the size of the box
LEAST_PX = 48.0
GREEN, RED, ORANGE = (60, 255, 90), (255, 60, 60), (255, 200, 0)


def write_sheets(
    folder: Path, scenes: Sequence[Scene], *, missed: Sequence[Facts], false: Sequence[Facts]
) -> None:
    """Write missed.png, the largest missed faces first, and false.png, the surest first."""
    by_index = {scene.index: scene for scene in scenes}
    ways = (
        ("missed", sorted(missed, key=lambda one: -one["size"]), "lost"),
        ("false", sorted(false, key=lambda one: -one["score"]), "what"),
    )
    for name, chosen, words in ways:
        tiles = [_tile(by_index[one["scene"]], one, str(one[words])) for one in chosen[:MOST]]
        if tiles:
            write_picture(folder / f"{name}.png", contact_sheet(tiles, columns=COLUMNS))


def _tile(scene: Scene, one: Facts, words: str) -> np.ndarray:
    left, top, right, bottom = (float(v) for v in one["box"])
    half = max(LEAST_PX, AROUND * max(right - left, bottom - top)) / 2
    zoom = (TILE_PX - 1) / (2 * half)
    shift = np.array([half - (left + right) / 2, half - (top + bottom) / 2])
    matrix = np.array([[zoom, 0, zoom * shift[0]], [0, zoom, zoom * shift[1]]])
    way = cv2.INTER_NEAREST if zoom > 1 else cv2.INTER_AREA
    grey = cv2.warpAffine(scene.image, matrix, (TILE_PX, TILE_PX), flags=way, borderValue=90.0)
    rgb = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    for box, kind in zip(scene.boxes_px, scene.kinds, strict=True):
        _box(rgb, (box.reshape(2, 2) + shift) * zoom, GREEN if kind else ORANGE)
    _box(rgb, (np.reshape(one["box"], (2, 2)) + shift) * zoom, RED)
    for row, line in enumerate((f"{scene.index} {one['score']:.2f}", words[:28])):
        at = (3, 12 + 12 * row)
        cv2.putText(rgb, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 3)
        cv2.putText(rgb, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255, 255, 255), 1)
    return rgb


def _box(rgb: np.ndarray, corners: np.ndarray, colour: tuple[int, int, int]) -> None:
    (x0, y0), (x1, y1) = np.rint(corners).astype(int).tolist()
    cv2.rectangle(rgb, (x0, y0), (x1, y1), colour, 1)
