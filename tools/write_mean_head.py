"""Write the mean head's landmarks for the head pose: src/tfan/geometry/data/mean_head.npz.

    python tools/write_mean_head.py [--head HEAD.npz]

HEAD.npz is what `tfan synth pack` writes from ICT-FaceKit (MIT licence).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tfan.geometry.head_pose import N_FITTED
from tfan.synth.head import load_head

OUT = Path(__file__).parents[1] / "src" / "tfan" / "geometry" / "data" / "mean_head.npz"


def mean_landmarks(path: Path | None) -> np.ndarray:
    """Return (478, 3) centimetres on the neutral mean head; x subject's left, y up, z forward."""
    head = load_head(path)
    return head.rows.points(head.mean)[:N_FITTED].astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--head", type=Path)
    asked = parser.parse_args()
    OUT.parent.mkdir(exist_ok=True)
    beside = OUT.with_suffix(".part")
    with beside.open("wb") as file:
        np.savez_compressed(file, points_cm=mean_landmarks(asked.head))
    beside.replace(OUT)


if __name__ == "__main__":
    main()
