"""Speed of the published networks: process() in ONNX Runtime against torch, one run, one thread.

Both sides do the same to the same 640 x 480 frame: bone picture, letterbox, YOLOv5n-Face, boxes,
crop of 224 px, MobileNetV2. Only what computes the two networks differs: converted files in ONNX
Runtime, or the modules in torch one layer after the other, as the published package runs them.
Weights come from a seed, which speed does not depend on; as such weights find nothing, the
detector's answer is replaced by one face once it is worked out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from bench_detect import demo_frame, machine, measure
from tfan.models.contract import Contract
from tfan.models.landmarker import Landmarker
from tfan.models.onnx_runtime import OnnxRuntime
from tfan.models.preparation import PREPARATIONS
from tfan.models.published.convert import PUBLISHED_LANDMARK_CONTRACT, landmark_onnx
from tfan.models.published.face_detector import PUBLISHED_DETECTOR_CONTRACT, published_detector
from tfan.models.published.face_detector_onnx import detector_onnx
from tfan.models.published.mobilenet import LandmarkContractNet, PublishedNet
from tfan.models.published.yolo5face import PUBLISHED_CONFIG, build_network
from tfan.pipeline.detection import Pipeline
from tfan.types import Array

N_LANDMARKS = 478
_FIVE_PX = [200, 180, 280, 180, 240, 220, 210, 250, 270, 250]
_ONE_FACE = np.array([[240, 200, 120, 150, 1, *_FIVE_PX, 1]])  # a row of the detector


class TorchModule:
    """A torch module as a runtime."""

    device, backend = "cpu", "torch"

    def __init__(self, net: nn.Module) -> None:
        self._net = net.eval()

    @torch.no_grad()
    def __call__(self, batch: Array) -> tuple[Array, ...]:
        answers = self._net(torch.from_numpy(batch))
        return tuple(a.numpy() for a in (answers if isinstance(answers, tuple) else (answers,)))


@dataclass(frozen=True)
class FindsOne:
    """A detector network whose answer is thrown away for that of one face."""

    network: Callable[[Array], tuple[Array, ...]]

    def __call__(self, batch: Array) -> tuple[Array, ...]:
        self.network(batch)
        return (_ONE_FACE[None].astype(np.float32),)


def pipelines() -> dict[str, Pipeline]:
    """Return the same pipeline by ONNX Runtime and by torch."""
    torch.manual_seed(0)
    marks = PublishedNet(N_LANDMARKS).eval()
    finder = build_network(PUBLISHED_CONFIG, source="benchmark").eval()
    networks: dict[str, tuple[Any, Any]] = {
        "onnxruntime": (
            _onnx(detector_onnx(finder), PUBLISHED_DETECTOR_CONTRACT),
            _onnx(landmark_onnx(marks), PUBLISHED_LANDMARK_CONTRACT),
        ),
        "torch": (TorchModule(finder), TorchModule(LandmarkContractNet(marks))),
    }
    row = PREPARATIONS["published"]
    return {
        name: Pipeline(
            published_detector(FindsOne(detect)),
            Landmarker(mark, row.size_px, calibration=row.calibration, preparation=row),
            "mediapipe478",
            min_score=0.6,
            min_sureness=row.min_sureness,
        )
        for name, (detect, mark) in networks.items()
    }


def _onnx(data: bytes, contract: Contract) -> OnnxRuntime:
    return OnnxRuntime(data, contract=contract, source="benchmark", threads=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    frame, both = demo_frame(), pipelines()
    ours, theirs = (both[name].detect(frame)[0] for name in ("onnxruntime", "torch"))
    apart_px = float(np.abs(ours.points_px - theirs.points_px).max())
    timed: dict[str, Callable[[], Any]] = {
        f"process(), {name}": lambda run=run: run.detect(frame) for name, run in both.items()
    }
    for place, name in enumerate(("detector", "landmarks")):
        for backend, run in both.items():
            part = (replace(run.detector, runtime=run.detector.runtime.network), run.landmarker)[
                place
            ]
            shape = ((1, 3, 416, 480), (1, 1, 224, 224))[place]
            batch = np.random.default_rng(0).random(shape, np.float32)
            timed[f"{name}, {backend}"] = lambda part=part, batch=batch: part.runtime(batch)
    rows = measure(timed, rounds=asked.rounds)
    ms = {name: row["median_ms"] for name, row in rows.items()}
    for name, value in ms.items():
        print(f"{name:<28}{value:>9.2f} ms")
    ratio = ms["process(), torch"] / ms["process(), onnxruntime"]
    print(f"torch / ONNX Runtime: {ratio:.2f}; points differ by {apart_px:.1e} px")
    about = {
        "rounds": asked.rounds,
        "threads": 1,
        "machine": machine() | {"torch": torch.__version__},
    }
    print(
        json.dumps({"bench": "published", "median_ms": ms, "ratio": ratio, "px": apart_px, **about})
    )


if __name__ == "__main__":
    main()
