"""The weights that tfan knows. A new model is a new row, not a new class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tfan.errors import WeightsError
from tfan.models.calibration import PLAIN_CALIBRATION, Calibration
from tfan.models.face_score import PLAIN_SCORE, FaceScore

_DATA = Path(__file__).parent / "data"
TORCH_SUFFIXES = (".pt", ".pth", ".safetensors")
_TORCH_STARTS = (b"PK\x03\x04", b"\x80\x02")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One file of weights and all that is needed to use it rightly.

    Attributes:
        task: "detect", "landmark" or "adapt".
        file: name of the ONNX file in the package's models/data.
        sha256: of that file; another file is refused.
        licence: SPDX name of the weights' licence.
        input_hw: height and width of the network's input in pixels; for the detector its largest,
            for an adaptation network the number of its points and 2.
        threshold: detector: least score of its own at which a box is looked into.
        face_score: detector: how its score and the landmarks' certainty make a face's score.
        min_score: detector: least score of a face.
        min_presence: landmarks: least probability that the crop shows a face.
        min_sureness: landmarks: least mean confidence of a face that no detector found.
        calibration: landmarks: what makes the network's certainties true ones; printed by
            `tfan calibration FILE --fit ... --data ...`.
        trained: configuration, data seed and revision of the training.
        scores: name of a measure -> value, as in docs/models.
    """

    task: Literal["detect", "landmark", "adapt"]
    file: str
    sha256: str
    licence: str
    input_hw: tuple[int, int]
    threshold: float = 0.2
    face_score: FaceScore = PLAIN_SCORE
    min_score: float = 0.5
    min_presence: float = 0.0
    min_sureness: float = 0.65
    calibration: Calibration = PLAIN_CALIBRATION
    trained: str = ""
    scores: dict[str, float] = field(default_factory=dict)


WEIGHTS: dict[str, Weights] = {
    "landmarks": Weights(
        task="landmark",
        file="landmarks.onnx",
        sha256="a051013420a7e30658777cc5e22944e6fc415604d74b9df93dc8550ceb9e7b6d",
        licence="Apache-2.0",
        input_hw=(128, 128),
        min_presence=0.0,
        min_sureness=0.65,
        calibration=Calibration(
            factor=1.12,
            power=1.05,
            hidden=-0.002748,
            outside=-0.05871,
            shape=3,
            pivot=0.3552,
            slopes=(0.8401, 1.143),
            half_sigma=0.05077,
            steepness=6.251,
        ),
        trained="tfan train landmarks, train/configs/landmarks.toml at last; faces 101 (25,000) at "
        "9c4375c, 301 to 304 (53,000) at b949280 to f3e1f57; trained at b79cf2b at last, mean of "
        "the last two parts; docs/models/README.md",
        scores={
            "synthetic_nme_478": 0.0255,
            "synthetic_nme_70": 0.02818,
            "real_dev_nme5_478": 0.0383,
            "real_dev_nme5_70": 0.0389,
            "real_dev_fail10": 0.0,
        },
    ),
    "detector": Weights(
        task="detect",
        file="detector.onnx",
        sha256="5407b0957534eecb617179160bfd0b602b2b51113104fc07daf66d40703f25ee",
        licence="Apache-2.0",
        input_hw=(256, 256),
        threshold=0.2,
        face_score=FaceScore(bias=2.559, detector=3.696, landmarks=1.43, size=0.329, large=0.574),
        min_score=0.6,
        trained="tfan train detector, train/configs/detector.toml at last; scenes 211 (24,000) at "
        "4b357b0, 411 (24,000) at b949280; trained at b79cf2b at last, mean of "
        "before and after that; docs/models/README.md",
        scores={
            "synthetic_ap50": 0.830,
            "real_dev_recall": 1.0,
            "real_dev_ap40": 1.0,
            "real_dev_false_per_image": 0.0,
        },
    ),
}

ADAPTERS: dict[tuple[str, str], Weights] = {
    ("facesynthetics70", "ibug68"): Weights(
        task="adapt",
        file="adapter_70_68.onnx",
        sha256="d399017e58653d8b2979a9397d5c424ad9550fe4ae940dcce806005f3abc1b2a",
        licence="Apache-2.0",
        input_hw=(70, 2),
        trained="tfan train adapt, docs/models/adapt/facesynthetics70-ibug68/config.toml; points "
        "of faces 101 (25,000), 301 (12,000), 302 (8,000)",
        scores={
            "synthetic_nme": 0.00153,
            "synthetic_nme_before": 0.01159,
            "synthetic_jaw_profile": 0.00951,
            "synthetic_jaw_profile_before": 0.12504,
        },
    ),
}
"""Source and target scheme -> the adaptation network that ships with tfan."""


def find(name: str) -> Weights:
    """Return the row called name, or say which names exist."""
    if name in WEIGHTS:
        return WEIGHTS[name]
    raise WeightsError(f"no weights called {name!r}; known: {', '.join(sorted(WEIGHTS))}")


def bundled_path(row: Weights) -> Path:
    """Return where the file of a row lies, whether or not it is there."""
    return _DATA / row.file


def read_bundled(row: Weights, *, path: Path | None = None) -> bytes:
    """Return the bytes of a bundled file after comparing them with the row's sha256.

    Args:
        row: what is expected.
        path: the file, where it is not the bundled one.
    """
    path = path or bundled_path(row)
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = (
            f"the bundled weights {row.file} are missing from this installation of tfan; "
            "install it again, or name a file with model_path="
        )
        raise WeightsError(msg) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != row.sha256:
        msg = (
            f"{path} does not match its known sha256: expected {row.sha256[:16]}..., got "
            f"{digest[:16]}...; the file was changed or damaged, install tfan again"
        )
        raise WeightsError(msg)
    return data


def read_own(path: str | Path) -> bytes:
    """Return the bytes of a user's own ONNX file, or say what the file is instead."""
    path = Path(path)
    data = read_bytes(path)
    problem = wrong_kind(data) or _not_onnx(data)
    if problem:
        raise WeightsError(f"{path} {problem}")
    return data


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file of weights, or the sentence why they cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read as weights: {error.strerror}") from error


def wrong_kind(data: bytes) -> str:
    """Say what bytes are that are weights of no kind; "" where they may be."""
    start = data[:512].lstrip().lower()
    if not data:
        return "is empty; download or export the weights again"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, not weights; open the address in a browser and download the file"
    return ""


def is_torch_file(path: Path) -> bool:
    """Say whether a file is PyTorch's or safetensors', by its name or its beginning."""
    if path.suffix.lower() in TORCH_SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            return file.read(4).startswith(_TORCH_STARTS)
    except OSError:
        return False


def _not_onnx(data: bytes) -> str:
    if data.startswith(_TORCH_STARTS):
        return "is a PyTorch file; turn it into ONNX once: tfan weights convert IN OUT.onnx"
    return ""
