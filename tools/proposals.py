"""What the whole pipeline proposes on labelled synthetic scenes, and which of it is right.

Read by fit_face_score.py, which fits the score to it, and measure_detector.py, which studies it.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.geometry.boxes import areas, overlaps
from tfan.geometry.coordinates import to_centre_px
from tfan.models.face_score import FaceScore
from tfan.pipeline import Pipeline, load_pipeline
from tfan.synth.shards import read_records

FACE, IGNORED = 1, 0
MATCH_IOU, TOUCH_IOU = 0.4, 0.2
SMALLEST_PX = 12.0  # fainter faces are neither asked for nor held against it
NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One labelled scene; boxes are counted from pixel centres.

    Attributes:
        index: its number in its data set.
        image: (H, W) uint8.
        boxes_px: (L, 4) of its faces and ignored regions.
        kinds: (L,) FACE or IGNORED.
        record: what it was made from; empty where no record lies beside the shard.
    """

    index: int
    image: np.ndarray
    boxes_px: np.ndarray
    kinds: np.ndarray
    record: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """One box that counts: it holds a face, or it should not be there.

    Attributes:
        box_px: (4,) counted from pixel centres.
        score: of the face.
        detector: the detector's own score.
        sureness: mean confidence of the landmarks.
        label: row of the scene's labels that it found, `NONE` for a wrong box.
    """

    box_px: np.ndarray
    score: float
    detector: float
    sureness: float
    label: int

    @property
    def right(self) -> bool:
        """Whether it holds a face."""
        return self.label != NONE


def add_pipeline_options(parser: ArgumentParser) -> None:
    """Let a program be told which weights, score and limits to look at."""
    parser.add_argument("--landmarks", type=Path, metavar="FILE.onnx")
    parser.add_argument("--detector", type=Path, metavar="FILE.onnx")
    parser.add_argument(
        "--score", type=float, nargs=5, metavar=("BIAS", "DETECTOR", "LANDMARKS", "SIZE", "LARGE")
    )
    parser.add_argument("--min-score", type=float, help="instead of the weights' own")
    parser.add_argument("--min-presence", type=float, help="instead of the weights' own")


def asked_pipeline(asked: Namespace, **loading: Any) -> Pipeline:
    """Return the pipeline of those options, and of what more `load_pipeline` is to be told."""
    pipeline = load_pipeline(asked.landmarks, detector_path=asked.detector, threads=1, **loading)
    changes: dict[str, Any] = {
        name: getattr(asked, name)
        for name in ("min_score", "min_presence")
        if getattr(asked, name) is not None
    }
    if asked.score is not None:
        changes["face_score"] = FaceScore(*asked.score)
    return replace(pipeline, **changes)


def read_scenes(folder: Path, *, count: int) -> Iterator[Scene]:
    """Yield so many scenes of a folder, evenly over all of its shards."""
    paths = sorted(folder.glob("scenes-*.npz"))
    if not paths:
        raise InputError(
            f"data folder {folder}", expected="scenes-00000.npz and so on", got="none",
            fix="Make some with tfan synth generate scenes.",
        )  # fmt: skip
    lengths = []
    for path in paths:
        with np.load(path) as shard:
            lengths.append(len(shard["index"]))
    ends = np.cumsum(lengths)
    chosen = np.unique(np.linspace(0, ends[-1] - 1, min(count, ends[-1])).round().astype(int))
    for path, end, length in zip(paths, ends, lengths, strict=True):
        rows = chosen[(chosen >= end - length) & (chosen < end)] - (end - length)
        yield from _scenes(path, rows)


def _scenes(path: Path, rows: np.ndarray) -> Iterator[Scene]:
    has_records = path.with_suffix(".params.jsonl.gz").is_file()
    records = read_records(path) if has_records else None
    with np.load(path) as shard:
        columns = {name: shard[name] for name in ("index", "images", "size_hw", "boxes_px", "kind")}
    for row in rows:
        height, width = columns["size_hw"][row]
        there = columns["kind"][row] >= IGNORED
        yield Scene(
            int(columns["index"][row]),
            columns["images"][row, :height, :width],
            columns["boxes_px"][row][there],
            columns["kind"][row][there],
            json.loads(records[row]) if records else {},
        )


def sizes_px(boxes: np.ndarray) -> np.ndarray:
    """Return sqrt(width x height) (L,) of boxes (L, 4)."""
    return np.sqrt(areas(boxes))


def propose(pipeline: Pipeline, scene: Scene, *, smallest_px: float = SMALLEST_PX) -> list:
    """Return the proposals of a scene that count, best first."""
    found = pipeline.candidates(scene.image)
    boxes = [to_centre_px(face.box_px) for face, _ in found]
    return [
        Proposal(boxes[i], face.score, own, float(face.confidence.mean()), label)
        for i, label in judged(boxes, scene, smallest_px=smallest_px)
        for face, own in [found[i]]
    ]


def judged(boxes: list, scene: Scene, *, smallest_px: float = SMALLEST_PX) -> list:
    """Return (row of boxes, label that it found or `NONE`) of those that count, best first."""
    out, used = [], set()
    asked = (scene.kinds == FACE) & (sizes_px(scene.boxes_px) >= smallest_px)
    for i, box in enumerate(boxes):
        iou = overlaps(box[None], scene.boxes_px)[0]
        best = int(iou.argmax()) if len(iou) else NONE
        if best != NONE and iou[best] >= TOUCH_IOU and not asked[best]:
            continue
        right = best != NONE and iou[best] >= MATCH_IOU and best not in used
        if right:
            used.add(best)
        out.append((i, best if right else NONE))
    return out
