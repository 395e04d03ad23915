"""Draw the faces of one image.

python examples/draw_faces.py IMAGE OUT.png
"""

from __future__ import annotations

import sys

import tfan
from tfan.io import read_image, write_png
from tfan.thermal.plane import prepare
from tfan.viz import colourise, draw_faces


def main(image_path: str, picture_path: str) -> None:
    image = read_image(image_path)
    faces = tfan.ThermalLandmarks(n_landmarks=70).detect(image)
    picture = colourise(prepare(image).values, palette="iron")
    write_png(picture_path, draw_faces(picture, faces))
    print(f"{len(faces)} faces drawn in {picture_path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
