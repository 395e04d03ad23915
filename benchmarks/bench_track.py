"""Speed of `Tracker.update` against the yardstick U, one thread, interleaved; and memory.

python benchmarks/bench_track.py [--rounds 100] [--memory 10000]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

import yardstick
from bench_detect import demo_frame
from tfan.models.runtime import Contract, OnnxRuntime
from tfan.pipeline import load_pipeline
from tfan.tracking import Tracker, follow

MEANS = ("video", "live")


def frames(count: int, scale: float = 1.0):
    """Yield noisy frames in which the demo's face walks to and fro."""
    frame = cv2.resize(demo_frame(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rng = np.random.default_rng(0)
    noise = rng.integers(-4, 5, (8, *frame.shape))
    for i in range(count):
        matrix = np.float32([[1, 0, 30 * scale * np.sin(i / 15)], [0, 1, 0]])
        moved = cv2.warpAffine(frame, matrix, frame.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        yield (moved.astype(int) + noise[i % 8]).astype(np.uint16), i / 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=96)
    parser.add_argument("--memory", type=int, default=0, help="frames to run through `follow`")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    pipeline = load_pipeline(threads=1)
    if asked.memory:
        start, peaks = time.perf_counter(), []
        for i, _ in enumerate(follow(frames(asked.memory, 0.5), Tracker(pipeline))):
            if i % 1000 == 999:
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        rate = asked.memory / (time.perf_counter() - start)
        print(json.dumps({"frames": asked.memory, "peak_mib": peaks, "frames_per_s": rate}))
        return
    with tempfile.TemporaryDirectory() as folder:
        yardstick.export(Path(folder) / "yardstick.onnx")
        data = (Path(folder) / "yardstick.onnx").read_bytes()
    contract = Contract("yardstick", "image", ("points",))
    u = OnnxRuntime(data, contract=contract, source="yardstick", threads=1)
    side = yardstick.SIDE_PX
    u_input = np.random.default_rng(0).random((1, 3, side, side), np.float32)
    times: dict[str, list[float]] = {name: [] for name in ("U", "detect", *MEANS)}
    trackers = {name: Tracker(pipeline, name) for name in MEANS}
    for i, one in enumerate(frames(asked.rounds + 32)):
        runs = {
            "U": lambda: u(u_input),
            "detect": lambda one=one: pipeline.detect(one[0]),
            "video": lambda one=one: trackers["video"].update(*one),
            "live": lambda one=one: trackers["live"].update(*one),
        }
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if i >= 32:
                times[name].append(time.perf_counter() - start)
    for name, values in times.items():
        rows = {"mean": statistics.mean, "median": statistics.median, "first_decile": _decile}
        ratios = {how: round(of(values) / of(times["U"]), 3) for how, of in rows.items()}
        print(json.dumps({"case": name, "of_U": ratios}))


def _decile(values: list[float]) -> float:
    return statistics.quantiles(values, n=10)[0]


if __name__ == "__main__":
    main()
