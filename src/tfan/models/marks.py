"""What is said of landmarks: the network's words, and the same with true certainties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.geometry.boxes import bounds
from tfan.models.calibration import LAPLACE_SHAPE, NEAR_SHARE, Calibration, within
from tfan.types import AnyArray, Array

_HALF_PX = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the network says of F faces, in pixels counted from pixel centres; not calibrated.

    Attributes:
        points_px: (F, N, 2) x, y.
        sigma_px: (F, N) expected distance from the true place.
        visibility_logit: (F, N) log(p / (1 - p)) of the probability that nothing hides the point.
        presence: (F,) probability that there is a face.
    """

    points_px: Array
    sigma_px: Array
    visibility_logit: Array
    presence: Array


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Landmarks of F faces, all N points of the network, counted from pixel centres.

    Attributes:
        points_px: (F, N, 2) x, y.
        sigma_px: (F, N) expected distance from the true place.
        confidence: (F, N) probability to lie within 5 % of the face's size of the true place.
        visibility: (F, N) probability that the point is seen; 0 outside the image.
        presence: (F,) probability that there is a face.
        quality: (F,) probability that the mean error of the points is below 5 % of that size.
        hull_px: (F, 4) the boxes that just hold the points.
    """

    points_px: Array
    sigma_px: Array
    confidence: Array
    visibility: Array
    presence: Array
    quality: Array
    hull_px: Array


def calibrated(
    said: Answers, calibration: Calibration, *, hw: tuple[int, int] | AnyArray
) -> Landmarks:
    """Return landmarks whose certainties are true ones.

    Args:
        said: the network's own.
        calibration: of that network.
        hw: height and width of the image, or (F, 2) of each face's; what lies outside is not
            visible.
    """
    hull = bounds(said.points_px)
    size_px = hull_size_px(hull)[:, None]
    visibility = calibration.visibility(said.visibility_logit)
    outside: AnyArray | bool = False
    if _leaves(hull, hw):
        outside = _outside(said.points_px, hw)
        visibility = np.where(outside, np.float32(0), visibility)
    sigma = calibration.sigma(said.sigma_px / size_px, visibility=visibility, outside=outside)
    near = within(NEAR_SHARE, sigma, shape=calibration.shape) * said.presence[:, None]
    quality = calibration.quality(sigma, said.presence)
    return Landmarks(
        said.points_px,
        sigma * size_px,
        near.astype(np.float32, copy=False),
        visibility,
        said.presence,
        quality,
        hull,
    )


def rows_of(marks: Landmarks, rows: AnyArray) -> Landmarks:
    """Return the landmarks of some faces; the very same where it is all of them in order."""
    if rows.tolist() == [*range(len(marks.presence))]:
        return marks
    return Landmarks(*(getattr(marks, name)[rows] for name in Landmarks.__dataclass_fields__))


def sureness(marks: Landmarks) -> AnyArray:
    """Return the mean confidence (F,) of faces."""
    return row_means(marks.confidence)


def row_means(values: AnyArray) -> AnyArray:
    """Return the means (F,) of rows (F, N); a third of the time that `mean` takes for few."""
    means: AnyArray = np.add.reduce(values, axis=1) / np.float32(values.shape[1])
    return means


def split(marks: Landmarks, ends: AnyArray) -> list[Landmarks]:
    """Return the landmarks of each image; those of the first end before row ends[0]."""
    columns = [np.split(getattr(marks, name), ends) for name in Landmarks.__dataclass_fields__]
    return [Landmarks(*parts) for parts in zip(*columns, strict=True)]


def face_size_px(points_px: AnyArray) -> Array:
    """Return sqrt(width * height) (F,) of the hull of landmarks (F, N, 2)."""
    return hull_size_px(bounds(points_px))


def hull_size_px(hull_px: AnyArray) -> Array:
    """Return sqrt(width * height) (F,) of the hulls (F, 4) of landmarks."""
    sides = np.maximum(hull_px[:, 2:] - hull_px[:, :2], 1)
    size: Array = np.sqrt(sides[:, 0] * sides[:, 1])
    return size


def own_confidence(said: Answers) -> AnyArray:
    """Return (F, N) as `Landmarks.confidence`, under the density of the training alone."""
    radius_px = NEAR_SHARE * face_size_px(said.points_px)[:, None]
    return within(radius_px, said.sigma_px, shape=LAPLACE_SHAPE) * said.presence[:, None]


def _leaves(hull_px: AnyArray, hw: tuple[int, int] | AnyArray) -> bool:
    """Say whether any hull (F, 4) of points reaches beyond an image: few do."""
    if not isinstance(hw, tuple):
        return True
    height, width = hw[0] - _HALF_PX, hw[1] - _HALF_PX
    return any(
        left < -_HALF_PX or top < -_HALF_PX or right >= width or bottom >= height
        for left, top, right, bottom in hull_px.tolist()
    )


def _outside(points_px: Array, hw: tuple[int, int] | AnyArray) -> AnyArray:
    """Say which points (F, N, 2), counted from pixel centres, lie outside an image."""
    sizes = np.asarray(hw, np.float32).reshape(-1, 1, 2)
    edge = sizes[..., ::-1] - np.float32(0.5)
    beyond = (points_px < np.float32(-0.5)) | (points_px >= edge)
    return np.asarray(beyond[..., 0] | beyond[..., 1])
