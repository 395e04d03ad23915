"""The published crop: an upright rectangle with whole corners, zero outside the image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tfan.geometry.boxes import clip_boxes
from tfan.geometry.coordinates import to_centre_px, to_image_px
from tfan.types import AnyArray, Array

PUBLISHED_SCALE = 1.25  # side of a crop over the longer side of the box


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """F upright crops of one image; truncating corners makes some a pixel longer than wide.

    Attributes:
        corners_px: (F, 4) left, top, right, bottom, counted from the image's corner.
    """

    corners_px: Array

    def __len__(self) -> int:
        return len(self.corners_px)

    def __getitem__(self, rows: AnyArray | slice | list[int]) -> Squares:
        return Squares(self.corners_px[rows])

    @property
    def half_side_px(self) -> Array:
        """Half the mean side (F,)."""
        sides = self.corners_px[:, 2:] - self.corners_px[:, :2]
        half: Array = (sides.mean(axis=1) / 2).astype(np.float32)
        return half

    def to_image(self, points: AnyArray) -> Array:
        """Return points (F, N, 2) of -1..1 in pixels of the image, counted from pixel centres."""
        corner, end = self.corners_px[:, None, :2], self.corners_px[:, None, 2:]
        return to_centre_px(corner + (points + 1) / 2 * (end - corner))


def squares_for_boxes(boxes_px: AnyArray, image_hw: tuple[int, int]) -> Squares:
    """Return the published crops for face boxes (F, 4), counted from pixel centres.

    What of a box lies outside the image does not count; its corners are cut to whole pixels.
    """
    boxes = clip_boxes(to_image_px(boxes_px), image_hw).astype(np.float64)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = PUBLISHED_SCALE / 2 * (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True)
    first = np.trunc(centre - half)
    last = np.maximum(np.trunc(centre + half), first + 1)
    return Squares(np.concatenate([first, last], axis=1).astype(np.float32))


def cut_squares(
    values: AnyArray, squares: Squares, *, size: int, tone: Callable[[AnyArray], Array]
) -> Array:
    """Return crops (F, size, size) float32, resized bilinearly.

    Args:
        values: (H, W).
        squares: with whole corners.
        size: side of the crops.
        tone: applied to what of an image lies in a crop; 0 stands for what lies outside.
    """
    out = np.empty((len(squares), size, size), np.float32)
    for row, (left, top, right, bottom) in enumerate(squares.corners_px.astype(int)):
        whole = np.zeros((bottom - top, right - left), np.float32)
        x0, x1 = np.clip([left, right], 0, values.shape[1])
        y0, y1 = np.clip([top, bottom], 0, values.shape[0])
        whole[y0 - top : y1 - top, x0 - left : x1 - left] = tone(values[y0:y1, x0:x1])
        cv2.resize(whole, (size, size), dst=out[row], interpolation=cv2.INTER_LINEAR)
    return out
