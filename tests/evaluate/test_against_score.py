"""The numbers are those of shared/eval/score.py, to the last digit that it prints."""

from __future__ import annotations

import json
import runpy
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import tfan
from tfan.evaluate import evaluate, read_folder
from tfan.evaluate.numbers import detection, numbers
from tfan.landmarks.schemes import scheme_for

DIGITS = 4  # that score.py prints
NAMES = (
    "images", "faces", "recall", "ap40", "false_per_img", "nme5", "nme5_median", "nme5_sure",
    "fail10",
)  # fmt: skip
pytestmark = pytest.mark.data


def printed_by_score(shared, folder, n, monkeypatch, capsys) -> dict:
    score = shared / "eval" / "score.py"
    monkeypatch.setattr(sys, "argv", [str(score), str(folder), "--n-landmarks", str(n)])
    runpy.run_path(str(score), run_name="__main__")
    return json.loads(capsys.readouterr().out)


def same_numbers(judged) -> dict:
    got = detection(judged), numbers(judged.faces)
    values = {name: next(getattr(n, name) for n in got if hasattr(n, name)) for name in NAMES}
    return {
        name: value if isinstance(value, int) else None if np.isnan(value) else round(value, DIGITS)
        for name, value in values.items()
    }


@pytest.mark.parametrize("n", [70, 478])
def test_on_real_images(shared, n, monkeypatch, capsys):
    folder = shared / "eval" / "dev"
    printed = printed_by_score(shared, folder, n, monkeypatch, capsys)
    judged = evaluate(read_folder(folder), tfan.ThermalLandmarks(n_landmarks=n).detect)
    assert same_numbers(judged) == {name: printed[name] for name in NAMES}
    assert printed["faces"] > 0


class Guesses:
    """Finds boxes near where faces are drawn at random; what it says depends on the image alone."""

    def __init__(self, n_landmarks):
        self.scheme = scheme_for(n_landmarks)

    def detect(self, image):
        rng = np.random.default_rng(int(image[0, 0]))
        return [self._face(rng) for _ in range(rng.integers(0, 6))]

    def _face(self, rng):
        corner = rng.integers(0, 3, 2) * 20 + rng.normal(0, 3, 2)
        box = np.hstack([corner, corner + rng.normal(20, 3, 2)]).astype(np.float32)
        points = corner + rng.uniform(0, 20, (self.scheme.n_points, 2))
        return SimpleNamespace(
            box_px=box, score=float(rng.choice([0.4, 0.6, 0.8])), scheme=self.scheme.name,
            points_px=points.astype(np.float32), confidence=np.ones(3),
        )  # fmt: skip


def random_set(folder, writers) -> None:
    """Forty images with faces on a grid, some without points, some annotated in part."""
    write_set, entry, true_face = writers
    rng = np.random.default_rng(5)
    images, values = {}, {}
    for i in range(40):
        faces = []
        for _ in range(rng.integers(0, 4)):
            corner = (rng.integers(0, 3, 2) * 20).astype(float)
            names = [n for n in ("right_eye", "nose", "left_mouth") if rng.random() < 0.6]
            points = {n: (corner + rng.uniform(1, 19, 2)).tolist() for n in names}
            word = str(rng.choice(["sure", "approximate"]))
            faces.append(true_face([*corner, *(corner + 20)], points=points, confidence=word))
        images[f"{i:02}.png"] = entry(*faces, partial=bool(rng.random() < 0.2))
        values[f"{i:02}.png"] = np.full((60, 80), 40 + i, np.uint8)
    write_set(folder, images, values=values)


@pytest.mark.parametrize("n", [70, 478])
def test_on_guesses_of_which_many_are_wrong(shared, tmp_path, writers, n, monkeypatch, capsys):
    random_set(tmp_path, writers)
    with monkeypatch.context() as patch:
        patch.setattr(tfan, "ThermalLandmarks", Guesses, raising=False)
        printed = printed_by_score(shared, tmp_path, n, monkeypatch, capsys)
    judged = evaluate(read_folder(tmp_path), Guesses(n).detect)
    assert same_numbers(judged) == {name: printed[name] for name in NAMES}
    assert 0 < printed["recall"] < 1
    assert printed["false_per_img"] > 0
    assert printed["nme5_sure"] != printed["nme5"]
