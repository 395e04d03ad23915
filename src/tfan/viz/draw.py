"""Faces drawn on a picture: box, score, points coloured by their confidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tfan.errors import InputError
from tfan.geometry.coordinates import to_centre_px
from tfan.geometry.head_pose import axes_in_image
from tfan.types import AnyArray, Array, Face
from tfan.viz.palettes import Picture, confidence_colours

_LONG_SIDE_PX = 1200  # smaller pictures are enlarged by a whole number until they reach it
_LARGEST_ZOOM = 8
_RADIUS_OF_FACE = 0.009  # of a point, as a share of the face's size
_RADII_PX = (1.2, 4.5)
_RING_BELOW = 0.5  # visibility under which a point is drawn hollow
_DENSE = 100  # from this many points on they get no dark rim: it would cover the face
_FRACTION_BITS = 4  # OpenCV draws at 1/16 px
_FAR_PX = 100_000.0  # points further out cannot be seen; keeps OpenCV's integers whole
_AXIS_OF_FACE = 0.4  # length of a head's axis, as a share of the face's size
_AXIS_COLOURS = ((230, 70, 60), (60, 190, 80), (70, 120, 255))
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def draw_faces(
    picture: Picture,
    faces: Sequence[Face],
    *,
    long_side_px: int = _LONG_SIDE_PX,
    axes: bool = False,
) -> Picture:
    """Return a new RGB picture with the faces on it; small pictures come back enlarged.

    Points run from red (confidence 0) over yellow to light blue (1); a hollow ring is a point
    that something hides. The number on the box is the face's score.

    Args:
        picture: (H, W, 3) RGB, such as tfan.viz.colourise returns.
        faces: faces in pixels of the picture.
        long_side_px: pictures whose long side is shorter are enlarged by a whole number.
        axes: draw how the head is turned: its left red, up green, out of the face blue.
    """
    import cv2

    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        got = f"{picture.dtype} {picture.shape}"
        raise InputError("picture to draw on", expected="uint8 (height, width, 3)", got=got)
    zoom = int(np.clip(-(-long_side_px // max(picture.shape[:2])), 1, _LARGEST_ZOOM))
    size = (picture.shape[1] * zoom, picture.shape[0] * zoom)
    canvas = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    for face in reversed(faces):  # the best one is drawn last, on top
        _draw_points(canvas, face, zoom)
        _draw_box(canvas, face, zoom)
        if axes:
            _draw_axes(canvas, face, zoom)
    return canvas


def _zoomed(points_px: AnyArray, zoom: int) -> Array:
    """Map (..., 2) or (4,) image coordinates to where OpenCV draws in the enlarged picture."""
    return np.clip(to_centre_px(points_px * zoom), -_FAR_PX, _FAR_PX).astype(np.float32)


def _fixed(values: AnyArray) -> list[int]:
    return [_fine(float(value)) for value in values]


def _fine(value: float) -> int:
    return round(value * (1 << _FRACTION_BITS))


def _draw_points(canvas: Picture, face: Face, zoom: int) -> None:
    import cv2

    width, height = np.nan_to_num(np.ptp(face.box_px.reshape(2, 2), axis=0)) * zoom
    radius = float(np.clip(_RADIUS_OF_FACE * np.sqrt(width * height), *_RADII_PX))
    paint = confidence_colours(face.confidence)
    rims = len(face.points_px) < _DENSE
    order = np.argsort(face.confidence, kind="stable")  # sure points on top of unsure ones
    for i in order[np.isfinite(face.points_px[order]).all(axis=1)]:
        centre = _fixed(_zoomed(face.points_px[i], zoom))
        filled = cv2.FILLED if face.visibility[i] >= _RING_BELOW else 1
        if rims and filled == cv2.FILLED:
            rim = _fine(radius + 1)
            cv2.circle(canvas, centre, rim, _BLACK, cv2.FILLED, cv2.LINE_AA, _FRACTION_BITS)
        colour = [int(c) for c in paint[i]]
        cv2.circle(canvas, centre, _fine(radius), colour, filled, cv2.LINE_AA, _FRACTION_BITS)


def _draw_box(canvas: Picture, face: Face, zoom: int) -> None:
    import cv2

    if not np.isfinite(face.box_px).all():
        return
    corners = _fixed(_zoomed(face.box_px, zoom))
    for colour, width in ((_BLACK, 3), (_WHITE, 1)):
        cv2.rectangle(canvas, corners[:2], corners[2:], colour, width, cv2.LINE_AA, _FRACTION_BITS)
    _draw_label(canvas, f"{face.score:.2f}", _zoomed(face.box_px[:2], zoom))


def _draw_axes(canvas: Picture, face: Face, zoom: int) -> None:
    import cv2

    nose = face.five_px[2]
    width, height = np.ptp(face.box_px.reshape(2, 2), axis=0)
    ends = nose + _AXIS_OF_FACE * np.sqrt(width * height) * axes_in_image(face.pose_deg)
    if not np.isfinite(ends).all():
        return
    start = _fixed(_zoomed(nose, zoom))
    for end, colour in zip(_zoomed(ends, zoom), _AXIS_COLOURS, strict=True):
        cv2.line(canvas, start, _fixed(end), _BLACK, 4, cv2.LINE_AA, _FRACTION_BITS)
        cv2.line(canvas, start, _fixed(end), colour, 2, cv2.LINE_AA, _FRACTION_BITS)


def _draw_label(canvas: Picture, text: str, corner: Array) -> None:
    """Write above the box's corner, or inside the picture where there is no room."""
    import cv2

    font, size, gap = cv2.FONT_HERSHEY_SIMPLEX, 0.55, 4
    (width, height), below = cv2.getTextSize(text, font, size, 1)
    x = int(np.clip(corner[0], 0, max(0, canvas.shape[1] - width - 2 * gap)))
    y = int(np.clip(corner[1] - gap - below, height + gap, max(height + gap, canvas.shape[0])))
    top_left = (x, y - height - gap)
    cv2.rectangle(canvas, top_left, (x + width + 2 * gap, y + below), _BLACK, cv2.FILLED)
    cv2.putText(canvas, text, (x + gap, y), font, size, _WHITE, 1, cv2.LINE_AA)
