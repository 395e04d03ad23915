"""One scene rendered: the record in, picture and labels out. No chance in here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.backdrop import paint_backdrop
from tfan.synth.bank import HEAD_PX, HeadBank
from tfan.synth.bodies import OWNED, paint_body
from tfan.synth.distractors import paint_items
from tfan.synth.items import Floats, Mask
from tfan.synth.scene_params import CANVAS_PX, MOST_PEOPLE, Person, SceneParams
from tfan.synth.sensor import apply_sensor

FACE, IGNORE, NO_ENTRY = 1, 0, -1
LEAST_FACE_PX = 8.0
LEAST_SAMPLED_PX = 5.0  # detector pixels across a face
LEAST_VISIBLE = 0.5
LEAST_ENTRY = 0.05  # less of a face than this is not even an entry
LEAST_CONTRAST = 10.0  # grey levels between the 5th and 95th percentile
WARM_PERCENT = 95
BEFORE_ALL = 255
SHARPEN_FROM, SHARPEN_TO = 1.3, 2.5
CUBIC_FROM = 1.8
HALVED_BELOW = 0.3
CONTRAST_PX = 24  # a face is looked at in about so many rows and columns
MIRRORED_FIVE = (1, 0, 2, 4, 3)


@dataclass(frozen=True, slots=True, eq=False)
class SceneRender:
    """A finished scene.

    Attributes:
        image: (288, 288) uint8, content top left, rest 0.
        celsius: (H, W) degrees before the sensor.
        size_hw: of the content.
        boxes_px: (12, 4) hairline boxes, clipped to the content.
        five_px: (12, 5, 2) points.
        kind: (12,) 1 face, 0 to ignore, -1 no entry.
    """

    image: npt.NDArray[np.uint8]
    celsius: Floats
    size_hw: tuple[int, int]
    boxes_px: Floats
    five_px: Floats
    kind: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class _Put:
    """Where a person of the bank ends up: (2, 3) map, box, points."""

    to_scene: npt.NDArray[np.float64]
    scale: float
    box_px: Floats
    five_px: Floats


def render_scene(bank: HeadBank, params: SceneParams) -> SceneRender:
    """Render a record; the same record and bank give the same picture."""
    celsius = paint_backdrop(params.backdrop)
    owner = np.zeros(celsius.shape, np.uint8)
    puts = []
    for number, person in enumerate(params.people, start=1):
        put = _put(bank, person)
        puts.append(put)
        _paint_person(celsius, owner, bank, person, put, number=number)
    if params.before:
        touched = np.zeros(celsius.shape, np.uint8)
        paint_items(celsius, params.before, touched=touched)
        owner[touched > 0] = BEFORE_ALL
    # a camera without a person before it centres its span on the warm things there are
    warm = params.skin_celsius if puts else float(np.percentile(celsius[::4, ::4], WARM_PERCENT))
    image = apply_sensor(celsius, params.sensor, skin_celsius=warm)
    if params.cut_out and puts:
        bottom = puts[0].box_px[3] + params.cut_out.neck * np.ptp(puts[0].box_px[1::2])
        keep = (owner > 0) & (np.arange(len(owner))[:, None] < bottom)
        image = np.where(keep, image, np.uint8(params.cut_out.level))
    return _labelled(bank, params, image, celsius, owner, puts)


def _put(bank: HeadBank, person: Person) -> _Put:
    left, top, right, bottom = (float(v) for v in bank.box_px[person.head])
    width, height = right - left, bottom - top
    scale = person.height_px / height
    turn = math.radians(person.roll_deg)
    flip = -1.0 if person.mirrored else 1.0
    matrix = scale * np.array(
        [[math.cos(turn) * flip, -math.sin(turn)], [math.sin(turn) * flip, math.cos(turn)]]
    )
    middle = np.array([person.x_px, person.y_px])
    shift = middle - matrix @ np.array([(left + right) / 2, (top + bottom) / 2])
    # a turned face fills about the ellipse in its box: take that ellipse's extent
    reach = np.sqrt(((matrix * np.array([width / 2, height / 2])) ** 2).sum(axis=1))
    five = bank.five_px[person.head] @ matrix.T + shift
    return _Put(
        np.concatenate([matrix, shift[:, None]], axis=1),
        scale,
        np.concatenate([middle - reach, middle + reach]).astype(np.float32),
        (five[list(MIRRORED_FIVE)] if person.mirrored else five).astype(np.float32),
    )


def _paint_person(
    celsius: Floats, owner: Mask, bank: HeadBank, person: Person, put: _Put, *, number: int
) -> None:
    left, right = (float(v) for v in bank.shoulder_px[person.head])
    skin = float(bank.skin_celsius[person.head]) + person.shift_celsius
    if person.body is not None and right > left:
        foot = put.to_scene @ np.array([(left + right) / 2, HEAD_PX - 2.0, 1.0])
        paint_body(
            celsius,
            owner,
            person.body,
            number=number,
            shoulder_px=(float(foot[0]), float(foot[1]), (right - left) / 2 * put.scale),
            face_px=person.height_px * 0.9,
            cloth_celsius=float(bank.cloth_celsius[person.head]) + person.shift_celsius,
            skin_celsius=skin,
        )
    _paint_head(celsius, owner, bank, person, put, number=number)


def _paint_head(
    celsius: Floats, owner: Mask, bank: HeadBank, person: Person, put: _Put, *, number: int
) -> None:
    """Blend the head in, within the part of the scene that it can reach."""
    corners = np.array([[0, 0, HEAD_PX, HEAD_PX], [0, HEAD_PX, 0, HEAD_PX], [1, 1, 1, 1]])
    reached = put.to_scene @ corners
    height, width = celsius.shape
    x0, y0 = np.floor(reached.min(axis=1)).astype(int).clip(0).tolist()
    x1, y1 = np.ceil(reached.max(axis=1)).astype(int).clip(None, (width, height)).tolist()
    if x1 <= x0 or y1 <= y0:
        return
    picture, coverage = bank.picture(person.head)
    step = 2 if put.scale < HALVED_BELOW else 1
    picture, coverage = picture[::step, ::step], coverage[::step, ::step]
    share = coverage.astype(np.float32) * np.float32(1 / 255)
    layers = np.stack([(picture.astype(np.float32) + person.shift_celsius) * share, share], axis=2)
    to_roi = put.to_scene - np.array([[0, 0, x0], [0, 0, y0]])
    to_roi[:, :2] *= step
    layers, to_roi = _reduced(layers, to_roi, put.scale * step)
    way = cv2.INTER_CUBIC if put.scale > CUBIC_FROM else cv2.INTER_LINEAR
    warped = np.asarray(cv2.warpAffine(layers, to_roi, (x1 - x0, y1 - y0), flags=way), np.float32)
    degrees, share = warped[..., 0], warped[..., 1]
    if put.scale > SHARPEN_FROM:
        steep = min(put.scale, SHARPEN_TO)
        sharp = np.clip((share - 0.5) * steep + 0.5, 0, 1)
        degrees = degrees * (sharp / np.maximum(share, 0.05))
        share = sharp
    area = celsius[y0:y1, x0:x1]
    area += degrees - share * area
    owner[y0:y1, x0:x1][share > OWNED / 255] = number


def _reduced(
    layers: Floats, to_roi: npt.NDArray[np.float64], scale: float
) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return the head shrunk by area where it will be small, and its map to the region."""
    if scale >= 0.67:
        return np.asarray(cv2.GaussianBlur(layers, (0, 0), 0.6), np.float32), to_roi
    side = max(8, round(len(layers) * scale * 1.5))
    small = cv2.resize(layers, (side, side), interpolation=cv2.INTER_AREA)
    grow = len(layers) / side
    matrix = to_roi[:, :2] * grow
    shift = to_roi[:, 2] + to_roi[:, :2] @ np.full(2, 0.5 * grow - 0.5)
    return np.asarray(small, np.float32), np.concatenate([matrix, shift[:, None]], axis=1)


def _labelled(
    bank: HeadBank,
    params: SceneParams,
    image: npt.NDArray[np.uint8],
    celsius: Floats,
    owner: Mask,
    puts: list[_Put],
) -> SceneRender:
    height, width = celsius.shape
    canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    canvas[:height, :width] = image
    boxes = np.zeros((MOST_PEOPLE, 4), np.float32)
    five = np.zeros((MOST_PEOPLE, 5, 2), np.float32)
    kind = np.full(MOST_PEOPLE, NO_ENTRY, np.int8)
    row = 0
    sampled = min(1.0, params.sensor.samples_px / max(height, width))
    for number, (person, put) in enumerate(zip(params.people, puts, strict=True), start=1):
        if bank.is_faceless(person.head) or row == MOST_PEOPLE:
            continue
        edge = np.array([width - 1, height - 1, width - 1, height - 1], np.float32)
        box = np.clip(put.box_px, 0, edge)
        visible = _visible(put.box_px, box, owner, number)
        if visible < LEAST_ENTRY:
            continue
        size = math.sqrt(float(np.prod(put.box_px[2:] - put.box_px[:2])))
        seen = visible > LEAST_VISIBLE and size >= LEAST_FACE_PX and not bank.back[person.head]
        seen = seen and size * sampled >= LEAST_SAMPLED_PX and _has_contrast(image, box)
        boxes[row], five[row], kind[row] = box, put.five_px, FACE if seen else IGNORE
        row += 1
    return SceneRender(canvas, celsius, (height, width), boxes, five, kind)


def _pixels(image: Mask, box_px: Floats) -> Mask:
    left, top, right, bottom = (float(v) for v in box_px)
    return image[int(top) : math.ceil(bottom) + 1, int(left) : math.ceil(right) + 1]


def _visible(whole_px: Floats, clipped_px: Floats, owner: Mask, number: int) -> float:
    """Return the share of a face's box that is inside the picture and not behind others."""
    inside = np.prod(np.maximum(clipped_px[2:] - clipped_px[:2], 0))
    if inside <= 0:
        return 0.0
    hidden = float(np.mean(_pixels(owner, clipped_px) > number))
    return float(inside / np.prod(whole_px[2:] - whole_px[:2])) * (1 - hidden)


def _has_contrast(image: npt.NDArray[np.uint8], box_px: Floats) -> bool:
    pixels = _pixels(image, box_px)
    step = max(1, min(pixels.shape) // CONTRAST_PX)
    low, high = np.percentile(pixels[::step, ::step], (5, 95))
    return bool(high - low >= LEAST_CONTRAST)
