"""Write docs/models/adapt/found.json: the adapter on landmarks that tfan found, not on true ones.

    python tools/measure_adapter.py --data SHARDS [--count 1000]

SHARDS: faces of `tfan synth generate faces` that no network was trained on. What tfan finds on each
picture is brought to the 68 by rows alone and by the bundled adaptation network, and compared with
the true 68, whose jaw is the outline that is seen.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from tfan import load_pipeline
from tfan.evaluate.sample import Sample, TrueFace
from tfan.io import write_png
from tfan.io.files import replace_text
from tfan.landmarks import NETWORK_SCHEMES, convert, load_scheme
from tfan.models.adapter import adapt
from tfan.train.adapt_pairs import SHARD_POINTS, found_pairs
from tfan.train.adapt_scores import as_numbers, compared

OUT = Path(__file__).parents[1] / "docs" / "models" / "adapt" / "found.json"
TARGET = "ibug68"
SHOWN, ZOOM, LEAST_YAW_DEG = 8, 3, 45
RED, GREEN, WHITE = (255, 70, 60), (70, 255, 90), (255, 255, 255)
PARTS = ("all", "frontal", "half", "profile", "jaw", "jaw, profile")


def samples(folder: Path) -> Iterator[Sample]:
    """Yield the faces of shards, annotated in the 68."""
    names, make = SHARD_POINTS[TARGET]
    for path in sorted(folder.glob("faces-*.npz")):
        with np.load(path) as archive:
            arrays = {name: archive[name] for name in (*names, "images", "box_px", "pose_deg")}
        for i, points in enumerate(make({name: arrays[name] for name in names})):
            face = TrueFace(
                arrays["box_px"][i].astype(float) + 0.5, load_scheme(TARGET).names,
                points.astype(float) + 0.5, scheme=TARGET,
            )  # fmt: skip
            yield Sample(f"{path.name}:{i}", partial(np.asarray, arrays["images"][i]), (face,))


def drawn(sample: Sample, found: np.ndarray) -> np.ndarray:
    """Return one face with its found jaw, the adapted one and the true one."""
    grey = cv2.resize(sample.read(), None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
    picture = np.repeat(grey[..., None] // 2, 3, axis=2)
    (truth,) = sample.faces
    adapted = adapt(found, "facesynthetics70", TARGET)
    for points, colour in ((truth.points_px, WHITE), (found, RED), (adapted, GREEN)):
        line = (np.asarray(points[:17]) * ZOOM).round().astype(np.int32)
        cv2.polylines(picture, [line], False, colour, 1, cv2.LINE_AA)
        for x, y in line:
            cv2.circle(picture, (int(x), int(y)), 3, colour, -1, cv2.LINE_AA)
    return picture


def write_picture(folder: Path) -> None:
    """Draw the first faces that are turned far."""
    pipeline = load_pipeline(n_landmarks=70, threads=1)
    shown: list[np.ndarray] = []
    for sample in samples(folder):
        for face in pipeline.detect(sample.read(), min_score=0.5, max_faces=1):
            if abs(face.pose_deg[0]) > LEAST_YAW_DEG:
                shown.append(drawn(sample, face.points_px))
        if len(shown) == SHOWN:
            break
    rows = [np.hstack(shown[i : i + SHOWN // 2]) for i in (0, SHOWN // 2)]
    write_png(OUT.with_suffix(".png"), cv2.resize(np.vstack(rows), None, fx=0.6, fy=0.6,
                                                  interpolation=cv2.INTER_AREA))  # fmt: skip


def main() -> None:
    """Measure both schemes of the network."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    asked = parser.parse_args()
    found = {}
    for scheme in NETWORK_SCHEMES:
        pipeline = load_pipeline(n_landmarks=load_scheme(scheme).n_points, threads=1)
        detect = partial(pipeline.detect, min_score=0.0, max_faces=1)
        pairs = found_pairs(islice(samples(asked.data), asked.count), detect, scheme, TARGET)
        rows = convert(pairs.given, scheme, TARGET, near=True)
        both = compared(pairs, rows, adapt(pairs.given, scheme, TARGET), TARGET)
        found[scheme] = {part: row for part, row in as_numbers(both).items() if part in PARTS}
    replace_text(OUT, json.dumps({"pictures": asked.count, "scores": found}, indent=1) + "\n")
    write_picture(asked.data)
    print(OUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
