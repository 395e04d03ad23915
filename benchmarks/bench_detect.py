"""Speed of detect() against the yardstick U, one thread, interleaved: `make bench`.

U is one forward pass of the published landmark network alone (see yardstick.py). Every round runs
each case once, so that whatever else the machine does meets all of them alike.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

import yardstick
from tfan.io import read_image
from tfan.models.detector import network_input
from tfan.models.runtime import Contract, OnnxRuntime
from tfan.pipeline import Pipeline, load_pipeline
from tfan.thermal.plane import prepare

Frame = npt.NDArray[np.uint16]
WARM_UP_ROUNDS = 5
VERSIONS = ("thermal-face-alignment", "numpy", "opencv-python-headless", "onnxruntime")


def demo_frame() -> Frame:
    """Return the frame with one face that ships with tfan: (480, 640) centikelvin."""
    with as_file(files("tfan") / "data" / "demo_frame.tiff") as path:
        return read_image(path)


def three_faces(frame: Frame) -> Frame:
    """Return a (480, 640) frame of three half-size copies and one quarter of background."""
    half = cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    empty = np.full_like(half, np.percentile(half, 20))
    return np.block([[half, half], [half, empty]])


def cases(pipeline: Pipeline, folder: Path) -> dict[str, Callable[[], Any]]:
    """Return what is timed; the first is U."""
    one = demo_frame()
    three = three_faces(one)
    yardstick.export(folder / "yardstick.onnx")
    contract = Contract("yardstick", "image", ("points",))
    data = (folder / "yardstick.onnx").read_bytes()
    u = OnnxRuntime(data, contract=contract, source="yardstick", threads=1)
    rng = np.random.default_rng(0)
    u_input = rng.random((1, 3, yardstick.SIDE_PX, yardstick.SIDE_PX), np.float32)
    detector, landmarker = pipeline.detector, pipeline.landmarker
    twice = replace(pipeline, landmarker=replace(landmarker, looks=2))
    detector_input, _ = network_input(prepare(one), detector.long_side_px)
    crop = rng.random((1, 1, landmarker.size_px, landmarker.size_px), np.float32)
    return {
        "U: published landmark network": lambda: u(u_input),
        "detect(), one face": lambda: pipeline.detect(one),
        "detect(), three faces": lambda: pipeline.detect(three),
        "detect(), one face, looks=2": lambda: twice.detect(one),
        "detector network alone": lambda: detector.runtime(detector_input),
        "landmark network alone": lambda: landmarker.runtime(crop),
    }


def measure(timed: dict[str, Callable[[], Any]], *, rounds: int) -> dict[str, dict[str, float]]:
    """Return median, quartile distance (ms) and ratio to the first case for each case."""
    times: dict[str, list[float]] = {name: [] for name in timed}
    for i in range(rounds + WARM_UP_ROUNDS):
        for name, run in timed.items():
            start = time.perf_counter()
            run()
            if i >= WARM_UP_ROUNDS:
                times[name].append((time.perf_counter() - start) * 1e3)
    rows = {}
    for name, values in times.items():
        quarter, median, three_quarters = statistics.quantiles(values, n=4)
        rows[name] = {"median_ms": median, "iqr_ms": three_quarters - quarter}
    yardstick_ms = next(iter(rows.values()))["median_ms"]
    return {name: {**row, "of_U": row["median_ms"] / yardstick_ms} for name, row in rows.items()}


def machine() -> dict[str, Any]:
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in VERSIONS},
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--landmarks", type=Path, help="ONNX file instead of the bundled one")
    parser.add_argument("--detector", type=Path, help="ONNX file instead of the bundled one")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    pipeline = load_pipeline(asked.landmarks, detector_path=asked.detector, threads=1)
    with tempfile.TemporaryDirectory() as folder:
        timed = cases(pipeline, Path(folder))
        found = [len(timed[f"detect(), {count}"]()) for count in ("one face", "three faces")]
        rows = measure(timed, rounds=asked.rounds)
    about = {"rounds": asked.rounds, "threads": 1, "faces_found": found, "machine": machine()}
    if asked.json:
        print(json.dumps({"bench": "detect", "cases": rows, **about}))
    else:
        print(f"{'':<32}{'median ms':>10}{'IQR ms':>8}{'of U':>7}")
        for name, row in rows.items():
            print(f"{name:<32}{row['median_ms']:>10.2f}{row['iqr_ms']:>8.2f}{row['of_U']:>7.2f}")
        print(json.dumps(about))
    if found != [1, 3]:
        sys.exit(f"found {found} faces instead of [1, 3]: these times say little")


if __name__ == "__main__":
    main()
