"""Outlines of regions drawn on a picture, with what was measured in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tfan.errors import InputError
from tfan.geometry.coordinates import to_centre_px
from tfan.types import AnyArray
from tfan.viz.palettes import Picture

# Told apart by the commonest colour blindness, too (Okabe and Ito, without black).
_COLOURS = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66),
    (0, 114, 178), (213, 94, 0), (204, 121, 167),
)  # fmt: skip
_DIM = (150, 150, 150)  # regions without a number
_FRACTION_BITS = 4  # OpenCV draws at 1/16 px
_FAR_PX = 100_000.0
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)

Polygons = Sequence[AnyArray]


def draw_outlines(
    picture: Picture,
    outlines: Mapping[str, Polygons],
    *,
    words: Mapping[str, str | None] | None = None,
    zoom: int = 1,
    fill: float = 0.0,
) -> Picture:
    """Return a new RGB picture with named outlines on it.

    Args:
        picture: (H, W, 3) RGB.
        outlines: name -> polygons (C, 2) in image coordinates of the picture, holes included;
            such as `tfan.rois.outlines` returns. Those with a number that is not finite are left
            out.
        words: name -> text in the middle of the outline; None instead of a text draws it in grey.
            By default nothing is written.
        zoom: the picture is enlarged by this whole number.
        fill: 0..1, opacity of the colour inside.
    """
    import cv2

    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        got = f"{picture.dtype} {picture.shape}"
        raise InputError("picture to draw on", expected="uint8 (height, width, 3)", got=got)
    size = (picture.shape[1] * zoom, picture.shape[0] * zoom)
    canvas = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    words = words or {}
    drawn = [
        (name, [_fixed(polygon, zoom) for polygon in polygons], colour)
        for (name, polygons), colour in zip(outlines.items(), _colours(outlines), strict=True)
        if all(np.isfinite(polygon).all() for polygon in polygons)
    ]
    drawn.sort(key=lambda row: -_extent(row[1][0]))  # small ones on top
    if fill > 0:
        inside = canvas.copy()
        for _, polygons, colour in drawn:
            cv2.fillPoly(inside, polygons, colour, cv2.LINE_AA, _FRACTION_BITS)
        canvas = cv2.addWeighted(inside, fill, canvas, 1 - fill, 0).astype(np.uint8)
    for name, polygons, colour in drawn:
        paint = _DIM if words.get(name, "") is None else colour
        for line, width in ((_BLACK, 3), (paint, 1)):
            cv2.polylines(canvas, polygons, True, line, width, cv2.LINE_AA, _FRACTION_BITS)
    for name, polygons, _ in drawn:
        if words.get(name):
            _write(canvas, str(words[name]), polygons[0])
    return canvas


def _colours(names: Iterable[str]) -> list[tuple[int, int, int]]:
    """Return a colour for each name; the right and the left one of a pair have the same."""
    keys = [name.removeprefix("right_").removeprefix("left_") for name in names]
    order = list(dict.fromkeys(keys))
    return [_COLOURS[order.index(key) % len(_COLOURS)] for key in keys]


def _extent(polygon: AnyArray) -> float:
    width, height = np.ptp(polygon, axis=0)
    return float(width) * float(height)


def _fixed(polygon: AnyArray, zoom: int) -> AnyArray:
    at = np.clip(to_centre_px(np.asarray(polygon) * zoom), -_FAR_PX, _FAR_PX)
    fixed: AnyArray = np.rint(at * (1 << _FRACTION_BITS)).astype(np.int32)
    return fixed


def _write(canvas: Picture, text: str, polygon: AnyArray) -> None:
    import cv2

    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.5
    (width, height), _ = cv2.getTextSize(text, font, size, 1)
    middle = (polygon.min(axis=0) + polygon.max(axis=0)) / 2 / (1 << _FRACTION_BITS)
    corner = (round(middle[0] - width / 2), round(middle[1] + height / 2))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):  # thicker letters would be wider ones
        rim = (corner[0] + dx, corner[1] + dy)
        cv2.putText(canvas, text, rim, font, size, _BLACK, 1, cv2.LINE_AA)
    cv2.putText(canvas, text, corner, font, size, _WHITE, 1, cv2.LINE_AA)
