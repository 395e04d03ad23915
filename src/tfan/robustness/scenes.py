"""Degrees Celsius put together: a person before a backdrop, a thing before the face, contrast."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.texture import paint, smooth_noise
from tfan.types import AnyArray, Array

_REDUCED_BELOW = 0.67  # a person that much smaller is shrunk by area first
_REACH = 1.1  # depth of an occluder behind its edge, in sizes of the face
_HALF_WIDTH = 0.75
_EDGE_PX = 0.7
_RANGE_PERCENT = (1, 99)


@dataclass(frozen=True, slots=True)
class Occluder:
    """A flat thing that is pushed over the face from one side.

    Attributes:
        share: of the hull of the landmarks that it covers.
        angle_deg: where it comes from; 0 right of the picture, 90 below.
        celsius: its temperature.
        grain: seed, cell in pixels and degrees of its texture.
    """

    share: float
    angle_deg: float
    celsius: float
    grain: tuple[int, float, float]


def place(
    backdrop: Array, layers: tuple[Array, Array], *, zoom: float, shift_px: npt.NDArray[np.floating]
) -> Array:
    """Return (H, W) degrees with a person before a backdrop.

    What the person's square cuts off at its sides and below goes on as it is there, so that
    nobody ends in the air.

    Args:
        backdrop: (H, W) degrees.
        layers: (S, S) degrees and coverage of the person.
        zoom: scene pixels per pixel of the layers.
        shift_px: (2,) where the layers' corner comes to lie, in image coordinates.
    """
    celsius, coverage = layers
    share = coverage.copy()
    share[0] = 0
    both: AnyArray = np.stack([celsius * share, share], axis=2).astype(np.float32)
    if zoom < _REDUCED_BELOW:
        side = max(8, round(len(both) * zoom * 1.5))
        zoom *= len(both) / side
        both = cv2.resize(both, (side, side), interpolation=cv2.INTER_AREA)
    start = np.asarray(shift_px) + 0.5 * zoom - 0.5  # of the first pixel's centre
    matrix = np.array([[zoom, 0, start[0]], [0, zoom, start[1]]])
    height, width = backdrop.shape
    put = cv2.warpAffine(
        both, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(backdrop * (1 - put[..., 1]) + put[..., 0], np.float32)


def cover(celsius: Array, points_px: Array, occluder: Occluder) -> Array:
    """Return the scene with the given share of the hull of the landmarks covered.

    Args:
        celsius: (H, W) degrees.
        points_px: (N, 2) landmarks.
        occluder: the thing.
    """
    if occluder.share <= 0:
        return celsius
    angle = np.radians(occluder.angle_deg)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    inside = _hull_pixels(celsius.shape, points_px)
    size = float(np.sqrt(len(inside)))
    edge = float(np.quantile(inside @ along, 1 - occluder.share))
    middle = inside.mean(axis=0)
    start = middle + along * (edge - middle @ along)
    reach, half = along * _REACH * size, across * _HALF_WIDTH * size
    corners = np.array([start - half, start + half, start + reach + half, start + reach - half])
    mask = np.zeros(celsius.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(corners * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    seed, cell_px, grain = occluder.grain
    texture = smooth_noise(seed, (celsius.shape[0], celsius.shape[1]), cell_px) * np.float32(grain)
    out = celsius.copy()
    paint(
        out, mask.astype(np.float32) / np.float32(255), occluder.celsius + texture, blur_px=_EDGE_PX
    )
    return out


def _hull_pixels(shape: tuple[int, ...], points_px: Array) -> npt.NDArray[np.float64]:
    """Return (M, 2) the pixels inside the convex hull of points."""
    mask = np.zeros(shape, np.uint8)
    hull = cv2.convexHull(np.rint(points_px).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 1)
    rows, columns = np.nonzero(mask)
    return np.stack([columns, rows], axis=1).astype(np.float64)


def squeeze(celsius: Array, range_celsius: float) -> Array:
    """Return the scene about its median, 1st to 99th percentile stretched to a range."""
    low, high = np.percentile(celsius, _RANGE_PERCENT)
    middle = np.float32(np.median(celsius))
    factor = np.float32(range_celsius / max(float(high - low), 1e-3))
    return np.asarray(middle + (celsius - middle) * factor, np.float32)
