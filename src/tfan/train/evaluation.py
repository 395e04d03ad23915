"""Scores of a finished ONNX file on held-out synthetic shards: the same measure as in training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tfan.errors import InputError, TfanError
from tfan.io.files import replace_text
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.registry import read_own
from tfan.models.runtime import Contract, OnnxRuntime
from tfan.train.detector_scores import detector_table
from tfan.train.detector_task import score_detector
from tfan.train.landmark_scores import landmark_table
from tfan.train.landmark_validation import score_landmarks
from tfan.train.reports import write_json

CPU = torch.device("cpu")


def evaluate(weights: Path, *, data: Path, out: Path, limit: int | None = None) -> str:
    """Score an ONNX file, write scores.json and scores.md into out, return the table.

    Args:
        weights: ONNX file of either network; its inputs' names tell which.
        data: folder of shards that were never trained on.
        out: folder of the results.
        limit: number of samples at most.
    """
    run, contract = _open(weights)
    if contract is LANDMARK_CONTRACT:
        scores = score_landmarks(_several(run), data, device=CPU, limit=limit)
        table = landmark_table(scores)
    else:
        scores = score_detector(_one_by_one(run), data, device=CPU, limit=limit)
        table = detector_table(scores)
    write_json(out / "scores.json", scores)
    replace_text(out / "scores.md", table)
    return table


def _open(weights: Path) -> tuple[OnnxRuntime, Contract]:
    if not weights.is_file():
        raise InputError("weights", expected="an ONNX file", got=f"no file {weights}")
    data = read_own(weights)
    problems: list[str] = []
    for contract in (LANDMARK_CONTRACT, DETECTOR_CONTRACT):
        try:
            return OnnxRuntime(data, contract=contract, source=weights.name, threads=1), contract
        except TfanError as error:
            problems.append(str(error))
    raise InputError(
        "weights", expected="a network of tfan", got="; ".join(dict.fromkeys(problems))
    )


def _several(run: OnnxRuntime) -> Callable[[Tensor], Any]:
    return lambda images: tuple(torch.from_numpy(answer) for answer in run(images.numpy()))


def _one_by_one(run: OnnxRuntime) -> Callable[[Tensor], Tensor]:
    # the detector's file takes one image at a time
    return lambda images: torch.cat(
        [torch.from_numpy(run(image[None].numpy())[0]) for image in images]
    )
