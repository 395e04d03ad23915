from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from tfan.evaluate.named_points import NAMED_POINTS
from tfan.landmarks.schemes import load_scheme

HEIGHT, WIDTH = 60, 80
BOX = [20.0, 10.0, 40.0, 50.0]
POINTS = {
    "right_eye": [25.0, 25.0],
    "left_eye": [35.0, 25.0],
    "nose": [30.0, 32.0],
    "right_mouth": [26.0, 40.0],
    "left_mouth": [34.0, 40.0],
    "chin": [30.0, 49.0],
}


@dataclass
class Answer:
    """What evaluation asks of a face; `Face` has more."""

    box_px: np.ndarray
    score: float
    points_px: np.ndarray
    confidence: np.ndarray = field(default_factory=lambda: np.full(4, 0.75, np.float32))
    scheme: str = "facesynthetics70"


def make_answer(
    box=BOX, *, points=POINTS, shift=(0.0, 0.0), score=0.9, scheme="facesynthetics70", **more
) -> Answer:
    """A face whose named points lie at `points` + shift; `more` are further fields."""
    landmarks = np.zeros((load_scheme(scheme).n_points, 2), np.float32)
    for name, point in points.items():
        for index in NAMED_POINTS[scheme][name]:
            landmarks[index] = np.add(point, shift)
    made = Answer(np.array(box, np.float32), score, landmarks, scheme=scheme)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.fixture
def answer() -> Callable[..., Answer]:
    return make_answer


def write_set(folder, images, *, manifest=None, values=None) -> None:
    """Write a set: images is name -> its entry in annotations.json."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    for name, entry in images.items():
        hw = (entry.get("height", HEIGHT), entry.get("width", WIDTH))
        grey = (values or {}).get(name, rng.integers(0, 256, hw, np.uint8))
        cv2.imwrite(str(folder / "images" / name), grey)
    (folder / "annotations.json").write_text(json.dumps({"images": images}), encoding="utf-8")
    if manifest is not None:
        (folder / "manifest.csv").write_text(manifest, encoding="utf-8")


def entry(*faces, **more) -> dict:
    return {"width": WIDTH, "height": HEIGHT, "faces": list(faces), **more}


def true_face(box=BOX, *, points=POINTS, confidence="sure") -> dict:
    return {"box": box, **points, "confidence": confidence}


@pytest.fixture
def made_set(tmp_path):
    """Three images: a sure face, one with two approximate faces of which one has no points, none.

    The folder, and the pixel at the corner of each image, by which a fake may know it.
    """
    left = true_face(confidence="approximate")
    right = true_face([50.0, 10.0, 70.0, 50.0], points={}, confidence="approximate")
    images = {
        "one.png": entry(true_face()),
        "two.png": entry(left, right),
        "zero.png": entry(),
    }
    values = {}
    for corner, name in enumerate(images):
        values[name] = np.tile(np.arange(WIDTH, dtype=np.uint8), (HEIGHT, 1)) * 3
        values[name][0, 0] = corner
    manifest = (
        "file,camera,pose,notes\n"
        "one.png,Camera A,frontal glasses,background masked\n"
        "two.png,Camera B,profile,\n"
    )
    write_set(tmp_path / "set", images, manifest=manifest, values=values)
    return tmp_path / "set"


@pytest.fixture
def detect(answer):
    """Answers of `made_set`: exact; one of two faces, 3-4-5 px away; a box without a face."""
    answers = {
        0: [answer(score=0.9)],
        1: [answer(shift=(3.0, 4.0), score=0.8)],
        2: [answer(score=0.85)],
    }
    return lambda image: answers[int(image[0, 0])]


@pytest.fixture
def writers():
    """`write_set`, `entry` and `true_face`, for tests that write sets of their own."""
    return write_set, entry, true_face
