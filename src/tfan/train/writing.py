"""What cameras and programs write over a scene, as masks that tiles of the training wear."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import torch
from torch import Tensor

_MASKS = 384
_SEED = 83
_SIGNS = "0123456789" * 3 + ".:,-/%=" + "CFTKXMLRPaeimnox"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL,
)  # fmt: skip
_HEIGHT_PX = (5.0, 26.0)  # of capitals, as large as the faces that they are taken for
_LONGEST = 9
_SECOND_STROKE_FROM_PX = 12.0


@cache
def writing_masks(side_px: int) -> Tensor:
    """Return (384, S, S) bool: where each mask has ink; always the same ones.

    Args:
        side_px: side S of a tile.
    """
    rng = np.random.default_rng(_SEED)
    masks = np.zeros((_MASKS, side_px, side_px), np.uint8)
    for mask in masks:
        for _ in range(1 + int(rng.integers(3))):
            _write(mask, rng)
        if rng.random() < 0.3:
            _draw_cross(mask, rng)
    return torch.from_numpy(masks.astype(bool))


def _write(mask: np.ndarray, rng: np.random.Generator) -> None:
    signs = rng.choice(list(_SIGNS), 1 + int(rng.integers(_LONGEST)))
    font = _FONTS[int(rng.integers(len(_FONTS)))]
    height_px = float(np.exp(rng.uniform(*np.log(_HEIGHT_PX))))
    at = rng.uniform(0, 1, 2) * mask.shape[1]
    thickness = 1 + int(height_px > _SECOND_STROKE_FROM_PX and rng.random() < 0.6)
    scale = cv2.getFontScaleFromHeight(font, round(height_px), thickness)
    start = (round(at[0] - height_px), round(at[1]))
    cv2.putText(mask, "".join(signs), start, font, scale, 1, thickness)


def _draw_cross(mask: np.ndarray, rng: np.random.Generator) -> None:
    x, y = (int(place) for place in rng.integers(0, mask.shape[1], 2))
    arm = int(rng.integers(4, 16))
    cv2.drawMarker(mask, (x, y), 1, cv2.MARKER_CROSS, 2 * arm, 1)
