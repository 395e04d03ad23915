"""The MediaPipe rival with a MediaPipe that is a fake: both of its interfaces, old and new."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfan.evaluate.benchmark.rivals import RivalError, open_rival

PROGRAM = Path(__file__).parents[3] / "examples" / "rivals" / "mediapipe_facemesh.py"
POINTS = """
from types import SimpleNamespace

__version__ = "0.0"

def mesh_of(rgb):
    assert rgb.dtype.name == "uint8" and rgb.ndim == 3, (rgb.dtype, rgb.shape)
    if not rgb.any():
        return []
    at = [SimpleNamespace(x=0.25 + i / 1000, y=0.5, z=0.0) for i in range(478)]
    return [at]
"""
OLD = (
    POINTS
    + """
class FaceMesh:
    def __init__(self, static_image_mode, refine_landmarks, **more):
        assert static_image_mode and refine_landmarks
    def process(self, rgb):
        found = [SimpleNamespace(landmark=mesh) for mesh in mesh_of(rgb)]
        return SimpleNamespace(multi_face_landmarks=found or None)

solutions = SimpleNamespace(face_mesh=SimpleNamespace(FaceMesh=FaceMesh))
"""
)
NEW_TOP = (
    POINTS
    + """
ImageFormat = SimpleNamespace(SRGB=1)

def Image(image_format, data):
    return data
"""
)
NEW_TASKS = """
from types import SimpleNamespace
import mediapipe

def BaseOptions(model_asset_path):
    assert model_asset_path == "own.task"

class FaceLandmarker:
    @classmethod
    def create_from_options(cls, options):
        return cls()
    def detect(self, image):
        return SimpleNamespace(face_landmarks=mediapipe.mesh_of(image))

vision = SimpleNamespace(FaceLandmarker=FaceLandmarker, FaceLandmarkerOptions=lambda **more: None)
"""


@pytest.fixture
def mediapipe(tmp_path, monkeypatch):
    def install(top: str, tasks: str = "") -> None:
        home = tmp_path / "mediapipe" / "tasks" / "python"
        home.mkdir(parents=True)
        (tmp_path / "mediapipe" / "__init__.py").write_text(top, encoding="utf-8")
        (home / "__init__.py").write_text(tasks, encoding="utf-8")
        (home.parent / "__init__.py").touch()
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return install


@pytest.mark.parametrize("interface", ["old", "new"])
def test_points_are_in_pixels_and_the_box_is_their_hull(mediapipe, monkeypatch, interface):
    if interface == "old":
        mediapipe(OLD)
    else:
        mediapipe(NEW_TOP, NEW_TASKS)
        monkeypatch.setenv("FACE_LANDMARKER_TASK", "own.task")
    rival = open_rival(PROGRAM)
    try:
        celsius = np.linspace(20, 36, 200 * 100).reshape(100, 200)
        [face] = rival.find(celsius, "temperature")
        nothing = rival.find(np.zeros((100, 200), np.uint16), "auto")
    finally:
        rival.close()
    assert rival.about["name"] == "MediaPipe FaceMesh"
    assert rival.scheme == face.scheme == "mediapipe478"
    np.testing.assert_allclose(face.points_px[[0, 477]], [[50, 50], [145.4, 50]])
    np.testing.assert_allclose(face.box_px, [50, 50, 143.4, 50])  # irises are no part of the hull
    assert face.score == 1
    assert nothing == []


def test_a_new_one_without_weights_says_so(mediapipe, monkeypatch):
    mediapipe(NEW_TOP, NEW_TASKS)
    monkeypatch.delenv("FACE_LANDMARKER_TASK", raising=False)
    with pytest.raises(RivalError, match="name them in FACE_LANDMARKER_TASK"):
        open_rival(PROGRAM)


def test_without_mediapipe_it_says_what_is_missing(tmp_path, monkeypatch):
    (tmp_path / "mediapipe.py").write_text("raise ImportError('none here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RivalError, match="none here"):
        open_rival(PROGRAM)
