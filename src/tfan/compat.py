"""The published tfan.ThermalLandmarks interface over the pipeline.

Only shapes are translated here; every number comes from tfan.pipeline. Where the published
answers contradicted each other, one was chosen: lists, empty without a face.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np

from tfan.errors import InputError
from tfan.geometry.pyramid import check_pyramid
from tfan.landmarks.schemes import scheme_for
from tfan.models.landmarker import Looks
from tfan.models.wanted import Wanted
from tfan.pipeline import Pipeline, load_pipeline
from tfan.pipeline.batch import CHUNK_PX, in_chunks, listed
from tfan.pipeline.loading import check_nothing_said, count_of
from tfan.types import AnyArray, Array, Face

Processed = tuple[list[Array], list[Array]] | tuple[Array, Array]
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
        weights: str | None = None,
        detector: str | Path = "bundled",
        detector_path: str | Path | None = None,
        backend: str = "auto",
        detector_size: int | None = None,
        threads: int | None = None,
        looks: Looks = "auto",
        pipeline: Pipeline | None = None,
    ) -> None:
        """Load the networks.

        Args:
            model_path: file of a landmark network: ONNX, or the published package's `.pt`,
                `.pth` or `.safetensors` (extra `torch`); None takes the bundled one.
            device: "cpu", "cuda", "cuda:1" or "auto"; None is "cpu".
            gpus: numbers of CUDA devices among which batches are split, where device is not "cpu";
                "auto" runs on the processor where there is no CUDA.
            eta: sliding window: factor between levels of the pyramid.
            max_lvl: sliding window: finest level, 0 the image as it is.
            stride: sliding window: pixels between windows of 224 pixels. Weights of tfan's kind
                begin with windows of half the image's shorter side where that is less; the step
                shrinks and grows with the window.
            n_landmarks: 478 or 70; weights decide it where they are named.
            normalize: False leaves the published window of 20..40 degC unstretched. It changes
                nothing of the bundled weights: they see each face by its own percentiles.
            weights: "tfan-478" or "tfan-70", the published files, fetched where this machine has
                none (extra `torch`).
            detector: "bundled", "tfw" (the published one, fetched like the weights) or a file:
                ONNX or the published checkpoint.
            detector_path: the same as a file in `detector`.
            backend: "auto", "onnxruntime" or "torch".
            detector_size: longer side of what the detector sees; larger finds smaller faces.
            threads: threads of each network; None takes up to four.
            looks: 1, 2 or "auto": how often each face is looked at.
            pipeline: a pipeline made before, instead of loading networks; what says how they are
                loaded is refused beside it.
        """
        scheme = scheme_for(count_of(weights, n_landmarks))
        check_pyramid(eta, stride, max_lvl)
        self.n_landmarks = scheme.n_points
        self.normalize = normalize
        self.eta, self.stride, self.max_lvl = eta, stride, max_lvl
        loading: dict[str, Any] = {
            "model_path": model_path,
            "weights": weights,
            "detector": detector,
            "detector_path": detector_path,
            "normalize": normalize,
            "device": "cpu" if device is None else device,
            "gpus": None if device in (None, "cpu") else gpus,
            "backend": backend,
            "threads": threads,
            "looks": looks,
            "detector_size": detector_size,
        }
        if pipeline is not None:
            check_nothing_said(loading)
        self._pipeline = pipeline or load_pipeline(n_landmarks=scheme.n_points, **loading)
        if self._pipeline.scheme != scheme.name:
            raise InputError("pipeline", expected=scheme.name, got=self._pipeline.scheme)

    @property
    def device(self) -> str:
        """What runs the landmark network: "cpu", "cuda:0", or "cuda:0+cuda:1" for both."""
        return self._pipeline.landmarker.runtime.device

    @property
    def backend(self) -> str:
        """The library that runs it: "onnxruntime" or "torch"."""
        return self._pipeline.landmarker.runtime.backend

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

    @overload
    def detect_batch(
        self, images: Sequence[Any] | AnyArray, mode: str = "auto", **limits: Any
    ) -> list[list[Face]]: ...

    @overload
    def detect_batch(
        self, images: Iterable[Any], mode: str = "auto", **limits: Any
    ) -> Iterator[list[Face]]: ...

    def detect_batch(
        self, images: Iterable[Any], mode: str = "auto", **limits: Any
    ) -> list[list[Face]] | Iterator[list[Face]]:
        """Return the faces of each image, as `detect` does; see `tfan.Pipeline.detect_batch`."""
        return self._pipeline.detect_batch(images, mode, **limits)

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
    ) -> Processed:
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
        return _as_lists(faces)

    def process_batch(
        self,
        images: Iterable[Any],
        sliding_window: bool = False,
        multi: bool = False,
        mode: str = "auto",
        *,
        min_score: float | None = None,
        min_size_px: float = 0.0,
        max_faces: int | None = None,
    ) -> list[Processed] | Iterator[Processed]:
        """Return what `process` answers for each image, many faces at once in the network.

        Args:
            images: a list or an array (N, H, W[, C]) gives a list; a generator gives an iterator
                that reads a few images ahead, with sliding_window none.
            sliding_window: search with windows instead of the detector, image by image.
            multi: all faces instead of the best one.
            mode: "auto", "temperature" or "pixel".
            min_score: see `process`, as for the next two.
            min_size_px: see `process`.
            max_faces: see `process`.

        Raises:
            tfan.pipeline.BatchError: an image cannot be read; says which, and holds the results
                before it; an iterator has yielded them.
        """
        wanted = Wanted(min_score=min_score, min_size_px=min_size_px, max_faces=max_faces)
        if sliding_window:
            _check_unlimited(wanted)
            slide = partial(self._slide, mode=mode)
            return listed(images, in_chunks(images, slide, list, size=lambda _: CHUNK_PX))
        found = self._pipeline.detect_batch(
            iter(images),
            mode,
            min_score=min_score,
            min_size_px=min_size_px,
            max_faces=max_faces if multi else 1,
        )
        return listed(images, map(_as_lists, found))

    def _slide(self, image: Any, mode: str) -> tuple[Array, Array]:
        face = self._pipeline.slide(
            image, mode, eta=self.eta, stride=self.stride, max_lvl=self.max_lvl
        )
        if face is not None:
            return face.points_px, face.confidence
        nowhere = np.full((self.n_landmarks, 2), _NOWHERE_PX, np.float32)
        return nowhere, np.zeros(self.n_landmarks, np.float32)


def _as_lists(faces: list[Face]) -> tuple[list[Array], list[Array]]:
    return [face.points_px for face in faces], [face.confidence for face in faces]


def _check_unlimited(wanted: Wanted) -> None:
    if wanted != Wanted():
        raise InputError(
            "sliding_window=True",
            expected="no min_score, min_size_px or max_faces",
            got=repr(wanted),
            fix="It answers with one face, found without a detector's score.",
        )
