"""What a second look gains, by how sure the first is, on synthetic crops: figures in docs/models.

python tools/measure_second_look.py FACES_TEST [--count 1000]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tfan.geometry.crop import windows_for_boxes, windows_for_points
from tfan.models.landmarker import Landmarker, five_of
from tfan.pipeline import load_pipeline
from tfan.thermal.plane import prepare
from tfan.train.shards import load_shards

BANDS = ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.85), (0.85, 0.9), (0.9, 1))
COLUMNS = ("images", "points_px", "box_px", "five_px")
# a box as a detector places it, and its five points, in face sizes
SHIFT, ZOOM, FIVE = 0.05, 0.07, 0.04


def both_looks(landmarker: Landmarker, sample: dict, rng: np.random.Generator) -> list[float]:
    """Return the first look's mean confidence and the 70 points' error of both, over the size."""
    box = sample["box_px"]
    size = np.sqrt(np.prod(box[2:] - box[:2]))
    five = sample["five_px"] + rng.normal(size=(5, 2)) * FIVE * size
    centre = (box[:2] + box[2:]) / 2 + rng.normal(size=2) * SHIFT * size
    half = (box[2:] - box[:2]) / 2 * np.exp(rng.normal() * ZOOM)
    placed = np.concatenate([centre - half, centre + half])
    plane = prepare(sample["images"])
    first = landmarker.look(plane, windows_for_boxes(placed[None], five[None]))
    better = windows_for_points(first.points_px, five_of(first.points_px))
    second = landmarker.look(plane, better)
    errors = [
        np.linalg.norm(marks.points_px[0] - sample["points_px"], axis=1)[478:].mean() / size
        for marks in (first, second)
    ]
    return [float(first.confidence.mean()), *map(float, errors)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("faces", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    asked = parser.parse_args()
    landmarker, rng = load_pipeline(threads=1).landmarker, np.random.default_rng(0)
    columns = load_shards(asked.faces, "faces", names=COLUMNS, limit=asked.count).columns
    arrays = {name: values.numpy() for name, values in columns.items()}
    seen = np.array(
        [
            both_looks(landmarker, {name: values[i] for name, values in arrays.items()}, rng)
            for i in range(len(arrays["images"]))
        ]
    )
    print(
        "| mean confidence | crops | one look | two looks | gain |\n| --- | --- | --- | --- | --- |"
    )
    for low, high in BANDS:
        _, one, two = seen[(seen[:, 0] >= low) & (seen[:, 0] < high)].T
        gain = 1 - two.mean() / one.mean()
        print(f"| {low}-{high} | {len(one)} | {one.mean():.4f} | {two.mean():.4f} | {gain:.1%} |")


if __name__ == "__main__":
    main()
