"""Figures on annotated real images beyond eval/score.py: offset, second looks, sliding window.

python tools/look_at_real.py FOLDER      (annotations.json and images/, as eval/dev)
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import tfan
from tfan.geometry.boxes import areas, intersections
from tfan.pipeline import Pipeline, load_pipeline

FIVE = ("right_eye", "left_eye", "nose", "right_mouth", "left_mouth")
MATCH_IOU = 0.4


class Counting:
    """A runtime that counts how many crops it is shown."""

    def __init__(self, runtime) -> None:
        self.runtime, self.crops = runtime, 0

    def __call__(self, batch):
        self.crops += len(batch)
        return self.runtime(batch)


def five_px(face: tfan.Face) -> np.ndarray:
    """Return the five points as annotated: the nose tip lies between two landmarks."""
    points = face.points_px
    nose = points[30] * 2 / 3 + points[33] / 3
    return np.stack([points[68], points[69], nose, points[48], points[54]])


def offsets(pipeline: Pipeline, image: np.ndarray, truth: list[dict]) -> list[np.ndarray]:
    """Return (3,) size and mean offset x, y in pixels of each face found with all five points."""
    out = []
    for face in pipeline.detect(image):
        for true in truth:
            box = np.array(true["box"], float)
            common = intersections(box, face.box_px[None])[0]
            iou = common / (areas(box) + areas(face.box_px) - common)
            if iou >= MATCH_IOU and all(true.get(name) for name in FIVE):
                there = np.array([true[name] for name in FIVE])
                shift = (five_px(face) - there).mean(0)
                out.append(np.array([np.sqrt(areas(box)), *shift]))
    return out


def main() -> None:
    folder = Path(sys.argv[1])
    annotated = json.loads((folder / "annotations.json").read_text())["images"]
    pipeline = load_pipeline(n_landmarks=70, threads=1)
    counting = Counting(pipeline.landmarker.runtime)
    counted = replace(pipeline, landmarker=replace(pipeline.landmarker, runtime=counting))
    shifts, second, slid = [], 0, {"one face": [0, 0], "no face": [0, 0]}
    for name, entry in annotated.items():
        image = cv2.imread(str(folder / "images" / name), cv2.IMREAD_UNCHANGED)
        shifts += offsets(pipeline, image, entry["faces"])
        if len(entry["faces"]) > 1:
            continue
        kind = slid["one face" if entry["faces"] else "no face"]
        kind[0] += pipeline.slide(image) is not None
        kind[1] += 1
        if entry["faces"]:
            counting.crops = 0
            proposals = len(counted.candidates(image))
            second += counting.crops > proposals
    table = np.array(shifts)
    for low, high in ((0, 60), (60, 150), (150, 1000)):
        x, y = np.median(table[(table[:, 0] >= low) & (table[:, 0] < high), 1:], axis=0)
        print(
            f"median offset of five points, faces of {low}-{high} px: x {x:+.2f} px, y {y:+.2f} px"
        )
    print(f"pictures of one face where some proposal took a second look: {second}")
    print(f"sliding window, pictures with a face found [of]: {slid}")


if __name__ == "__main__":
    main()
