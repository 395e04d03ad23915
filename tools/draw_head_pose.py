"""Draw docs/pictures/head-pose.png: one synthetic head, turned by known angles, with its axes.

    python tools/draw_head_pose.py [--head HEAD.npz]

The axes drawn are those that `head_poses` finds from the head's landmarks; the numbers are the
renderer's.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from tfan.geometry.head_pose import axes_in_image, head_poses
from tfan.io import write_png
from tfan.synth.draw import draw_face
from tfan.synth.face import render_face
from tfan.synth.head import load_head
from tfan.synth.params import Camera, Pose
from tfan.viz import colourise

OUT = Path(__file__).parents[1] / "docs" / "pictures" / "head-pose.png"
POSES_DEG = (
    ((-35, 0, 0), "yaw -35"), ((0, 0, 0), "0, 0, 0"), ((35, 0, 0), "yaw +35"),
    ((0, -25, 0), "pitch -25"), ((0, 25, 0), "pitch +25"), ((0, 0, 25), "roll +25"),
)  # fmt: skip
COLUMNS, SIDE_PX, SEED = 3, 300, 5
COLOURS = ((230, 70, 60), (60, 190, 80), (70, 120, 255))  # subject's left, up, out of the face
AXIS_PX = 75.0


def portrait(head, person, pose_deg, words: str) -> np.ndarray:
    """Return an RGB picture of a person turned by (3,) yaw, pitch, roll."""
    turned = replace(person, pose=Pose(tuple(map(float, pose_deg)), (0.0, 0.0, 0.0)))
    render = render_face(head, turned, side_px=SIDE_PX)
    scene = np.where(render.coverage > 0, render.celsius, person.heat.ambient_celsius)
    picture = np.ascontiguousarray(colourise(scene.astype(np.float32)))
    sigma = np.ones(len(render.points_px), np.float32)
    axes = axes_in_image(head_poses(render.points_px[None], sigma[None])[0])
    nose = render.points_px[1]
    for end, colour in zip(nose + AXIS_PX * axes, COLOURS, strict=True):
        start, stop = (tuple(np.rint(p).astype(int).tolist()) for p in (nose, end))
        cv2.arrowedLine(picture, start, stop, (0, 0, 0), 5, cv2.LINE_AA, tipLength=0.15)
        cv2.arrowedLine(picture, start, stop, colour, 2, cv2.LINE_AA, tipLength=0.15)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, words, (10, SIDE_PX - 12), font, 0.7, (255, 255, 255), 2, cv2.LINE_AA)
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--head", type=Path)
    head = load_head(parser.parse_args().head)
    person = draw_face(np.random.default_rng(SEED))
    person = replace(
        person, mask=None, glasses=None, beard=None, brim=None, curtain=None,
        camera=Camera(120.0, (0.0, 0.0)),
    )  # fmt: skip
    pictures = [portrait(head, person, pose, words) for pose, words in POSES_DEG]
    rows = [np.hstack(pictures[i : i + COLUMNS]) for i in range(0, len(pictures), COLUMNS)]
    write_png(OUT, np.vstack(rows))


if __name__ == "__main__":
    main()
