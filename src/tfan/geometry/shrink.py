"""Fast anti-aliased shrinking: halve by averaging 2 x 2 pixels, then do the rest."""

from __future__ import annotations

import cv2

from tfan.types import AnyArray


def halve_towards(values: AnyArray, factor: float) -> AnyArray:
    """Return (H, W) values halved as often as a shrinking by factor allows without overdoing it.

    Averaging 2 x 2 pixels is several times faster than any other factor, and exact: the outer
    edges stay where they are. An odd side stops it.

    Args:
        values: (H, W) of uint8, uint16, int16 or float32.
        factor: by how much the values are to be shrunk in all; below 2 they are returned as given.
    """
    while factor >= 2:
        height, width = values.shape
        if height % 2 or width % 2:
            break
        half = (width // 2, height // 2)
        values = cv2.resize(values, half, interpolation=cv2.INTER_AREA)
        factor /= 2
    return values
