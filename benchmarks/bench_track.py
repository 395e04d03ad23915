"""Speed of `Tracker.update` against the yardstick U, one thread, interleaved; and memory.

python benchmarks/bench_track.py [--rounds 100] [--memory 10000]

Times are CPU time of the one thread: on an idle machine that is the time that passes, and on a
busy one it leaves out what others take.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import yardstick
from bench_detect import demo_frame
from tfan.models.runtime import Contract, OnnxRuntime
from tfan.pipeline import Pipeline, load_pipeline
from tfan.tracking import Tracker, follow

MODES = ("video", "live")
WARM_UP = 32  # frames
EVERY = 100  # frames of the long run from one run of U to the next
HOWS = {
    "mean": statistics.mean,
    "median": statistics.median,
    "first_decile": lambda values: statistics.quantiles(values, n=10)[0],
}


def frames(count: int, scale: float = 1.0) -> Iterator[tuple[Any, float]]:
    """Yield noisy frames, with their times, in which the demo's face walks to and fro."""
    frame = cv2.resize(demo_frame(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rng = np.random.default_rng(0)
    noise = rng.integers(-4, 5, (8, *frame.shape))
    for i in range(count):
        matrix = np.float32([[1, 0, 30 * scale * np.sin(i / 15)], [0, 1, 0]])
        moved = cv2.warpAffine(frame, matrix, frame.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        yield (moved.astype(int) + noise[i % 8]).astype(np.uint16), i / 30


def yardstick_run() -> Callable[[], Any]:
    """Return what is U."""
    with tempfile.TemporaryDirectory() as folder:
        yardstick.export(Path(folder) / "yardstick.onnx")
        data = (Path(folder) / "yardstick.onnx").read_bytes()
    contract = Contract("yardstick", "image", ("points",))
    u = OnnxRuntime(data, contract=contract, source="yardstick", threads=1)
    side = yardstick.SIDE_PX
    image = np.random.default_rng(0).random((1, 3, side, side), np.float32)
    return lambda: u(image)


def timed(run: Callable[[], Any]) -> float:
    """Return the CPU seconds that a run takes."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def each_frame(pipeline: Pipeline, rounds: int) -> None:
    """Print what one frame takes, beside U and `detect`, in one run and in turns.

    "video, between" are the frames of "video" in which the detector did not run.
    """
    u = yardstick_run()
    times: dict[str, list[float]] = {name: [] for name in ("U", "detect", *MODES)}
    times["video, between"] = []
    trackers = {name: Tracker(pipeline, name) for name in MODES}
    for i, one in enumerate(frames(rounds + WARM_UP)):
        runs = {
            "U": u,
            "detect": lambda one=one: pipeline.detect(one[0]),
            "video": lambda one=one: trackers["video"].update(*one),
            "live": lambda one=one: trackers["live"].update(*one),
        }
        for name, run in runs.items():
            took = timed(run)
            if i >= WARM_UP:
                times[name].append(took)
            note = trackers["video"].note
            if i >= WARM_UP and name == "video" and note is not None and not note.detected:
                times["video, between"].append(took)
    for name, values in times.items():
        ratios = {how: round(of(values) / of(times["U"]), 3) for how, of in HOWS.items()}
        median_ms = round(1e3 * statistics.median(values), 2)
        print(json.dumps({"case": name, "of_U": ratios, "median_ms": median_ms}))


def long_run(pipeline: Pipeline, count: int) -> None:
    """Print what following and smoothing many frames takes: of U a frame, and the peak memory."""
    u = yardstick_run()
    yardsticks, peaks, spent = [timed(u) for _ in range(5)][2:], [], 0.0
    followed = follow(frames(count, 0.5), Tracker(pipeline))
    start = time.thread_time()
    for i, _ in enumerate(followed):
        if i % EVERY == EVERY - 1:
            spent += time.thread_time() - start
            yardsticks.append(timed(u))
            start = time.thread_time()
        if i % 1000 == 999:
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    spent += time.thread_time() - start
    making = timed(lambda: [None for _ in frames(min(count, 1000), 0.5)]) / min(count, 1000)
    a_frame = spent / count - making
    told = {
        "frames_per_cpu_s": round(1 / a_frame, 1),
        "of_U": a_frame / statistics.mean(yardsticks),
    }
    print(json.dumps({"frames": count, "peak_mib": peaks, **told}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=96)
    parser.add_argument("--memory", type=int, default=0, help="frames to run through `follow`")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    pipeline = load_pipeline(threads=1)
    if asked.memory:
        long_run(pipeline, asked.memory)
    else:
        each_frame(pipeline, asked.rounds)


if __name__ == "__main__":
    main()
