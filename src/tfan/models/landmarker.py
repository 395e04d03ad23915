"""Windows on faces -> landmarks, their expected errors, and whether there is a face at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tfan.errors import InputError
from tfan.geometry.crop import Windows
from tfan.landmarks.schemes import load_scheme
from tfan.models.calibration import PLAIN_CALIBRATION, Calibration, sigmoid
from tfan.models.contract import Contract, Runtime
from tfan.models.marks import (
    Answers,
    Landmarks,
    calibrated,
    face_size_px,
    own_confidence,
    row_means,
    split,
)
from tfan.models.preparation import OWN, Preparation, Views
from tfan.thermal.plane import Plane
from tfan.types import AnyArray, Array

__all__ = [
    "LANDMARK_CONTRACT",
    "Answers",
    "Landmarker",
    "Landmarks",
    "Looks",
    "calibrated",
    "face_size_px",
    "five_of",
]

LANDMARK_CONTRACT = Contract("landmark", "crops", ("points", "log_sigma", "visibility", "presence"))
Looks = Literal["auto", 1, 2]
LOOKS: tuple[Looks, ...] = ("auto", 1, 2)
_Told = tuple[list[float], float, float]  # centre, half side and roll of a window

# A second look pays where the first shows that its own window was off by more than training saw
# all the time. From 1 to FULL_OFFNESS times these bounds it takes over step by step, so that a
# small change of the image never makes the landmarks jump.
MAX_SHIFT = 0.10  # of the window's half side
MAX_ZOOM = 1.18
MAX_TURN = math.radians(10.0)
FULL_OFFNESS = 1.5
# It pays as well where the mean confidence is below SURE, in full from UNSURE on; what lies below
# HOPELESS is no face.
SURE, UNSURE, HOPELESS = 0.9, 0.8, 0.1

# The network's sigma is the standard deviation along one axis of the density
# exp(-r / s) / (2 pi s^2): s = sigma / sqrt(3), and the mean distance is 2 s.
_DISTANCE_PER_SIGMA = 2 / math.sqrt(3.0)
MAX_BATCH = 32  # windows at once: bounds the memory of a crowd


@dataclass(frozen=True, slots=True)
class Landmarker:
    """The landmark network with what goes before and after it.

    Attributes:
        runtime: see `LANDMARK_CONTRACT`.
        size_px: side of the network's input.
        looks: 1 look at each face, 2, or "auto": a second only where the first was off or unsure.
        calibration: what makes the network's own certainties true ones.
        preparation: how its crops are cut.
    """

    runtime: Runtime
    size_px: int = 128
    looks: Looks = "auto"
    calibration: Calibration = PLAIN_CALIBRATION
    preparation: Preparation = OWN

    def __post_init__(self) -> None:
        looks = LOOKS if self.preparation.place_again else ("auto", 1)
        if self.looks not in looks:
            expected = " or ".join(map(repr, looks))
            raise InputError("looks", expected=expected, got=repr(self.looks))

    def __call__(self, plane: Plane, windows: Views) -> Landmarks:
        """Return the landmarks in F > 0 windows on a plane, after as many looks as are needed."""
        return calibrated(self.answers(plane, windows), self.calibration, hw=plane.hw)

    def together(self, planes: Sequence[Plane], windows: Sequence[Views]) -> list[Landmarks]:
        """Return the landmarks in the windows on each plane, all seen by the network at once.

        Args:
            planes: one or more.
            windows: those on each plane, F > 0 of them.
        """
        if len(planes) == 1:
            return [self(planes[0], windows[0])]
        counts = [len(each) for each in windows]
        at = np.repeat(np.arange(len(planes)), counts)
        said = self._answers(planes, at, joined(windows))
        hw = np.array([plane.hw for plane in planes])[at]
        ends = np.cumsum(counts)[:-1]
        return split(calibrated(said, self.calibration, hw=hw), ends)

    def look(self, plane: Plane, windows: Views) -> Landmarks:
        """Return the landmarks in F > 0 windows on a plane, looking once."""
        said = self._look((plane,), np.zeros(len(windows), int), windows)
        return calibrated(said, self.calibration, hw=plane.hw)

    def answers(self, plane: Plane, windows: Views) -> Answers:
        """Return what the network says to windows on a plane, after as many looks as needed."""
        return self._answers((plane,), np.zeros(len(windows), int), windows)

    def run(self, crops: Array) -> tuple[Array, ...]:
        """Return the network's outputs for crops (F, side, side), a bounded number at once."""
        parts = [
            self.runtime(crops[start : start + MAX_BATCH, None])
            for start in range(0, len(crops), MAX_BATCH)
        ]
        return tuple(np.concatenate(output) for output in zip(*parts, strict=True))

    def interpreted(self, outputs: Sequence[Array], windows: Views) -> Answers:
        """Return what the network's outputs for windows mean, in pixels of the image."""
        points, log_sigma, visibility, presence = outputs[: len(LANDMARK_CONTRACT.output_names)]
        per_sigma = windows.half_side_px[:, None] * _DISTANCE_PER_SIGMA
        return Answers(
            windows.to_image(points),
            np.exp(log_sigma) * per_sigma,
            visibility,
            sigmoid(presence.reshape(-1)),
        )

    def _answers(self, planes: Sequence[Plane], at: AnyArray, windows: Any) -> Answers:
        """Return the answers for windows (F), each on the plane whose number at (F,) tells."""
        found = self._look(planes, at, windows)
        place_again = self.preparation.place_again
        if self.looks == 1 or place_again is None:
            return found
        better: Any = place_again(found.points_px, five_of(found.points_px))
        weights = np.ones(len(windows))
        if self.looks == "auto":
            off = (offness(windows, better) - 1) / (FULL_OFFNESS - 1)
            weights = np.maximum(off, unsureness(own_confidence(found)))
        rows = np.flatnonzero(weights > 0)
        if not len(rows):
            return found
        second = self._look(planes, at[rows], better[rows])
        return _blended(found, second, rows, weights[rows].clip(0, 1).astype(np.float32))

    def _look(self, planes: Sequence[Plane], at: AnyArray, windows: Views) -> Answers:
        if len(windows) <= MAX_BATCH:
            outputs = self.runtime(self._crops(planes, at, windows)[:, None])
            return self.interpreted(outputs, windows)
        parts = []
        for start in range(0, len(windows), MAX_BATCH):
            rows = slice(start, start + MAX_BATCH)
            parts.append(self.runtime(self._crops(planes, at[rows], windows[rows])[:, None]))
        joined = [np.concatenate(output) for output in zip(*parts, strict=True)]
        return self.interpreted(joined, windows)

    def _crops(self, planes: Sequence[Plane], at: AnyArray, windows: Views) -> Array:
        cut, stretch = self.preparation.cut, self.preparation.stretch
        if len(planes) == 1:
            return cut(planes[0], windows, self.size_px, stretch)
        return np.concatenate(
            [cut(planes[i], windows[at == i], self.size_px, stretch) for i in np.unique(at)]
        )


def offness(first: Windows, better: Windows) -> AnyArray:
    """Return (F,) how far windows differ; from 1 on, a second look pays."""
    pairs = zip(_told(first), _told(better), strict=True)
    return np.array([_offness(one, other) for one, other in pairs])


def _told(windows: Windows) -> Iterator[_Told]:
    """Return centre, half side and roll of each window."""
    columns = windows.centre_px, windows.half_side_px, windows.roll
    return zip(*(column.tolist() for column in columns), strict=True)


def _offness(first: _Told, better: _Told) -> float:
    (centre, half, roll), (better_centre, better_half, better_roll) = first, better
    shift = math.dist(centre, better_centre) / half / MAX_SHIFT
    zoom = abs(math.log(better_half / half)) / math.log(MAX_ZOOM)
    turn = abs(math.remainder(better_roll - roll, math.tau)) / MAX_TURN
    return max(shift, zoom, turn)


def unsureness(confidence: AnyArray) -> AnyArray:
    """Return (F,) how much faces of confidence (F, N) want a second look; none where 0 or less."""
    mean = row_means(confidence)
    unsure: AnyArray = np.where(mean < HOPELESS, 0, (SURE - mean) / (SURE - UNSURE))
    return unsure


def five_of(points_px: Array) -> Array:
    """Return right eye, left eye, nose tip, mouth corners (F, 5, 2) of the 548, 478 or 70."""
    seventy = load_scheme("facesynthetics70")
    scheme = seventy if points_px.shape[1] == seventy.n_points else load_scheme("mediapipe478")
    return points_px.take(scheme.five, axis=1)


def joined(views: Sequence[Any]) -> Any:
    """Return views one after the other, as one."""
    if len(views) == 1:
        return views[0]
    kind = type(views[0])
    return kind(
        *(np.concatenate([getattr(each, name) for each in views])
          for name in kind.__dataclass_fields__)
    )  # fmt: skip


def _blended(first: Answers, second: Answers, rows: AnyArray, weights: Array) -> Answers:
    """Return first, with rows moved towards second (R) by weights (R,)."""
    fields = {}
    for name in Answers.__dataclass_fields__:
        values = getattr(first, name).copy()
        change = getattr(second, name) - values[rows]
        values[rows] += change * weights.reshape(-1, *[1] * (change.ndim - 1))
        fields[name] = values
    return Answers(**fields)
