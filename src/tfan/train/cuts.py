"""One annotated image -> what the shards of training hold: 8-bit pictures and labels in them.

Pictures of faces are cut as the generator makes its own (`synth.face_sample`): upright squares of
176 pixels, the face about 84 of them. Whole scenes become canvases of 288 pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.evaluate.named_points import FIVE, NAMES
from tfan.evaluate.sample import NAMED, Floats, Sample, TrueFace
from tfan.geometry.boxes import box_for_points
from tfan.geometry.coordinates import to_centre_px
from tfan.geometry.crop import Windows, sample_windows
from tfan.landmarks.convert import correspondence, weighed
from tfan.thermal.palettes import eight_bit_colours
from tfan.thermal.plane import prepare
from tfan.train.cells import EMPTY, FACE, IGNORED
from tfan.train.partial import N_GUESSED, guess_478, targets_of
from tfan.types import AnyArray

Columns = Mapping[str, npt.NDArray[Any]]

FACE_PX, CROP_SIDE_PX = 84.0, 176
SCENE_PX, MOST_FACES = 288, 12
LEAST_FACE_PX = 12.0
"""Faces with fewer pixels across show nothing to learn from; in scenes they are looked over."""
_RANKS = (0.2, 99.8)  # per cent of a picture's values that its 8 bits hold
_LEAST_RANGE = 0.1  # of all its values, that they hold at least


def grey(sample: Sample, *, tone: str) -> AnyArray:
    """Return the image (H, W) in its own unit, or the luminance of a colour camera's.

    Raises:
        InputError: the image cannot be read.
    """
    image = sample.read()
    if tone == "thermal":
        return prepare(image, sample.meaning).values
    if image.ndim == 2:
        return image
    return cv2.cvtColor(np.ascontiguousarray(eight_bit_colours(image)), cv2.COLOR_BGR2GRAY)


def label_of(face: TrueFace) -> Floats:
    """Return (K, 2) the points in the order of the face's scheme, counted from pixel centres."""
    points = face.points(NAMES) if face.scheme == NAMED else face.points_px
    return to_centre_px(points).astype(np.float64)


def face_cuts(sample: Sample, *, scheme: str, tone: str) -> Iterator[Columns]:
    """Yield the columns of one shard's row for each face of a sample that has points.

    Columns: images (176, 176) uint8; points_px (478 + T, 2) the guessed landmarks and the T
    targets of the scheme; known (T,) uint8; visible (T,) int8, -1 where the set does not say;
    box_px (4,).

    Raises:
        InputError: the image cannot be read.
    """
    faces = [face for face in sample.faces if face.scheme == scheme and has_points(face)]
    if not faces:
        return
    values = grey(sample, tone=tone)
    for face in faces:
        try:
            guess = guess_478(scheme, label_of(face))
        except InputError:
            continue  # fewer than three points: nothing says where the face lies
        cut = _face_cut(values, face, guess)
        if cut is not None:
            yield cut


def has_points(face: TrueFace) -> bool:
    """Say whether any point of a face is annotated."""
    return bool(np.isfinite(label_of(face)).all(1).any())


def _face_cut(values: AnyArray, face: TrueFace, guess: Floats) -> Columns | None:
    targets = targets_of(face.scheme)
    wanted = label_of(face)[targets.points]
    known = np.isfinite(wanted).all(1)
    if not known.any():
        return None
    around = np.concatenate([guess, wanted[known]])
    low, high = around.min(0), around.max(0)
    size = float(np.sqrt((high - low).prod()))
    if size < LEAST_FACE_PX:
        return None
    half = size * CROP_SIDE_PX / FACE_PX / 2
    centre = (low + high) / 2
    window = Windows(*(np.array([v], np.float32) for v in (centre, half, 0.0)))
    filled = np.where(np.isfinite(wanted), wanted, targets.matrix[:, :N_GUESSED] @ guess)
    points = np.concatenate([guess, filled])
    box = to_centre_px(face.box_px).reshape(2, 2)
    zoom = CROP_SIDE_PX / (2 * half)
    place = (np.concatenate([points, box]) - centre) * zoom + CROP_SIDE_PX / 2 - 0.5
    return {
        "images": eight_bits(sample_windows(values, window, size=CROP_SIDE_PX)[0]),
        "points_px": place[:-2].astype(np.float32),
        "known": known.astype(np.uint8),
        "visible": _visible(face)[targets.points],
        "box_px": place[-2:].reshape(4).astype(np.float32),
    }


def _visible(face: TrueFace) -> npt.NDArray[np.int8]:
    """Return (K,) 1 seen, 0 hidden, -1 unknown, in the order of the scheme."""
    if face.visible is None:
        return np.full(len(label_of(face)), -1, np.int8)
    said = dict(zip(face.names, face.visible, strict=True))
    names = NAMES if face.scheme == NAMED else face.names
    values = np.array([said.get(name, np.nan) for name in names], np.float64)
    return np.where(np.isfinite(values), values, -1).astype(np.int8)


def eight_bits(values: AnyArray) -> npt.NDArray[np.uint8]:
    """Return values between their 0.2th and 99.8th percentile as 0..255."""
    low, high = np.percentile(values, _RANKS)
    least = _LEAST_RANGE * float(np.ptp(values))  # a small hot thing on nothing stays small
    share = (np.asarray(values, np.float32) - low) / max(float(high - low), least, 1e-6)
    return np.asarray((share.clip(0, 1) * 255).round(), np.uint8)


def scene_cut(sample: Sample, *, tone: str) -> Columns:
    """Return the columns of one shard's row for a whole image.

    Columns: images (288, 288) uint8, the content at the top left; size_hw (2,); boxes_px (12, 4),
    five_px (12, 5, 2) with NaN for points that are not annotated, kind (12,), boxed (12,) whether
    the set gave the box, complete () whether every face is annotated.

    Raises:
        InputError: the image cannot be read.
    """
    values = grey(sample, tone=tone)
    height, width = values.shape
    zoom = SCENE_PX / max(height, width)
    size_wh = max(1, round(width * zoom)), max(1, round(height * zoom))
    method = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    shown = cv2.resize(values.astype(np.float32), size_wh, interpolation=method)
    image = np.zeros((SCENE_PX, SCENE_PX), np.uint8)
    image[: size_wh[1], : size_wh[0]] = eight_bits(shown)
    scale = np.array(size_wh) / (width, height)
    boxes = np.zeros((MOST_FACES, 2, 2))
    five = np.full((MOST_FACES, 5, 2), np.nan)
    kind = np.full(MOST_FACES, EMPTY, np.int8)
    boxed = np.zeros(MOST_FACES, np.uint8)
    nearest = sorted(sample.faces, key=lambda face: -face.size_px)
    for row, face in enumerate(nearest[:MOST_FACES]):
        boxes[row] = _box_of(face).reshape(2, 2) * scale - 0.5
        five[row] = five_of(face) * scale - 0.5
        kind[row] = FACE if face.size_px * zoom >= LEAST_FACE_PX else IGNORED
        boxed[row] = face.box_given
    return {
        "images": image,
        "size_hw": np.array(size_wh[::-1], np.int16),
        "boxes_px": boxes.reshape(MOST_FACES, 4).astype(np.float32),
        "five_px": five.astype(np.float32),
        "kind": kind,
        "boxed": boxed,
        "complete": np.array(not sample.partial and len(sample.faces) <= MOST_FACES, np.uint8),
    }


def _box_of(face: TrueFace) -> Floats:
    """Return the set's box, or else one as tfan draws it: guessed landmarks and some forehead."""
    if face.box_given:
        return face.box_px
    try:
        guess = guess_478(face.scheme, label_of(face)) + 0.5
    except InputError:
        return face.box_px
    box: Floats = box_for_points(guess)
    return box


def five_of(face: TrueFace) -> Floats:
    """Return (5, 2) eyes, nose tip and mouth corners in image coordinates, NaN where unknown."""
    if face.scheme == NAMED:
        return face.points(FIVE)
    return weighed(face.points_px, correspondence(face.scheme, "tfw5").matrix)
