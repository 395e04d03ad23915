"""Make the radiometric frame that ships with tfan: a synthetic person, 640 x 480, centikelvin.

Needs the extra 'train' and a packed head model (see 'tfan synth pack'):
    python tools/make_demo_frame.py src/tfan/data/demo_frame.tiff
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from tfan.synth.draw import draw_face
from tfan.synth.face import render_face
from tfan.synth.head import load_head
from tfan.synth.params import Pose
from tfan.synth.sensor import clean, draw_sensor, sense
from tfan.synth.texture import paint, smooth_noise

HEIGHT, WIDTH, SIDE_PX = 480, 640, 600
SEED = 93
NETD_CELSIUS = 0.04
KELVIN = 273.15


def scene(seed: int) -> np.ndarray:
    """Return (480, 640) degrees Celsius of a person in a room."""
    person = draw_face(np.random.default_rng([77, seed]), framing="far")
    person = replace(person, pose=Pose((14.0, 2.0, -3.0), (5.0, 0.0, 0.0)))
    face = render_face(load_head(), person, side_px=SIDE_PX)
    room = face.ambient_celsius + 0.6 * smooth_noise(1, (HEIGHT, WIDTH), 160)
    window = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.rectangle(window, (30, 40), (150, 260), 1, -1)
    paint(room, window, face.ambient_celsius - 2.5, blur_px=1.5)
    left = (WIDTH - SIDE_PX) // 2
    part = slice(0, HEIGHT), slice(left, left + SIDE_PX)
    room[part] = np.where(face.coverage[:HEIGHT] > 0, face.celsius[:HEIGHT], room[part])
    sensor = clean(draw_sensor(np.random.default_rng(seed), samples_px=(640, 640.1)))
    quiet = replace(
        sensor, blur=0.7, defocus_px=0.0, motion=None, sharpen=None, vignette_celsius=0.0,
        noise_celsius=NETD_CELSIUS, column_celsius=0.02, row_celsius=0.0,
    )  # fmt: skip
    return sense(room.astype(np.float32), quiet)


def main() -> None:
    out = Path(sys.argv[1])
    centikelvin = np.rint((scene(SEED) + KELVIN) * 100).astype(np.uint16)
    if not cv2.imwrite(str(out), centikelvin):
        sys.exit(f"cannot write {out}")


if __name__ == "__main__":
    main()
