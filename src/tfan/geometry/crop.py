"""Square, turned windows on an image, and the way there and back.

Window coordinates run from -1 to 1 between the outer edges of the window, x to the right and
y downwards along the window's own axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from tfan.geometry.boxes import HAIRLINE_SHARE
from tfan.geometry.shrink import halve_towards
from tfan.types import AnyArray, Array

CROP_SCALE = 1.5  # side of a window over sqrt(width * height) of the landmarks' hull
_SHRINK_FROM = 1.25  # image pixels per window pixel from which areas are averaged first
_MARGIN_PX = 4  # what bicubic interpolation needs around the window, and a little more
_EVEN = 4  # region sides that can be halved twice
_MIN_HALF_SIDE_PX = 2.0
# Eyes and mouth corners on an upright face, and a nose that does not count.
_UPRIGHT = np.array([[-1, -1], [1, -1], [0, 0], [-0.8, 1], [0.8, 1]])
# (x1, y1, x2, ...) times it are the sums of dot and of cross products with the pattern; the
# pattern's own mean is zero, so that theirs does not matter
_TURN_SUMS = np.stack([_UPRIGHT, _UPRIGHT[:, ::-1] * [-1, 1]], axis=2).reshape(10, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """F square windows on one image.

    Attributes:
        centre_px: (F, 2) x, y.
        half_side_px: (F,) half the side of the square.
        roll: (F,) radians by which the window is turned clockwise as seen on screen.
    """

    centre_px: Array
    half_side_px: Array
    roll: Array

    def __len__(self) -> int:
        return len(self.half_side_px)

    def __getitem__(self, rows: AnyArray | slice | list[int]) -> Windows:
        return Windows(self.centre_px[rows], self.half_side_px[rows], self.roll[rows])

    def moved(self, shift_px: AnyArray) -> Windows:
        """Return the windows moved to the right and down by shift_px (F, 2)."""
        return Windows(self.centre_px + shift_px, self.half_side_px, self.roll)

    def to_image(self, points: AnyArray) -> Array:
        """Return points (F, N, 2) of window coordinates in pixels of the image."""
        scaled = points * self.half_side_px[:, None, None]
        placed: AnyArray = scaled @ _turns(np.cos(self.roll), np.sin(self.roll))
        placed += self.centre_px[:, None]
        return placed.astype(np.float32, copy=False)

    def from_image(self, points_px: AnyArray) -> Array:
        """Return points (F, N, 2) of the image in window coordinates."""
        away = points_px - self.centre_px[:, None]
        turned: AnyArray = away @ _turns(np.cos(self.roll), -np.sin(self.roll))
        turned /= self.half_side_px[:, None, None]
        return turned.astype(np.float32, copy=False)


def windows_for_boxes(boxes_px: AnyArray, five_px: AnyArray) -> Windows:
    """Return upright windows for face boxes (F, 4) whose five points (F, 5, 2) tell the roll."""
    roll = roll_of(five_px)
    rows = []
    turns = zip(np.cos(roll).tolist(), np.sin(roll).tolist(), strict=True)
    for (left, top, right, bottom), (cos, sin) in zip(boxes_px.tolist(), turns, strict=True):
        width, height = max(right - left, 1.0), max(bottom - top, 1.0)
        down = height * HAIRLINE_SHARE / 2  # from the box's centre to the hull's, along the face
        side = math.sqrt(width * height * (1 - HAIRLINE_SHARE))
        rows.append(((left + right) / 2 - sin * down, (top + bottom) / 2 + cos * down, side))
    return _windows(rows, roll)


def windows_for_points(points_px: AnyArray, five_px: AnyArray) -> Windows:
    """Return upright windows around landmarks (F, N, 2); five_px (F, 5, 2) tell the roll."""
    roll = roll_of(five_px)
    cos, sin = np.cos(roll), np.sin(roll)
    own = _turns(cos, sin) @ points_px.swapaxes(1, 2)  # (F, 2, N) along the face's own axes
    first, last = own.min(axis=2).tolist(), own.max(axis=2).tolist()
    rows = []
    turns = zip(cos.tolist(), sin.tolist(), strict=True)
    for (left, top), (right, bottom), (c, s) in zip(first, last, turns, strict=True):
        x, y = (left + right) / 2, (top + bottom) / 2
        side = math.sqrt(max(right - left, 1.0) * max(bottom - top, 1.0))
        rows.append((c * x - s * y, s * x + c * y, side))
    return _windows(rows, roll)


def roll_of(five_px: AnyArray) -> Array:
    """Return the in-plane turn (F,) in radians, 0 upright, of five points (F, 5, 2).

    The turn that best lays eyes and mouth corners on an upright pattern; foreshortening by yaw
    narrows the pattern but does not turn it.
    """
    sums = five_px.reshape(-1, 10) @ _TURN_SUMS
    return np.array([math.atan2(across, along) for along, across in sums.tolist()], np.float32)


def sample_windows(values: AnyArray, windows: Windows, *, size: int) -> Array:
    """Return the windows (F, size, size) float32, anti-aliased; outside, the border is repeated.

    Args:
        values: (H, W) of uint8, uint16, int16 or float32, without NaN.
        windows: where to look.
        size: pixels along each side of the result.
    """
    out = np.empty((len(windows), size, size), np.float32)
    for row in range(len(windows)):
        centre = windows.centre_px[row].tolist()
        half, roll = float(windows.half_side_px[row]), float(windows.roll[row])
        _sample(values, centre, half, roll, out[row])
    return out


def _sample(values: AnyArray, centre: list[float], half: float, roll: float, out: Array) -> None:
    size = len(out)
    step = 2 * half / size  # image pixels per window pixel
    reach = half * (abs(math.cos(roll)) + abs(math.sin(roll))) + _MARGIN_PX * max(step, 1)
    x0, x1 = _span(centre[0], reach, values.shape[1])
    y0, y1 = _span(centre[1], reach, values.shape[0])
    region, zoom_x, zoom_y = _shrunk(values[y0:y1, x0:x1], step)
    cos, sin = step * math.cos(roll), step * math.sin(roll)
    first = (1 - size) / 2  # window pixel 0, counted from the middle of the window
    start_x = centre[0] + first * (cos - sin)
    start_y = centre[1] + first * (sin + cos)
    matrix = np.array(
        [
            [cos * zoom_x, -sin * zoom_x, (start_x - x0 + 0.5) * zoom_x - 0.5],
            [sin * zoom_y, cos * zoom_y, (start_y - y0 + 0.5) * zoom_y - 0.5],
        ]
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    cv2.warpAffine(
        region, matrix, (size, size), dst=out, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def _shrunk(region: AnyArray, step: float) -> tuple[Array, float, float]:
    """Return the region with about one pixel per window pixel, and the zoom that took.

    Averaging whole pixels before interpolating between them is what keeps fine noise out.
    """
    height, width = region.shape
    small: AnyArray = halve_towards(region, step).astype(np.float32, copy=False)
    if step * small.shape[1] / width > _SHRINK_FROM:
        target = max(1, round(width / step)), max(1, round(height / step))
        small = cv2.resize(small, target, interpolation=cv2.INTER_AREA)
    return small, small.shape[1] / width, small.shape[0] / height


def _span(centre: float, reach: float, length: int) -> tuple[int, int]:
    """Return first and last + 1 pixel of centre ± reach inside 0..length; never empty.

    A multiple of _EVEN where there is room, so that the region can be halved.
    """
    first = min(max(math.floor(centre - reach), 0), length - 1)
    last = max(min(math.ceil(centre + reach) + 1, length), first + 1)
    missing = -(last - first) % _EVEN
    right = min(missing, length - last)
    left = min(missing - right, first)
    return first - left, last + right


def _turns(cos: AnyArray, sin: AnyArray) -> AnyArray:
    """Return (F, 2, 2): points (F, N, 2) times them are turned clockwise by angles (F,)."""
    return np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1)


def _windows(rows: list[tuple[float, float, float]], roll: Array) -> Windows:
    """Return windows around hulls, each told by its centre's x and y and its mean side."""
    centre = np.array([(x, y) for x, y, _ in rows], np.float32).reshape(-1, 2)
    half = [max(side * (CROP_SCALE / 2), _MIN_HALF_SIDE_PX) for _, _, side in rows]
    return Windows(centre, np.array(half, np.float32), roll)
