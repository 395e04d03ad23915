"""Files of weights -> a pipeline: bundled ones, one's own, and the published package's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from tfan._optional import require
from tfan.errors import InputError, WeightsError
from tfan.landmarks.schemes import scheme_for
from tfan.models.contract import Runtime
from tfan.models.detector import DETECTOR_CONTRACT, Detector
from tfan.models.file_calibration import calibration_of
from tfan.models.landmarker import LANDMARK_CONTRACT, Landmarker, Looks
from tfan.models.metadata import read_metadata
from tfan.models.preparation import OWN, check_count, preparation_of
from tfan.models.registry import (
    find,
    is_torch_file,
    read_bundled,
    read_bytes,
    read_own,
    wrong_kind,
)
from tfan.models.runtime import open_runtime
from tfan.pipeline.detection import Finder, Pipeline

BUNDLED = "bundled"
PUBLISHED_WEIGHTS = {"tfan-478": 478, "tfan-70": 70}
PUBLISHED_DETECTOR = "tfw"
_USUAL = 478


def load_pipeline(
    model_path: str | Path | None = None,
    *,
    n_landmarks: int = 478,
    weights: str | None = None,
    detector: str | Path = BUNDLED,
    detector_path: str | Path | None = None,
    normalize: bool = True,
    device: str | None = "cpu",
    gpus: int | Sequence[int] | None = None,
    backend: str = "auto",
    threads: int | None = None,
    looks: Looks = "auto",
    detector_size: int | None = None,
) -> Pipeline:
    """Return a pipeline with the bundled weights, the published ones, or files of your own.

    Args:
        model_path: landmark network; ONNX of tfan's kind, or the published package's `.pt`,
            `.pth` or `.safetensors` (extra `torch`). None takes the bundled one.
        n_landmarks: 478 (MediaPipe's order) or 70 (68 iBUG and two pupils).
        weights: "tfan-478" or "tfan-70": the published file, fetched when this machine has none.
            It decides the number of landmarks: n_landmarks need not be said beside it, and 70
            beside "tfan-478" is refused.
        detector: "bundled", "tfw" (the published detector, fetched when this machine has none),
            or a file: ONNX, or a published checkpoint.
        detector_path: the same as a file in `detector`.
        normalize: False leaves the published window of 20..40 degC unstretched; weights of tfan
            normalise each face and do not ask.
        device: "cpu", "cuda", "cuda:1" or "auto"; never changed silently.
        gpus: numbers of CUDA devices among which batches are split. With device "auto" on a
            machine without CUDA the processor runs instead; "cuda" raises there.
        backend: "auto", "onnxruntime" or "torch".
        threads: threads of each network; None takes up to four.
        looks: 1, 2 or "auto": how often each face is looked at; published weights look once. With
            1 the detector, too, looks once, also where it proposes small faces.
        detector_size: longer side of what the bundled detector sees, a multiple of 32.
    """
    n_landmarks = count_of(weights, n_landmarks)
    scheme = scheme_for(n_landmarks).name
    run = {"device": device, "gpus": gpus, "backend": backend, "threads": threads}
    path = _landmark_path(model_path, weights)
    landmarker = _landmarker(path, n_landmarks, looks, run)
    if not normalize:
        unstretched = replace(landmarker.preparation, stretch=False)
        landmarker = replace(landmarker, preparation=unstretched)
    place = _detector_path(detector, detector_path)
    finder = _finder(place, detector_size, run)
    if looks == 1 and isinstance(finder, Detector):
        finder = replace(finder, second_look=False)
    mark, detect = find("landmarks"), find("detector")
    prep = landmarker.preparation
    pipeline = Pipeline(finder, landmarker, scheme, mark.min_presence, prep.min_sureness)
    known = landmarker.calibration != prep.calibration
    if place is None and known:  # the score was fitted to calibrated certainties and this detector
        return replace(pipeline, face_score=detect.face_score, min_score=detect.min_score)
    return (
        pipeline if isinstance(finder, Detector) else replace(pipeline, min_score=finder.threshold)
    )


def count_of(weights: str | None, n_landmarks: int) -> int:
    """Return how many landmarks are wanted; named weights say it where n_landmarks does not."""
    scheme_for(n_landmarks)
    if weights is None:
        return n_landmarks
    if weights not in PUBLISHED_WEIGHTS:
        expected = " or ".join(map(repr, PUBLISHED_WEIGHTS))
        fix = "A file is named with model_path=."
        raise InputError("weights", expected=expected, got=repr(weights), fix=fix)
    count = PUBLISHED_WEIGHTS[weights]
    if n_landmarks not in (count, _USUAL):
        expected = f"{count} with weights={weights!r}"
        raise InputError("n_landmarks", expected=expected, got=repr(n_landmarks))
    return count


def check_nothing_said(loading: Mapping[str, Any]) -> None:
    """Refuse what differs from the defaults of `load_pipeline`, beside a pipeline made before."""
    usual = signature(load_pipeline).parameters
    said = [f"{name}={value!r}" for name, value in loading.items() if value != usual[name].default]
    if said:
        expected = "nothing beside it that says how networks are loaded"
        fix = "Give that to tfan.load_pipeline."
        raise InputError("pipeline", expected=expected, got=", ".join(said), fix=fix)


def _landmark_path(model_path: str | Path | None, weights: str | None) -> Path | None:
    if weights is None:
        return None if model_path is None else Path(model_path)
    if model_path is not None:
        got = f"{weights!r} beside model_path={str(model_path)!r}"
        raise InputError("weights", expected="one of weights and model_path", got=got)
    return _fetched(weights)


def _detector_path(detector: str | Path, path: str | Path | None) -> Path | None:
    if path is None:
        if detector == PUBLISHED_DETECTOR:
            return _fetched(PUBLISHED_DETECTOR)
        return None if detector == BUNDLED else Path(detector)
    if detector != BUNDLED:
        got = f"{str(detector)!r} beside detector_path={str(path)!r}"
        raise InputError("detector", expected="one of detector and detector_path", got=got)
    return Path(path)


def _fetched(name: str) -> Path:
    for module in ("torch", "onnx"):  # before anything is fetched in vain
        require(module, extra="torch", purpose=f"Running the published weights {name!r}")
    path: Path = import_module("tfan.models.store").fetch(name)
    return path


def _landmarker(
    path: Path | None, n_landmarks: int, looks: Looks, run: dict[str, Any]
) -> Landmarker:
    row = find("landmarks")
    source = row.file if path is None else str(path)
    data = read_bundled(row) if path is None else _onnx_of(path, "landmark_file_onnx")
    prep = OWN if path is None else preparation_of(data, source=source)
    names = (*LANDMARK_CONTRACT.output_names, *prep.outputs)
    contract = replace(LANDMARK_CONTRACT, output_names=names)
    runtime = open_runtime(data, contract=contract, source=source, **run)
    check_count(prep, _points(runtime), n_landmarks, source=source)
    known = row.calibration if path is None else calibration_of(data, source=source)
    return Landmarker(runtime, prep.size_px, looks, known or prep.calibration, prep)


def _finder(path: Path | None, size: int | None, run: dict[str, Any]) -> Finder:
    row = find("detector")
    source = row.file if path is None else str(path)
    data = read_bundled(row) if path is None else _onnx_of(path, "detector_file_onnx")
    if read_metadata(data).get("tfan.detector") == "published":
        module = import_module("tfan.models.published.face_detector")
        contract = module.PUBLISHED_DETECTOR_CONTRACT
        if size is not None:
            expected = "None for the published detector, which takes its size from the image"
            raise InputError("detector size", expected=expected, got=repr(size))
        published: Finder = module.published_detector(
            open_runtime(data, contract=contract, source=source, **run)
        )
        return published
    runtime = open_runtime(data, contract=DETECTOR_CONTRACT, source=source, **run)
    return Detector(runtime, max(row.input_hw) if size is None else size, row.threshold)


def _onnx_of(path: Path, convert: str) -> bytes:
    """Return a file as ONNX; published weights are converted in memory."""
    if not is_torch_file(path):
        return read_own(path)
    problem = wrong_kind(read_bytes(path))
    if problem:
        raise WeightsError(f"{path} {problem}")
    for module in ("torch", "onnx"):
        require(module, extra="torch", purpose=f"Reading {path.name}")
    data: bytes = getattr(import_module("tfan.models.published.convert"), convert)(path)
    return data


def _points(runtime: Runtime) -> Any:
    return runtime.output_shapes()["points"][1]
