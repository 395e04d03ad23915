"""The published files where the published package keeps them, used by name, without the net."""

from __future__ import annotations

import shutil
import socket

import numpy as np
import pytest

import tfan

pytest.importorskip("torch")
PX = 1e-3
LOW = 0.2827  # the formula's weights see something everywhere, and little above that


@pytest.fixture
def published_home(home, published_files, monkeypatch):
    """A home folder as the published package leaves it, and no net."""
    landmarks, detector = home / ".tfan" / "models", home / ".neurovc" / "models" / "tfw"
    for folder in (landmarks, detector):
        folder.mkdir(parents=True)
    for kind, folder in (
        ("landmarker_70", landmarks),
        ("landmarker_478", landmarks),
        ("detector_yolov5n_face", detector),
    ):
        shutil.copy(published_files[kind], folder)
    monkeypatch.setenv("TFAN_OFFLINE", "1")
    monkeypatch.setenv("TFAN_CACHE", str(home / "cache"))

    def refuse(*args, **kwargs):
        raise AssertionError("nothing may leave the machine")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return home


@pytest.mark.parametrize(("name", "n"), [("tfan-70", 70), ("tfan-478", 478)])
def test_published_files_are_found_by_name(published_home, published_files, formula, name, n):
    with np.load(formula.reference("published_landmarker.npz")) as golden:
        frame, expected = golden["frame_celsius"], golden[f"sliding_points_{n}"]
    landmarker = tfan.ThermalLandmarks(weights=name, detector="tfw", threads=1)
    assert landmarker.n_landmarks == n
    points, _ = landmarker.process(frame, sliding_window=True)
    np.testing.assert_allclose(points, expected, atol=PX)
    faces = landmarker.detect(frame, min_score=LOW)
    assert all(LOW - 1e-3 <= face.score <= 1 for face in faces)
    assert faces
    numbers = [len(landmarker.detect(frame, min_score=each)) for each in (0.2, LOW, 0.5, 0.6)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]
    assert landmarker.detect(frame) == []  # the published threshold: 0.6
    explicit = tfan.ThermalLandmarks(
        published_files[f"landmarker_{n}"],
        n_landmarks=n,
        detector=published_files["detector_yolov5n_face"],
        threads=1,
    )
    same = explicit.detect(frame, min_score=LOW)
    np.testing.assert_array_equal(faces[0].points_px, same[0].points_px)


def test_the_default_does_not_look_at_them(published_home):
    before = sorted(published_home.rglob("*"))
    landmarker = tfan.ThermalLandmarks(device="cpu", n_landmarks=70)
    assert landmarker._pipeline.landmarker.preparation.name == "tfan"
    assert sorted(published_home.rglob("*")) == before
