"""Time `tfan.rois.measure` on faces of several sizes; prints the table of the docs.

    python tools/time_regions.py [--scheme mediapipe478]

All 17 regions on the mean head, upright, in a field with noise; once wholly seen and once with a
quarter of the face hidden. Thread time, the median of 20 faces, the least of some rounds.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from tfan.landmarks import NETWORK_SCHEMES, load_scheme
from tfan.rois import measure
from tfan.rois.mean_face import flat, mean_face
from tfan.types import AnyArray, Array, Face

SIZES_PX = (56, 100, 200, 400)
HW = (512, 640)
FACES, ROUNDS = 20, 7
_FACE_CM = 15.3  # sqrt(width x height) of the mean face's landmarks
_HIDDEN_SHARE = 0.25  # of the face's size: landmarks so near to one are hidden


def face_of(scheme: str, size_px: float, rng: np.random.Generator, *, hidden: bool) -> Face:
    """Return a face in the middle of the frame."""
    points_cm = flat(mean_face(scheme))
    centre = np.array(HW[::-1]) / 2 + rng.uniform(-1, 1, 2)
    points: Array = (points_cm * (size_px / _FACE_CM) + centre).astype(np.float32)
    n = len(points)
    apart = np.linalg.norm(points - points[rng.integers(n)], axis=1)
    covered = hidden & (apart < _HIDDEN_SHARE * size_px)
    return Face(
        box_px=np.zeros(4, np.float32), score=1.0, points_px=points,
        sigma_px=np.full(n, 0.02 * size_px, np.float32), confidence=np.ones(n, np.float32),
        visibility=np.where(covered, 0.1, 0.95).astype(np.float32), scheme=scheme,
        five_px=points[load_scheme(scheme).five], quality=1.0,
        pose_deg=np.zeros(3, np.float32),
    )  # fmt: skip


def milliseconds(celsius: AnyArray, faces: list[Face]) -> float:
    """Return what measuring one of the faces takes."""
    rounds = []
    for _ in range(ROUNDS):
        taken = []
        for face in faces:
            start = time.thread_time()
            measure(celsius, face)
            taken.append(time.thread_time() - start)
        rounds.append(np.median(taken))
    return 1e3 * float(min(rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--scheme", choices=NETWORK_SCHEMES, default="mediapipe478")
    scheme = parser.parse_args().scheme
    rng = np.random.default_rng(0)
    celsius = rng.normal(33, 0.5, HW).astype(np.float32)
    print("| face | all seen | a part hidden |\n|---:|---:|---:|")
    for size_px in SIZES_PX:
        row = []
        for hidden in (False, True):
            faces = [face_of(scheme, size_px, rng, hidden=hidden) for _ in range(FACES)]
            row.append(milliseconds(celsius, faces))
        print(f"| {size_px} px | {row[0]:.1f} ms | {row[1]:.1f} ms |", flush=True)


if __name__ == "__main__":
    main()
