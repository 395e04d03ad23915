"""Fit how the detector's score and the landmarks' certainty make one score, for the registry.

Runs the whole pipeline on held-out synthetic scenes and fits a logistic function to which of its
boxes hold a face (IoU of at least 0.4):
    python tools/fit_face_score.py SCENES_VAL [--landmarks FILE] [--detector FILE]
        [--min-presence P] [--count 1000]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from detector_tables import calibration
from proposals import (
    FACE,
    SMALLEST_PX,
    Scene,
    add_pipeline_options,
    asked_pipeline,
    propose,
    read_scenes,
    sizes_px,
)

from tfan.models.face_score import FaceScore, features
from tfan.pipeline import Pipeline


@dataclass(frozen=True)
class Observed:
    """What the pipeline proposes on some scenes.

    Attributes:
        rows: (D, 3) detector score, mean confidence and size of each proposal that counts.
        right: (D,) 1 where it holds a face.
        faces: number of faces there are.
        scenes: number of scenes.
    """

    rows: np.ndarray
    right: np.ndarray
    faces: int
    scenes: int


def observe(scenes: Sequence[Scene], pipeline: Pipeline) -> Observed:
    """Run the pipeline on scenes."""
    found = [proposal for scene in scenes for proposal in propose(pipeline, scene)]
    faces = sum(
        int(((s.kinds == FACE) & (sizes_px(s.boxes_px) >= SMALLEST_PX)).sum()) for s in scenes
    )
    sizes = sizes_px(np.array([one.box_px for one in found]))
    rows = np.array([(f.detector, f.sureness, size) for f, size in zip(found, sizes, strict=True)])
    return Observed(rows, np.array([one.right for one in found], float), faces, len(scenes))


def fit(rows: np.ndarray, right: np.ndarray) -> FaceScore:
    """Return the logistic function of greatest likelihood (Newton's method)."""
    x = features(*rows.T)
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (right - p) - 1e-3 * weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(weights))
        weights += np.linalg.solve(curvature, slope)
    return FaceScore(*(round(float(w), 3) for w in weights))


def table(score: FaceScore, seen: Observed) -> str:
    right, p = seen.right, score(*seen.rows.T)
    lines = ["| least score | recall | precision | false per scene |", "| --- | --- | --- | --- |"]
    for least in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = p >= least
        hits = right[kept].sum()
        lines.append(
            f"| {least} | {hits / max(1, seen.faces):.3f} | {hits / max(1, kept.sum()):.3f} "
            f"| {(kept.sum() - hits) / seen.scenes:.3f} |"
        )
    found = calibration(p, right)
    bands = {row["band"]: [row["boxes"], round(row["right"], 3)] for row in found["bands"]}
    lines += ["", f"score band: [boxes, share right] {json.dumps(bands)}"]
    return "\n".join([*lines, f"expected calibration error {found['expected_error']:.3f}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenes", type=Path)
    add_pipeline_options(parser)
    parser.add_argument("--count", type=int, default=1000)
    asked = parser.parse_args()
    pipeline = asked_pipeline(asked)
    scenes = list(read_scenes(asked.scenes, count=asked.count))
    half = len(scenes) // 2  # fitted on the scenes of the first half, judged on those of the second
    first, second = observe(scenes[:half], pipeline), observe(scenes[half:], pipeline)
    score = fit(first.rows, first.right)
    print(score)
    print(table(score, second))


if __name__ == "__main__":
    main()
