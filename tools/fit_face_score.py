"""Fit how the detector's score and the landmarks' certainty make one score, for the registry.

Runs the whole pipeline on held-out synthetic scenes and fits a logistic function to which of its
boxes hold a face (IoU of at least 0.4):
    python tools/fit_face_score.py SCENES_VAL [--landmarks FILE] [--detector FILE] [--count 1000]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfan.geometry.boxes import areas, intersections
from tfan.geometry.coordinates import to_centre_px
from tfan.models.face_score import FaceScore, logit
from tfan.pipeline import load_pipeline
from tfan.train.shards import load_shards

FACE, IGNORED = 1, 0
MATCH_IOU, TOUCH_IOU = 0.4, 0.2
SMALLEST_PX = 12.0  # fainter faces are neither asked for nor held against it
COLUMNS = ("images", "size_hw", "boxes_px", "kind")


def overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    common = intersections(box, boxes)
    return common / (areas(box) + areas(boxes) - common + 1e-9)


def judged(faces: list, boxes: np.ndarray, kinds: np.ndarray) -> list[tuple[int, bool]]:
    """Return (index of the face found, is it right) for the faces that count, best first."""
    out, used = [], set()
    large = np.sqrt(areas(boxes)) >= SMALLEST_PX
    for i, face in enumerate(faces):
        iou = overlaps(to_centre_px(face.box_px), boxes) if len(boxes) else np.zeros(0)
        best = int(iou.argmax()) if len(iou) else -1
        if best >= 0 and iou[best] >= TOUCH_IOU and (kinds[best] == IGNORED or not large[best]):
            continue
        right = best >= 0 and iou[best] >= MATCH_IOU and best not in used
        if right:
            used.add(best)
        out.append((i, right))
    return out


@dataclass(frozen=True)
class Observed:
    """What the pipeline proposes on some scenes.

    Attributes:
        rows: (D, 2) detector score and mean confidence of each proposal that counts.
        right: (D,) 1 where it holds a face.
        faces: number of faces there are.
        scenes: number of scenes.
    """

    rows: np.ndarray
    right: np.ndarray
    faces: int
    scenes: int


def observe(columns: dict[str, np.ndarray], pipeline) -> Observed:
    """Run the pipeline on scenes given by the columns of their shards."""
    rows, right, faces_there = [], [], 0
    for k in range(len(columns["kind"])):
        height, width = columns["size_hw"][k]
        there = columns["kind"][k] >= IGNORED
        boxes, kinds = columns["boxes_px"][k][there], columns["kind"][k][there]
        faces_there += int(((kinds == FACE) & (np.sqrt(areas(boxes)) >= SMALLEST_PX)).sum())
        found = pipeline.candidates(columns["images"][k][:height, :width])
        faces = [face for face, _ in found]
        for i, good in judged(faces, boxes, kinds):
            rows.append((found[i][1], float(faces[i].confidence.mean())))
            right.append(good)
    return Observed(np.array(rows), np.array(right, float), faces_there, len(columns["kind"]))


def fit(rows: np.ndarray, right: np.ndarray) -> FaceScore:
    """Return the logistic function of greatest likelihood (Newton's method)."""
    x = np.column_stack([np.ones(len(rows)), logit(rows[:, 0]), logit(rows[:, 1])])
    weights = np.zeros(3)
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (right - p) - 1e-3 * weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(3)
        weights += np.linalg.solve(curvature, slope)
    return FaceScore(*(round(float(w), 3) for w in weights))


def table(score: FaceScore, seen: Observed) -> str:
    right, p = seen.right, score(seen.rows[:, 0], seen.rows[:, 1])
    lines = ["| least score | recall | precision | false per scene |", "| --- | --- | --- | --- |"]
    for least in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = p >= least
        hits = right[kept].sum()
        lines.append(
            f"| {least} | {hits / max(1, seen.faces):.3f} | {hits / max(1, kept.sum()):.3f} "
            f"| {(kept.sum() - hits) / seen.scenes:.3f} |"
        )
    bins = np.clip((p * 5).astype(int), 0, 4)
    calibration = {
        f"{b / 5:.1f}-{(b + 1) / 5:.1f}": [
            int((bins == b).sum()),
            round(float(right[bins == b].mean()), 3) if (bins == b).any() else None,
        ]
        for b in range(5)
    }
    return "\n".join(lines) + "\n\nscore band: [boxes, share right] " + json.dumps(calibration)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenes", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--detector", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    asked = parser.parse_args()
    pipeline = load_pipeline(asked.landmarks, detector_path=asked.detector, threads=1)
    shards = load_shards(asked.scenes, "scenes", names=COLUMNS, limit=asked.count)
    columns = {name: values.numpy() for name, values in shards.columns.items()}
    half = len(shards) // 2  # fitted on the scenes of the first half, judged on those of the second
    first = observe({name: values[:half] for name, values in columns.items()}, pipeline)
    second = observe({name: values[half:] for name, values in columns.items()}, pipeline)
    score = fit(first.rows, first.right)
    print(score)
    print(table(score, second))


if __name__ == "__main__":
    main()
