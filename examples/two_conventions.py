"""The best face of one image in both landmark conventions, as JSON.

python examples/two_conventions.py IMAGE
"""

from __future__ import annotations

import json
import sys

import tfan
from tfan.io import read_image


def main(image_path: str) -> None:
    image = read_image(image_path)
    for n_landmarks in (70, 478):
        for face in tfan.ThermalLandmarks(n_landmarks=n_landmarks).detect(image, max_faces=1):
            points = face.points_px.round(2).tolist()
            print(json.dumps({"scheme": face.scheme, "n": len(points), "points_px": points}))


if __name__ == "__main__":
    main(*sys.argv[1:])
