"""Windows on faces -> landmarks, their expected errors, and whether there is a face at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tfan.errors import InputError
from tfan.geometry.boxes import bounds
from tfan.geometry.crop import Windows, sample_windows, windows_for_points
from tfan.landmarks.schemes import load_scheme
from tfan.models.calibration import (
    LAPLACE_SHAPE,
    NEAR_SHARE,
    PLAIN_CALIBRATION,
    Calibration,
    sigmoid,
    within,
)
from tfan.models.runtime import Contract, Runtime
from tfan.thermal.normalise import normalise_crop
from tfan.thermal.plane import Plane
from tfan.types import AnyArray, Array

LANDMARK_CONTRACT = Contract("landmark", "crops", ("points", "log_sigma", "visibility", "presence"))
Looks = Literal["auto", 1, 2]
LOOKS: tuple[Looks, ...] = ("auto", 1, 2)

# A second look pays where the first shows that its own window was off by more than training saw
# all the time. From 1 to FULL_OFFNESS times these bounds it takes over step by step, so that a
# small change of the image never makes the landmarks jump.
MAX_SHIFT = 0.10  # of the window's half side
MAX_ZOOM = 1.18
MAX_TURN = np.radians(10.0)
FULL_OFFNESS = 1.5
# It pays as well where the mean confidence is below SURE, in full from UNSURE on; what lies below
# HOPELESS is no face.
SURE, UNSURE, HOPELESS = 0.9, 0.8, 0.1

# The network's sigma is the standard deviation along one axis of the density
# exp(-r / s) / (2 pi s^2): s = sigma / sqrt(3), and the mean distance is 2 s.
_DISTANCE_PER_SIGMA = 2 / np.sqrt(3.0)
_MAX_BATCH = 32  # windows at once: bounds the memory of a crowd


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the network says of F faces, in pixels counted from pixel centres; not calibrated.

    Attributes:
        points_px: (F, N, 2) x, y.
        sigma_px: (F, N) expected distance from the true place.
        visibility: (F, N) probability that nothing hides the point.
        presence: (F,) probability that there is a face.
    """

    points_px: Array
    sigma_px: Array
    visibility: Array
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
    """

    points_px: Array
    sigma_px: Array
    confidence: Array
    visibility: Array
    presence: Array
    quality: Array


@dataclass(frozen=True, slots=True)
class Landmarker:
    """The landmark network with what goes before and after it.

    Attributes:
        runtime: see `LANDMARK_CONTRACT`.
        size_px: side of the network's input.
        looks: 1 look at each face, 2, or "auto": a second only where the first was off or unsure.
        calibration: what makes the network's own certainties true ones.
    """

    runtime: Runtime
    size_px: int = 128
    looks: Looks = "auto"
    calibration: Calibration = PLAIN_CALIBRATION

    def __post_init__(self) -> None:
        if self.looks not in LOOKS:
            expected = " or ".join(map(repr, LOOKS))
            raise InputError("looks", expected=expected, got=repr(self.looks))

    def __call__(self, plane: Plane, windows: Windows) -> Landmarks:
        """Return the landmarks in F > 0 windows on a plane, after as many looks as are needed."""
        return calibrated(self.answers(plane, windows), self.calibration, hw=plane.hw)

    def look(self, plane: Plane, windows: Windows) -> Landmarks:
        """Return the landmarks in F > 0 windows on a plane, looking once."""
        return calibrated(self._look(plane, windows), self.calibration, hw=plane.hw)

    def answers(self, plane: Plane, windows: Windows) -> Answers:
        """Return what the network says to windows on a plane, after as many looks as needed."""
        found = self._look(plane, windows)
        if self.looks == 1:
            return found
        better = windows_for_points(found.points_px, five_of(found.points_px))
        weights = np.ones(len(windows))
        if self.looks == "auto":
            off = (offness(windows, better) - 1) / (FULL_OFFNESS - 1)
            weights = np.maximum(off, unsureness(_own_confidence(found)))
        rows = np.flatnonzero(weights > 0)
        if not len(rows):
            return found
        second = self._look(plane, better[rows])
        return _blended(found, second, rows, weights[rows].clip(0, 1).astype(np.float32))

    def _look(self, plane: Plane, windows: Windows) -> Answers:
        parts = [
            self.runtime(self._batch(plane, windows[start : start + _MAX_BATCH]))
            for start in range(0, len(windows), _MAX_BATCH)
        ]
        outputs = [np.concatenate(output) for output in zip(*parts, strict=True)]
        points, log_sigma, visibility, presence = outputs
        per_sigma = windows.half_side_px[:, None] * _DISTANCE_PER_SIGMA
        return Answers(
            windows.to_image(points),
            (np.exp(log_sigma) * per_sigma).astype(np.float32),
            sigmoid(visibility),
            sigmoid(presence.reshape(-1)),
        )

    def _batch(self, plane: Plane, windows: Windows) -> Array:
        crops = sample_windows(plane.values, windows, size=self.size_px)
        return normalise_crop(crops, plane.crop_floor)[:, None]


def calibrated(said: Answers, calibration: Calibration, *, hw: tuple[int, int]) -> Landmarks:
    """Return landmarks whose certainties are true ones.

    Args:
        said: the network's own.
        calibration: of that network.
        hw: height and width of the image; what lies outside is not visible.
    """
    size_px = face_size_px(said.points_px)[:, None]
    outside = _outside(said.points_px, hw)
    visibility = np.where(outside, np.float32(0), calibration.visibility(said.visibility))
    sigma = calibration.sigma(said.sigma_px / size_px, visibility=visibility, outside=outside)
    near = within(NEAR_SHARE, sigma, shape=calibration.shape) * said.presence[:, None]
    quality = calibration.quality(sigma, said.presence)
    return Landmarks(
        said.points_px,
        sigma * size_px,
        near.astype(np.float32),
        visibility,
        said.presence,
        quality,
    )


def offness(first: Windows, better: Windows) -> AnyArray:
    """Return (F,) how far windows differ; from 1 on, a second look pays."""
    shift = np.linalg.norm(better.centre_px - first.centre_px, axis=1) / first.half_side_px
    zoom = np.abs(np.log(better.half_side_px / first.half_side_px))
    turn = np.abs(np.angle(np.exp(1j * (better.roll - first.roll))))
    bounds = (shift / MAX_SHIFT, zoom / np.log(MAX_ZOOM), turn / MAX_TURN)
    largest: AnyArray = np.max(bounds, axis=0)
    return largest


def unsureness(confidence: AnyArray) -> AnyArray:
    """Return (F,) how much faces of confidence (F, N) want a second look; none where 0 or less."""
    mean = confidence.mean(axis=1)
    unsure: AnyArray = np.where(mean < HOPELESS, 0, (SURE - mean) / (SURE - UNSURE))
    return unsure


def face_size_px(points_px: AnyArray) -> Array:
    """Return sqrt(width * height) (F,) of the hull of landmarks (F, N, 2)."""
    hull = bounds(points_px)
    size: Array = np.sqrt(np.maximum(hull[:, 2:] - hull[:, :2], 1).prod(axis=1))
    return size


def five_of(points_px: Array) -> Array:
    """Return right eye, left eye, nose tip and mouth corners (F, 5, 2) of the 548 or the 478."""
    five: Array = points_px[:, load_scheme("mediapipe478").five]
    return five


def _outside(points_px: Array, hw: tuple[int, int]) -> AnyArray:
    """Say which points (F, N, 2), counted from pixel centres, lie outside an image."""
    edge = np.array([hw[1] - 0.5, hw[0] - 0.5], np.float32)
    beyond = (points_px < np.float32(-0.5)) | (points_px >= edge)
    return np.asarray(beyond.any(axis=-1))


def _own_confidence(said: Answers) -> AnyArray:
    """Return (F, N) as `Landmarks.confidence`, under the density of the training alone."""
    radius_px = NEAR_SHARE * face_size_px(said.points_px)[:, None]
    return within(radius_px, said.sigma_px, shape=LAPLACE_SHAPE) * said.presence[:, None]


def _blended(first: Answers, second: Answers, rows: AnyArray, weights: Array) -> Answers:
    """Return first, with rows moved towards second (R) by weights (R,)."""
    fields = {}
    for name in Answers.__dataclass_fields__:
        values = getattr(first, name).copy()
        change = getattr(second, name) - values[rows]
        values[rows] += change * weights.reshape(-1, *[1] * (change.ndim - 1))
        fields[name] = values
    return Answers(**fields)
