"""Temperatures of nose and forehead in a radiometric image, such as a FLIR JPEG or a 16-bit TIFF.

python examples/nose_and_forehead.py IMAGE

The nose cools in the cold and under stress, the forehead hardly does.
"""

from __future__ import annotations

import sys

import numpy as np

import tfan
from tfan.io import open_source

NOSE, FOREHEAD = [1, 4, 5], [10, 151, 9]  # of the 478
REACH_PX = 2


def main(image_path: str) -> None:
    with open_source(image_path) as source:
        celsius = next(iter(source)).celsius()
    for face in tfan.ThermalLandmarks(n_landmarks=478).detect(celsius):
        nose, forehead = (around(celsius, face.points_px[rows]) for rows in (NOSE, FOREHEAD))
        print(f"nose {nose:.1f} °C, forehead {forehead:.1f} °C, score {face.score:.2f}")


def around(celsius: np.ndarray, points_px: np.ndarray) -> float:
    """Return the mean of small squares around (N, 2) points; NaN outside the image."""
    padded = np.pad(celsius, REACH_PX, constant_values=np.nan)
    limits = np.array(celsius.shape[::-1]) - 1
    corners = np.clip(np.floor(points_px), 0, limits).astype(int)
    side = 2 * REACH_PX + 1
    return float(np.nanmean([padded[y : y + side, x : x + side] for x, y in corners]))


if __name__ == "__main__":
    main(*sys.argv[1:])
