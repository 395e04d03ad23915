"""Samples of a data set on one picture: the face with its box, points and lines."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from tfan.errors import InputError
from tfan.evaluate.charts import Picture, Rgb
from tfan.evaluate.sample import NAMED, Floats, Sample, TrueFace
from tfan.geometry.coordinates import to_centre_px
from tfan.landmarks import load_scheme
from tfan.thermal.plane import prepare
from tfan.types import AnyArray
from tfan.viz import colourise

_TILE_PX = 360
_CAPTION_PX = 46
_GAP_PX = 8
_COLUMNS = 5
_ROOM = 1.6  # side of a tile's window over the face's longer side
_GROUND = 24
_INK: Rgb = (235, 235, 235)
_BOX_RGB: Rgb = (255, 200, 60)
_HULL_RGB: Rgb = (150, 150, 150)
_LINE_RGB: Rgb = (90, 255, 120)
_RIGHT_RGB: Rgb = (255, 120, 60)  # the subject's right, where the scheme tells sides apart
_LEFT_RGB: Rgb = (90, 190, 255)
_RIM_RGB: Rgb = (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DENSE = 100


def sample_sheet(samples: Sequence[Sample]) -> Picture:
    """Return the picture of samples, a tile each, around all of a sample's faces.

    The subject's right is orange, the left blue, lines green; a grey box is only the hull of the
    points. The tile of an image that cannot be read is empty.
    """
    tiles = [_tile(sample) for sample in samples]
    columns = min(_COLUMNS, max(1, len(tiles)))
    height, width = _TILE_PX + _CAPTION_PX + _GAP_PX, _TILE_PX + _GAP_PX
    rows = max(1, -(-len(tiles) // columns))
    sheet = np.full((rows * height, columns * width, 3), _GROUND, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = k // columns * height, k % columns * width
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def _tile(sample: Sample) -> Picture:
    try:
        values = sample.read()
        shown = _picture(values, sample.meaning)
    except InputError:
        return np.vstack([_caption(sample), np.full((_TILE_PX, _TILE_PX, 3), _GROUND, np.uint8)])
    corner, zoom = _window(sample, (values.shape[1], values.shape[0]))
    # OpenCV counts from pixel centres, in the image and in the tile
    shift = to_centre_px((np.full(2, 0.5) - corner) * zoom)
    to_tile = np.hstack([np.diag([zoom, zoom]), np.asarray(shift)[:, None]])
    tile = cv2.warpAffine(
        shown, to_tile, (_TILE_PX, _TILE_PX), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(_GROUND,) * 3,
    )  # fmt: skip
    picture = np.asarray(tile, np.uint8)
    for face in sample.faces:
        _draw(picture, face, corner, zoom)
    return np.vstack([_caption(sample), picture])


def _picture(values: AnyArray, meaning: str) -> Picture:
    if values.ndim == 3 and values.dtype == np.uint8:
        return np.ascontiguousarray(values[..., 2::-1])  # colours as a person sees them
    return colourise(prepare(values, meaning).values)


def _window(sample: Sample, size: tuple[int, int]) -> tuple[Floats, float]:
    """Return the left top corner (2,) of a tile's window in the image, and its zoom."""
    if not sample.faces:
        side = float(max(size))
        return (np.array(size) - side) / 2, _TILE_PX / side
    boxes = np.array([face.box_px for face in sample.faces])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    side = float((high - low).max()) * _ROOM
    return (low + high) / 2 - side / 2, _TILE_PX / side


def _draw(tile: Picture, face: TrueFace, corner: Floats, zoom: float) -> None:
    first, last = _pixels((face.box_px.reshape(2, 2) - corner) * zoom)
    cv2.rectangle(tile, first, last, _BOX_RGB if face.box_given else _HULL_RGB, 1, cv2.LINE_AA)
    known = np.asarray(np.isfinite(face.points_px).all(axis=1))
    places = _pixels((np.nan_to_num(face.points_px) - corner) * zoom)
    scheme = None if face.scheme == NAMED else load_scheme(face.scheme)
    for a, b in scheme.edges.tolist() if scheme is not None else ():
        if known[a] and known[b]:
            cv2.line(tile, places[a], places[b], _LINE_RGB, 1, cv2.LINE_AA)
    radius = 1 if len(places) > _DENSE else 3
    for index in np.flatnonzero(known):
        hidden = face.visible is not None and face.visible[index] == 0
        paint = _paint(face.names[index])
        if radius > 1:
            cv2.circle(tile, places[index], radius + 1, _RIM_RGB, 2, cv2.LINE_AA)
        cv2.circle(tile, places[index], radius, paint, 1 if hidden else cv2.FILLED, cv2.LINE_AA)


def _paint(name: str) -> Rgb:
    if name.startswith("right"):
        return _RIGHT_RGB
    return _LEFT_RGB if name.startswith("left") else _INK


def _pixels(points: Floats) -> list[tuple[int, int]]:
    limited = np.rint(np.clip(np.asarray(to_centre_px(points)), -1e4, 1e4)).astype(int)
    return [(int(x), int(y)) for x, y in limited]


def _caption(sample: Sample) -> Picture:
    strip = np.full((_CAPTION_PX, _TILE_PX, 3), _GROUND, np.uint8)
    schemes = ", ".join(sorted({face.scheme for face in sample.faces})) or "no face"
    person = f"subject {sample.subject}" if sample.subject else ""
    words = [schemes, sample.split, sample.condition, person]
    for row, text in ((18, sample.name[-46:]), (38, " · ".join(filter(None, words)))):
        plain = text.replace("·", "|").encode("ascii", "replace").decode()
        cv2.putText(strip, plain, (4, row), _FONT, 0.42, _INK, 1, cv2.LINE_AA)
    return strip
