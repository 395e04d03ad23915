"""From a checkpoint to the ONNX file that tfan runs: folded, halved on disk, compared."""

from __future__ import annotations

import copy
import hashlib
import json
import warnings
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tfan._optional import require
from tfan.errors import WeightsError
from tfan.io.files import replace_file
from tfan.models.calibration import Calibration
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.file_calibration import with_calibration
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.published.convert import (
    PUBLISHED_LANDMARK_CONTRACT,
    TOLERANCE,
    greatest_difference,
    landmark_onnx,
)
from tfan.models.published.mobilenet import SIDE_PX, LandmarkContractNet, PublishedNet
from tfan.models.registry import Weights
from tfan.models.runtime import Contract, OnnxRuntime
from tfan.train.checkpoints import Checkpoint
from tfan.train.nets import CROP_PX, network_for
from tfan.train.scenes import PREDICTED_PX

_OPSET = 17
_DETECTOR_HW = (192, 256)
_LARGE = 256  # numbers; smaller tensors gain nothing from half precision
# greatest allowed difference of an output, in its own unit (crop units, logits)
FLOAT_TOLERANCE, HALF_TOLERANCE = 1e-3, 5e-3


@dataclass(frozen=True, slots=True)
class Exported:
    """A written file and how it compares with its checkpoint.

    Attributes:
        path: of the ONNX file.
        sha256: of the file.
        size_bytes: of the file.
        differences: output name -> greatest absolute difference from torch.
    """

    path: Path
    sha256: str
    size_bytes: int
    differences: dict[str, float]


def averaged_net(checkpoint: Checkpoint) -> nn.Module:
    """Return the network of a checkpoint with its averaged weights, for prediction."""
    config = checkpoint.config
    net: nn.Module
    if config.task == "published":
        net = PublishedNet(config.published.points)
    else:
        net = network_for(config.task, config.network)
    net.load_state_dict(checkpoint.average)
    return net.eval()


def fold(net: nn.Module) -> nn.Module:
    """Return a copy with each batch norm folded into the convolution before it."""
    folded = copy.deepcopy(net).eval()
    for part in folded.modules():
        if not isinstance(part, nn.Sequential):
            continue
        for index, (first, second) in enumerate(pairwise(list(part))):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                part[index] = fuse_conv_bn_eval(first, second)
                part[index + 1] = nn.Identity()
    return folded


def export(
    checkpoint: Checkpoint, path: Path, *, half: bool = True, calibration: Calibration | None = None
) -> Exported:
    """Write the averaged network of a checkpoint as ONNX, and compare the two.

    Args:
        checkpoint: of a training.
        path: of the new file.
        half: store large weights in half precision; they are computed with in single.
        calibration: of the landmark network, to travel in the file; None for none.
    """
    net = averaged_net(checkpoint)
    if isinstance(net, PublishedNet):
        return _export_published(net, path)
    landmarks = checkpoint.config.task == "landmarks"
    contract = LANDMARK_CONTRACT if landmarks else DETECTOR_CONTRACT
    example = torch.zeros(2, 1, CROP_PX, CROP_PX) if landmarks else torch.zeros(1, 1, *_DETECTOR_HW)
    differences: dict[str, float] = {}

    def write(beside: Path) -> None:  # what answers otherwise never gets its name
        _write(fold(net), example, beside, contract=contract, half=half, calibration=calibration)
        differences.update(compare(net, beside, like=example, contract=contract))
        _check(differences, HALF_TOLERANCE if half else FLOAT_TOLERANCE, name=path.name)

    replace_file(path, write)
    data = path.read_bytes()
    return Exported(path, hashlib.sha256(data).hexdigest(), len(data), differences)


def _check(differences: dict[str, float], limit: float, *, name: str) -> None:
    worst = max(differences, key=lambda output: differences[output])
    if not differences[worst] <= limit:  # a NaN must not pass
        got = f"{differences[worst]:.4g} in {worst}"
        raise WeightsError(f"{name} differs from its checkpoint by {got}, allowed {limit:g}")


def _export_published(net: PublishedNet, path: Path) -> Exported:
    """Write the published network, in single precision: it runs as the published weights do."""
    data, shape = landmark_onnx(net), (3, 1, SIDE_PX, SIDE_PX)
    contract = PUBLISHED_LANDMARK_CONTRACT
    whole = LandmarkContractNet(net).eval()
    difference = greatest_difference(whole, data, shape=shape, contract=contract)
    if not difference <= TOLERANCE:  # a NaN must not pass
        raise WeightsError(f"{path.name} differs from its checkpoint by {difference:.4g}")
    replace_file(path, lambda beside: beside.write_bytes(data))
    digest = hashlib.sha256(data).hexdigest()
    return Exported(path, digest, len(data), {"the largest answer": difference})


def _write(
    net: nn.Module, example: Tensor, path: Path, *, contract: Contract, half: bool,
    calibration: Calibration | None,
) -> None:  # fmt: skip
    onnx: Any = require("onnx", extra="train", purpose="Writing an ONNX file")
    axes = {name: {0: "batch"} for name in (contract.input_name, *contract.output_names)}
    if contract is DETECTOR_CONTRACT:
        axes = {contract.input_name: {2: "height", 3: "width"}, "cells": {1: "cells"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter needs a package more than this one
        torch.onnx.export(
            net, (example,), path, dynamo=False, opset_version=_OPSET, dynamic_axes=axes,
            input_names=[contract.input_name], output_names=list(contract.output_names),
        )  # fmt: skip
    model = onnx.load(path)
    if half:
        halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    if calibration is not None:
        path.write_bytes(with_calibration(path.read_bytes(), calibration))


def halve(model: Any) -> None:
    """Store large weights of an ONNX model as float16, each followed by a cast to float32.

    ONNX Runtime computes such casts once, when it loads the file.
    """
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for index, weight in enumerate(model.graph.initializer):
        if weight.data_type != TensorProto.FLOAT or int(np.prod(weight.dims)) < _LARGE:
            continue
        stored = f"{weight.name}_half"
        halved = numpy_helper.to_array(weight).astype(np.float16)
        casts.append(helper.make_node("Cast", [stored], [weight.name], to=TensorProto.FLOAT))
        model.graph.initializer[index].CopyFrom(numpy_helper.from_array(halved, stored))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


@torch.no_grad()
def compare(net: nn.Module, path: Path, *, like: Tensor, contract: Contract) -> dict[str, float]:
    """Return output name -> greatest difference between net and the file, on random input."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(like.shape, generator=generator).clamp_(-2.0, 2.0) * 0.5
    answers = net(images)
    expected = answers if isinstance(answers, tuple) else (answers,)
    run = OnnxRuntime(path.read_bytes(), contract=contract, source=path.name, threads=1)
    got = run(images.numpy())
    return {
        name: float(np.abs(one.numpy() - other).max())
        for name, one, other in zip(contract.output_names, expected, got, strict=True)
    }


def registry_row(exported: Exported, checkpoint: Checkpoint) -> str:
    """Return the row for `tfan.models.registry.WEIGHTS` as Python text."""
    name = checkpoint.config.name
    landmarks = checkpoint.config.task == "landmarks"
    row = Weights(
        task="landmark" if landmarks else "detect",
        file=exported.path.name,
        sha256=exported.sha256,
        licence="Apache-2.0",
        input_hw=(CROP_PX, CROP_PX) if landmarks else (PREDICTED_PX, PREDICTED_PX),
        trained=f"docs/models/{name}",
    )
    shown = ("task", "file", "sha256", "licence", "input_hw")
    limit = "min_presence" if landmarks else "threshold"
    lines = [f"    {key}={_quoted(getattr(row, key))},\n" for key in (*shown, limit, "trained")]
    scores = "    scores={},  # as 'tfan train evaluate-synthetic' writes them\n"
    size = f"    # {exported.size_bytes:,} bytes\n"
    return "".join([f'"{name}": Weights(\n', *lines, scores, size, "),"])


def _quoted(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
