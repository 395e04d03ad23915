"""The published way from an image to face boxes: bone colours, letterbox, rows, suppression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.geometry.boxes import clip_boxes
from tfan.geometry.coordinates import to_centre_px
from tfan.models.detector import Detections, Doubles
from tfan.models.runtime import Contract, Runtime
from tfan.thermal.plane import Plane
from tfan.types import AnyArray, Array

PUBLISHED_DETECTOR_CONTRACT = Contract("published detector", "image", ("rows",))
PUBLISHED_THRESHOLD = 0.6
_DOUBLES = Doubles(max_iou=0.5, max_contained=np.inf)  # a face in a face stays
_SIDE_STEP_PX = 32  # the longer side of what the network sees is a multiple of it
_PADDING_STEP_PX = 64  # the shorter side lacks a multiple of that
_PADDING_LEVEL = 114
_TOP_LEVEL = 255.0
_MIN_SIDE_PX = 1.0  # boxes that rounding leaves nothing of
_MAX_CANDIDATES = 1000
_OBJECTNESS, _FIVE, _FACE = 4, slice(5, 15), 15  # columns of a row

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where an image lies in what the network sees.

    Attributes:
        input_hw: height and width that the network sees.
        inner_hw: height and width of the image there.
        corner_xy: where its top left corner is.
    """

    input_hw: tuple[int, int]
    inner_hw: tuple[int, int]
    corner_xy: tuple[int, int]

    def to_image(self, positions: AnyArray, hw: tuple[int, int]) -> AnyArray:
        """Return positions (..., 2) in an image of hw, given such in the network's input."""
        zoom = np.array([self.inner_hw[1] / hw[1], self.inner_hw[0] / hw[0]], np.float32)
        back: AnyArray = (positions - np.array(self.corner_xy, np.float32)) / zoom
        return back


@dataclass(frozen=True, slots=True)
class PublishedDetector:
    """YOLOv5n-Face with what the published package does before and after it.

    Attributes:
        runtime: see `PUBLISHED_DETECTOR_CONTRACT`.
        threshold: least score of a face.
        doubles: which boxes are one face found twice.
    """

    runtime: Runtime
    threshold: float = PUBLISHED_THRESHOLD
    doubles: Doubles = _DOUBLES

    def __call__(self, plane: Plane, *, min_score: float | None = None) -> Detections:
        """Return the faces of a plane that score at least min_score (default: threshold).

        Boxes are cut at the image's edges and rounded to whole pixels counted from its corner.
        """
        box = letterbox(plane.hw)
        (rows,) = self.runtime(network_input(plane, box))
        least = self.threshold if min_score is None else min_score
        found = decode(rows[0], min_score=least, doubles=self.doubles)
        boxes = box.to_image(found.boxes_px.reshape(-1, 2, 2), plane.hw).reshape(-1, 4)
        boxes = np.rint(clip_boxes(boxes, plane.hw))
        large = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= _MIN_SIDE_PX
        five = box.to_image(found.five_px[large], plane.hw)
        return Detections(to_centre_px(boxes[large]), found.scores[large], to_centre_px(five))


def published_detector(
    runtime: Runtime, *, threshold: float = PUBLISHED_THRESHOLD
) -> PublishedDetector:
    """Return the published detector on a network of `PUBLISHED_DETECTOR_CONTRACT`."""
    return PublishedDetector(runtime, threshold)


def letterbox(hw: tuple[int, int]) -> Letterbox:
    """Return how an image of hw is laid out: its longer side as long as it is high.

    The height is rounded up to 32; what the shorter side lacks is padded on both sides, but for
    whole multiples of 64.
    """
    height, width = hw
    size = -(-height // _SIDE_STEP_PX) * _SIDE_STEP_PX
    zoom = size / max(hw)
    inner_h, inner_w = max(1, round(height * zoom)), max(1, round(width * zoom))
    pad_h, pad_w = (size - inner_h) % _PADDING_STEP_PX, (size - inner_w) % _PADDING_STEP_PX
    corner = (pad_w // 2, pad_h // 2)
    return Letterbox((inner_h + pad_h, inner_w + pad_w), (inner_h, inner_w), corner)


def network_input(plane: Plane, box: Letterbox) -> Array:
    """Return the network's (1, 3, H, W) input: red, green and blue from 0 to 1."""
    inner_h, inner_w = box.inner_hw
    picture = bone_picture(plane.values)
    if picture.shape[:2] != box.inner_hw:
        shrinks = max(box.inner_hw) < max(plane.hw)
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, (inner_w, inner_h), interpolation=how), np.uint8)
    left, top = box.corner_xy
    batch = np.full((1, 3, *box.input_hw), _PADDING_LEVEL / _TOP_LEVEL, np.float32)
    inner = batch[0, :, top : top + inner_h, left : left + inner_w]
    np.multiply(picture.transpose(2, 0, 1), np.float32(1 / _TOP_LEVEL), out=inner)
    return batch


def bone_picture(values: AnyArray) -> Picture:
    """Return the (H, W, 3) red, green, blue picture of values (H, W) in OpenCV's bone colours.

    The smallest value is black and the largest white; all is black where they are the same.
    """
    low, high = float(values.min()), float(values.max())
    scale = _TOP_LEVEL / (high - low) if high > low else 0.0
    levels = cv2.convertScaleAbs(values.astype(np.float32) - np.float32(low), alpha=scale)
    coloured = cv2.applyColorMap(levels, cv2.COLORMAP_BONE)
    return np.asarray(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB), np.uint8)


def decode(rows: Array, *, min_score: float, doubles: Doubles = _DOUBLES) -> Detections:
    """Return the rows that score at least min_score and double no better one, best first.

    Args:
        rows: (R, 16) centre x, y, width, height, objectness, five x, y, score of the class;
            positions in pixels of the network's input, from its corner.
        min_score: 0..1, of objectness times score of the class.
        doubles: which boxes are one face found twice.
    """
    scores = rows[:, _OBJECTNESS] * rows[:, _FACE]
    kept = np.flatnonzero(scores >= min_score)
    kept = kept[np.argsort(-scores[kept], kind="stable")[:_MAX_CANDIDATES]]
    centre, half = rows[kept, :2], rows[kept, 2:4] / 2
    boxes: AnyArray = np.concatenate([centre - half, centre + half], axis=1)
    best = doubles.left(boxes, scores[kept])
    kept = kept[best]
    return Detections(boxes[best], scores[kept], rows[kept, _FIVE].reshape(-1, 5, 2))
