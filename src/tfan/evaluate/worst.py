"""The worst faces on one picture: truth and answer on each, with the error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from tfan.evaluate.charts import Picture, Rgb
from tfan.evaluate.judge import Evaluation, JudgedFace, JudgedImage
from tfan.evaluate.named_points import NAMES, named_points
from tfan.evaluate.sample import Floats
from tfan.geometry.coordinates import to_centre_px
from tfan.thermal.plane import prepare
from tfan.types import Face
from tfan.viz import colourise

TRUTH_RGB: Rgb = (90, 255, 120)
ANSWER_RGB: Rgb = (255, 120, 40)
_DOT_RGB: Rgb = (90, 190, 255)
_INK: Rgb = (235, 235, 235)
_GROUND = 24
_TILE_PX = 300
_CAPTION_PX = 44
_GAP_PX = 8
_COLUMNS = 5
_MOST = 20
_ROOM = 1.5  # side of a tile's window over the face's longer side
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LEGEND = (
    (TRUTH_RGB, "annotated: box, points as crosses"),
    (ANSWER_RGB, "found: box, the same points as discs, a line to the annotated one"),
    (_DOT_RGB, "all found landmarks"),
)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A square window of an image, enlarged to a tile.

    Attributes:
        corner_px: (2,) left, top of the window in image coordinates.
        zoom: pixels of the tile for one of the image.
    """

    corner_px: Floats
    zoom: float

    def place(self, points_px: Floats) -> Floats:
        """Return (..., 2) image coordinates as pixels of the tile."""
        placed: Floats = (np.asarray(points_px, np.float64) - self.corner_px) * self.zoom
        return placed


def view_of(box_px: Floats) -> View:
    """Return the window around a box (4,)."""
    middle = (box_px[:2] + box_px[2:]) / 2
    side = float(max(box_px[2:] - box_px[:2])) * _ROOM
    return View(middle - side / 2, _TILE_PX / side)


def worst_sheet(evaluation: Evaluation, *, most: int = _MOST) -> Picture:
    """Return a contact sheet: faces not found, boxes without a face, then the greatest errors.

    Args:
        evaluation: what was judged; the images of the tiles are read again.
        most: number of tiles.
    """
    missed = [(image, f) for image in evaluation.images for f in image.faces if not f.found]
    false = [(image, f) for image in evaluation.images for f in image.false]
    found = [
        (image, f) for image in evaluation.images for f in image.faces if math.isfinite(f.error)
    ]
    found.sort(key=lambda pair: -pair[1].error)
    tiles = [_false_tile(image, face) for image, face in false[: most // 4]]
    tiles = [_face_tile(image, face) for image, face in missed[: most // 2]] + tiles
    tiles += [_face_tile(image, face) for image, face in found[: most - len(tiles)]]
    return _sheet(tiles)


def _face_tile(image: JudgedImage, face: JudgedFace) -> Picture:
    view = view_of(face.truth.box_px)
    tile = _cut(image, view)
    answers = [face.answer] if face.answer is not None else image.answers
    for answer in answers:
        _draw_answer(tile, answer, view)
    _box(tile, face.truth.box_px, view, TRUTH_RGB)
    true = face.truth.points(NAMES)
    if face.answer is not None:
        _draw_pairs(tile, view.place(true), view.place(named_points(face.answer)))
    _draw_crosses(tile, view.place(true))
    error = f"nme5 {face.error:.3f}" if face.found else "NOT FOUND"
    certain = "" if face.answer is None else f", certainty {face.certainty:.2f}"
    sure = "" if face.truth.sure else ", approximate"
    words = f"{error}{certain}, {face.truth.size_px:.0f} px{sure}"
    return _captioned(tile, words, f"{face.image} #{face.number}")


def _false_tile(image: JudgedImage, face: Face) -> Picture:
    view = view_of(np.asarray(face.box_px, np.float64))
    tile = _cut(image, view)
    _draw_answer(tile, face, view)
    return _captioned(tile, f"NO FACE, score {face.score:.2f}", image.sample.name)


def _cut(image: JudgedImage, view: View) -> Picture:
    """Return the tile of a window; what lies outside the image is dark."""
    picture = colourise(prepare(image.sample.read()).values)
    scale = np.diag([view.zoom, view.zoom])
    # OpenCV counts from pixel centres, in the image and in the tile
    shift = to_centre_px(view.place(np.full(2, 0.5)))
    to_tile = np.hstack([scale, shift[:, None]])
    tile = cv2.warpAffine(
        picture, to_tile, (_TILE_PX, _TILE_PX), flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(_GROUND,) * 3,
    )  # fmt: skip
    return np.asarray(tile, np.uint8)


def _draw_answer(tile: Picture, answer: Face, view: View) -> None:
    for x, y in _pixels(view.place(np.asarray(answer.points_px, np.float64))):
        cv2.circle(tile, (x, y), 1, _DOT_RGB, cv2.FILLED)
    _box(tile, np.asarray(answer.box_px, np.float64), view, ANSWER_RGB)


def _draw_pairs(tile: Picture, true: Floats, found: Floats) -> None:
    for start, end in zip(true, found, strict=True):
        if np.isfinite(start).all() and np.isfinite(end).all():
            (x0, y0), (x1, y1) = _pixels(np.stack([start, end]))
            cv2.line(tile, (x0, y0), (x1, y1), ANSWER_RGB, 1, cv2.LINE_AA)
            cv2.circle(tile, (x1, y1), 5, (0, 0, 0), cv2.FILLED, cv2.LINE_AA)
            cv2.circle(tile, (x1, y1), 4, ANSWER_RGB, cv2.FILLED, cv2.LINE_AA)


def _draw_crosses(tile: Picture, true: Floats) -> None:
    for x, y in _pixels(true[np.isfinite(true).all(axis=1)]):
        for colour, width in (((0, 0, 0), 4), (TRUTH_RGB, 2)):
            cv2.drawMarker(tile, (x, y), colour, cv2.MARKER_CROSS, 13, width)


def _box(tile: Picture, box_px: Floats, view: View, colour: Rgb) -> None:
    (x0, y0), (x1, y1) = _pixels(view.place(box_px.reshape(2, 2)))
    cv2.rectangle(tile, (x0, y0), (x1, y1), colour, 1, cv2.LINE_AA)


def _pixels(points: Floats) -> list[list[int]]:
    rounded: list[list[int]] = np.rint(np.clip(points, -1e4, 1e4)).astype(int).tolist()
    return rounded


def _captioned(tile: Picture, words: str, name: str) -> Picture:
    strip = np.full((_CAPTION_PX, tile.shape[1], 3), _GROUND, np.uint8)
    for row, text, size in ((17, words, 0.44), (36, _shortened(name), 0.36)):
        cv2.putText(strip, text, (4, row), _FONT, size, _INK, 1, cv2.LINE_AA)
    return np.vstack([strip, tile])


def _shortened(name: str, *, most: int = 46) -> str:
    """Return a name whose end, which tells files apart, is kept."""
    return name if len(name) <= most else "..." + name[3 - most :]


def _sheet(tiles: list[Picture]) -> Picture:
    columns = min(_COLUMNS, max(1, len(tiles)))
    height, width = _TILE_PX + _CAPTION_PX + _GAP_PX, _TILE_PX + _GAP_PX
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * height, columns * width, 3), _GROUND, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = k // columns * height, k % columns * width
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return np.vstack([_legend(sheet.shape[1]), sheet])


def _legend(width: int) -> Picture:
    """Return the lines that say what the colours mean."""
    strip = np.full((22 * len(_LEGEND) + 10, width, 3), _GROUND, np.uint8)
    for i, (colour, words) in enumerate(_LEGEND):
        row = 22 * i + 20
        cv2.rectangle(strip, (6, row - 11), (20, row + 2), colour, cv2.FILLED)
        cv2.putText(strip, words, (28, row), _FONT, 0.46, _INK, 1, cv2.LINE_AA)
    return strip
