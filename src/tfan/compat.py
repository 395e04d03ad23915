"""The published tfan.ThermalLandmarks interface over the pipeline.

Only shapes are translated here; every number comes from tfan.pipeline. Where the published
answers contradicted each other, one was chosen: lists, empty without a face.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.geometry.pyramid import check_pyramid
from tfan.landmarks.schemes import scheme_for
from tfan.models.landmarker import Looks
from tfan.models.wanted import Wanted
from tfan.pipeline import Pipeline, load_pipeline
from tfan.types import Array, Face

_NOWHERE_PX = -1.0  # points of the sliding window where no window shows a face, as published


class ThermalLandmarks:
    """Drop-in: `landmarks, confidences = ThermalLandmarks().process(image)`.

    One instance may be used from several threads, and pickles.
    """

    def __init__(
        self,
        model_path: str | Path | None = None,
        device: str | None = "cpu",
        gpus: int | Sequence[int] | None = None,
        eta: float = 0.75,
        max_lvl: int = 0,
        stride: float = 100,
        n_landmarks: int = 478,
        normalize: bool = True,
        *,
        detector_path: str | Path | None = None,
        detector_size: int | None = None,
        threads: int | None = None,
        looks: Looks = "auto",
        pipeline: Pipeline | None = None,
    ) -> None:
        """Load the networks.

        Args:
            model_path: ONNX file of a landmark network of your own; None takes the bundled one.
            device: "cpu", "cuda" or "cuda:1"; None is "cpu".
            gpus: numbers of CUDA devices; the first is used where device is "cuda".
            eta: sliding window: factor between levels of the pyramid.
            max_lvl: sliding window: finest level, 0 the image as it is.
            stride: sliding window: pixels between windows of 224 pixels.
            n_landmarks: 478 or 70.
            normalize: accepted for compatibility; each face is always normalised by its own
                percentiles, so absolute values never matter.
            detector_path: ONNX file of a detector of your own.
            detector_size: longer side of what the detector sees; larger finds smaller faces.
            threads: threads of each network; None takes up to four.
            looks: 1, 2 or "auto": how often each face is looked at.
            pipeline: a pipeline made before, instead of loading networks.
        """
        scheme = scheme_for(n_landmarks)
        check_pyramid(eta, stride, max_lvl)
        self.n_landmarks = n_landmarks
        self.normalize = normalize
        self.eta, self.stride, self.max_lvl = eta, stride, max_lvl
        self._pipeline = pipeline or load_pipeline(
            model_path,
            n_landmarks=n_landmarks,
            detector_path=detector_path,
            device=_device(device, gpus),
            threads=threads,
            looks=looks,
            detector_size=detector_size,
        )
        if self._pipeline.scheme != scheme.name:
            raise InputError("pipeline", expected=scheme.name, got=self._pipeline.scheme)

    def detect(
        self,
        image: Any,
        mode: str = "auto",
        *,
        min_score: float | None = None,
        min_size_px: float = 0.0,
        max_faces: int | None = None,
    ) -> list[Face]:
        """Return the faces of an image, best first; see `tfan.Pipeline.detect`."""
        return self._pipeline.detect(
            image, mode, min_score=min_score, min_size_px=min_size_px, max_faces=max_faces
        )

    def process(
        self,
        image: Any,
        sliding_window: bool = False,
        multi: bool = False,
        mode: str = "auto",
        *,
        min_score: float | None = None,
        min_size_px: float = 0.0,
        max_faces: int | None = None,
    ) -> tuple[list[Array], list[Array]] | tuple[Array, Array]:
        """Return landmarks in pixels and the confidence 0..1 of each.

        Args:
            image: see `tfan.interpret`.
            sliding_window: search with windows instead of the detector.
            multi: all faces instead of the best one.
            mode: "auto", "temperature" or "pixel".
            min_score: see `detect`; the sliding window takes none of these three.
            min_size_px: see `detect`.
            max_faces: with multi=True, no more than so many of the best.

        Returns:
            Two lists with one (N, 2) and one (N,) float32 array for each face, best first, empty
            without a face. With sliding_window two arrays, (N, 2) and (N,); the confidences are
            all zero, the points all -1, when no window shows a face.
        """
        wanted = Wanted(min_score=min_score, min_size_px=min_size_px, max_faces=max_faces)
        if sliding_window:
            _check_unlimited(wanted)
            return self._slide(image, mode)
        faces = self.detect(
            image,
            mode,
            min_score=min_score,
            min_size_px=min_size_px,
            max_faces=max_faces if multi else 1,
        )
        return [face.points_px for face in faces], [face.confidence for face in faces]

    def _slide(self, image: Any, mode: str) -> tuple[Array, Array]:
        face = self._pipeline.slide(
            image, mode, eta=self.eta, stride=self.stride, max_lvl=self.max_lvl
        )
        if face is not None:
            return face.points_px, face.confidence
        nowhere = np.full((self.n_landmarks, 2), _NOWHERE_PX, np.float32)
        return nowhere, np.zeros(self.n_landmarks, np.float32)


def _check_unlimited(wanted: Wanted) -> None:
    if wanted != Wanted():
        raise InputError(
            "sliding_window=True",
            expected="no min_score, min_size_px or max_faces",
            got=repr(wanted),
            fix="It answers with one face, found without a detector's score.",
        )


def _device(device: str | None, gpus: int | Sequence[int] | None) -> str | None:
    if device != "cuda" or gpus is None:
        return device
    numbers = [gpus] if isinstance(gpus, int) else list(gpus)
    if not numbers or not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise InputError("gpus", expected="numbers of CUDA devices such as [0]", got=repr(gpus))
    return f"cuda:{numbers[0]}"
