"""Published weights -> ONNX files that tfan runs without torch."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tfan.errors import InputError, WeightsError
from tfan.models.contract import Contract
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.onnx_runtime import OnnxRuntime
from tfan.models.preparation import METADATA_KEY
from tfan.models.published.export import exported
from tfan.models.published.face_detector import PUBLISHED_DETECTOR_CONTRACT
from tfan.models.published.face_detector_file import load_detector_network, read_detector_checkpoint
from tfan.models.published.face_detector_onnx import detector_onnx
from tfan.models.published.mobilenet import SIDE_PX, LandmarkContractNet, PublishedNet
from tfan.models.published.state_dicts import landmark_net, read_state_dict

PUBLISHED_LANDMARK_CONTRACT = Contract(
    "landmark", "crops", (*LANDMARK_CONTRACT.output_names, "third")
)
TOLERANCE = 1e-4  # greatest difference from torch over the largest answer
_PUBLISHED = ("points", "third", "rows")
_DETECTOR_HW = (128, 160)


@dataclass(frozen=True, slots=True)
class Converted:
    """A written ONNX file and how it compares with the weights it was made of.

    Attributes:
        path: of the ONNX file.
        task: "landmark" or "detect".
        n_landmarks: None for a detector.
        size_bytes: of the file.
        sha256: of the file.
        difference: greatest difference from torch over the largest answer, on random input.
    """

    path: Path
    task: str
    n_landmarks: int | None
    size_bytes: int
    sha256: str
    difference: float


def convert_file(source: Path, target: Path) -> Converted:
    """Write published weights as ONNX and compare the two; nothing is left where they differ.

    Args:
        source: `.pt`, `.pth` or `.safetensors` of the published landmarks or face detector.
        target: the new `.onnx` file.

    Raises:
        WeightsError: source holds no published weights, or the file answers otherwise.
    """
    source, target = Path(source), Path(target)
    if target.suffix.lower() != ".onnx":
        raise InputError("the converted file", expected="a name ending in .onnx", got=target.name)
    if _is_detector(source):
        net, task, n_landmarks = load_detector_network(source), "detect", None
        data, contract = detector_onnx(net), PUBLISHED_DETECTOR_CONTRACT
        shape: tuple[int, ...] = (1, 3, *_DETECTOR_HW)
    else:
        marks = landmark_net(read_state_dict(source), source=str(source))
        net, task, n_landmarks = LandmarkContractNet(marks).eval(), "landmark", count_of(marks)
        data, contract = landmark_onnx(marks), PUBLISHED_LANDMARK_CONTRACT
        shape = (3, 1, SIDE_PX, SIDE_PX)  # another number than the export's example has
    difference = greatest_difference(net, data, shape=shape, contract=contract)
    if not difference <= TOLERANCE:  # a NaN must not pass
        msg = f"{source} answers otherwise as ONNX: {difference:.3g} of its largest answer"
        raise WeightsError(f"{msg}, allowed {TOLERANCE:g}; nothing was written")
    _write(target, data)
    digest = hashlib.sha256(data).hexdigest()
    return Converted(target, task, n_landmarks, len(data), digest, difference)


def landmark_file_onnx(path: Path) -> bytes:
    """Return published landmark weights as ONNX."""
    return landmark_onnx(landmark_net(read_state_dict(path), source=str(path)))


def detector_file_onnx(path: Path) -> bytes:
    """Return a published face detector as ONNX."""
    return detector_onnx(load_detector_network(path))


def landmark_onnx(net: PublishedNet) -> bytes:
    """Return a published landmark network as ONNX, speaking the contract of tfan's own.

    Batch normalisation is folded into the convolutions, grey to colours and the normalisation of
    the colours are in the file; its metadata say how crops are cut for it, and its licence.
    """
    names = PUBLISHED_LANDMARK_CONTRACT
    return exported(
        LandmarkContractNet(net).eval(),
        torch.zeros(2, 1, SIDE_PX, SIDE_PX),
        contract=names,
        axes={name: {0: "batch"} for name in (names.input_name, *names.output_names)},
        described={METADATA_KEY: "published", "tfan.landmarks": str(count_of(net))},
    )


def count_of(net: PublishedNet) -> int:
    """Return the number of landmarks of a network."""
    return net.fc.out_features // 3


@torch.no_grad()
def greatest_difference(
    net: nn.Module, data: bytes, *, shape: tuple[int, ...], contract: Contract
) -> float:
    """Return the greatest difference of an ONNX file from a network, over the largest answer.

    Only what the published networks answer counts; what tfan makes of it follows from that.
    """
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    answers = net(images)
    expected = answers if isinstance(answers, tuple) else (answers,)
    got = OnnxRuntime(data, contract=contract, source="the converted file", threads=1)(
        images.numpy()
    )
    rows = [
        (one.numpy(), other)
        for name, one, other in zip(contract.output_names, expected, got, strict=True)
        if name in _PUBLISHED
    ]
    largest = max(float(np.abs(one).max()) for one, _ in rows)
    return float(np.max([np.abs(one - other).max() for one, other in rows])) / largest


def _write(target: Path, data: bytes) -> None:
    """Write a file beside its place, then give it its name: models know nothing of `tfan.io`."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(target)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(target), expected="a place to write an ONNX file", got=got) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _is_detector(source: Path) -> bool:
    if source.suffix.lower() == ".safetensors":  # plain tensors: told apart by their names
        return not any(name.startswith("fc.") for name in read_state_dict(source))
    checkpoint = read_detector_checkpoint(source)
    return checkpoint.model_cfg is not None or not any(
        name.removeprefix("module.").startswith(("fc.", "feature_network."))
        for name in checkpoint.state
    )
