"""Contact sheets: what the steps of an axis look like, with the true box and landmarks drawn in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from tfan.robustness.axes import Axis
from tfan.robustness.shots import Picture, Taken
from tfan.synth.sheet import contact_sheet, write_picture
from tfan.types import AnyArray

SHOWN_FACES = 4
_TILE_PX = (240, 180)
_HEAD_PX = 18
_POINT_RGB, _BOX_RGB = (60, 255, 90), (255, 200, 0)
_COLUMNS = 9
_QUALITY = 85


@dataclass(frozen=True, slots=True, eq=False)
class Album:
    """Collects the first faces of every step; its `watch` is handed to `run`."""

    _tiles: dict[str, list[list[Picture]]] = field(default_factory=dict)

    def watch(self, index: int, axis: Axis, taken: list[Taken]) -> None:
        """Keep the pictures of one person, if that is one of the first."""
        if index >= SHOWN_FACES:
            return
        rows = self._tiles.setdefault(axis.name, [])
        rows.append([_tile(one, label) for one, label in zip(taken, axis.labels(), strict=True)])

    def write(self, folder: Path) -> None:
        """Write one sheet an axis: a column a step, a row a person."""
        for name, rows in self._tiles.items():
            steps = len(rows[0])
            strips = [
                contact_sheet(
                    [tile for row in rows for tile in row[start : start + _COLUMNS]],
                    columns=min(_COLUMNS, steps - start),
                )
                for start in range(0, steps, _COLUMNS)
            ]
            write_picture(folder / f"{name}.jpg", contact_sheet(strips, columns=1))


def _tile(taken: Taken, label: str) -> Picture:
    """Return one picture, RGB, its label above."""
    rgb = _rgb(taken.image)
    zoom = _TILE_PX[0] / rgb.shape[1]
    small = cv2.resize(rgb, _TILE_PX, interpolation=cv2.INTER_AREA if zoom < 1 else 0)
    for x, y in (taken.points_px[:478] + 0.5) * zoom:
        cv2.circle(small, (int(x), int(y)), 0, _POINT_RGB, -1)
    corners = [(int(x), int(y)) for x, y in (taken.box_px.reshape(2, 2) + 0.5) * zoom]
    cv2.rectangle(small, corners[0], corners[1], _BOX_RGB, 1)
    canvas = np.full((_TILE_PX[1] + _HEAD_PX, _TILE_PX[0], 3), 255, np.uint8)
    canvas[_HEAD_PX:] = small
    cv2.putText(canvas, label, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return canvas


def _rgb(image: AnyArray) -> Picture:
    if image.ndim == 3:
        return image.astype(np.uint8)
    if image.dtype != np.uint8:
        low, high = np.percentile(image, (0.5, 99.5))
        image = ((image - low) / max(float(high - low), 1e-3) * 255).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), np.uint8)
