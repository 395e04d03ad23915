"""Each row of the compatibility page where the published package answered otherwise."""

from __future__ import annotations

import copy
import pickle
import socket
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import tfan
from tfan.errors import InputError, WeightsError
from tfan.io import read_image

SAME_PX = 1e-3
NEAR_PX = 1.0  # of a face of 200 px: what a burning pixel or a coarser unit may move
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "compatibility.md"


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    """The frame that ships with tfan, in centikelvin: one face."""
    return read_image(str(files("tfan") / "data" / "demo_frame.tiff"))


@pytest.fixture(scope="module")
def celsius(counts) -> np.ndarray:
    return counts / np.float32(100) - np.float32(273.15)


@pytest.fixture(scope="module")
def landmarker() -> tfan.ThermalLandmarks:
    return tfan.ThermalLandmarks(threads=1)


@pytest.fixture(scope="module")
def expected(landmarker, celsius) -> np.ndarray:
    return landmarker.process(celsius)[0][0]


def moved_px(landmarker, image, expected, **arguments) -> float:
    (points,), (confidence,) = landmarker.process(image, **arguments)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    return float(np.abs(points - expected).max())


def test_no_face_is_two_empty_lists(landmarker):
    wall = np.full((240, 320), 22.0, np.float32)  # one grey: no error either
    assert landmarker.process(wall) == ([], [])
    assert landmarker.process(wall, multi=True) == ([], [])


def test_sliding_windows_refuse_what_is_no_face(landmarker):
    noise = np.random.default_rng(0).normal(22, 1, (120, 160)).astype(np.float32)
    points, confidences = landmarker.process(noise, sliding_window=True)
    assert (points == -1).all()
    assert (confidences == 0).all()


def test_sliding_windows_answer_beside_nan_and_beyond_the_deepest_level(celsius, landmarker):
    spoilt = celsius.copy()
    spoilt[3:9, 3:9] = np.nan
    for image, max_lvl in ((spoilt, 0), (celsius, 50)):
        searching = tfan.ThermalLandmarks(max_lvl=max_lvl, pipeline=landmarker._pipeline)
        points, confidences = searching.process(image, sliding_window=True)
        assert points.shape == (478, 2)
        assert np.isfinite(points).all()
        assert np.isfinite(confidences).all()


@pytest.mark.parametrize("hw", [(101, 120), (120, 101), (224, 448)])
def test_sliding_windows_work_at_any_size(landmarker, celsius, hw):
    points, _ = landmarker.process(np.resize(celsius, hw), sliding_window=True)
    assert points.shape == (478, 2)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 500.0, -273.0])
@pytest.mark.parametrize("where", [(0, 0), (200, 300)])
def test_one_bad_pixel_moves_nothing(landmarker, celsius, expected, value, where):
    spoilt = celsius.copy()
    spoilt[where] = value
    assert moved_px(landmarker, spoilt, expected) < NEAR_PX


def test_two_per_cent_of_hot_or_cold_pixels_change_no_meaning(landmarker, celsius, expected):
    for value in (90.0, -15.0):
        spoilt = celsius.copy()
        spoilt[-round(0.02 * len(spoilt)) - 1 :] = value
        assert tfan.interpret(spoilt).meaning == "temperature"
        assert moved_px(landmarker, spoilt, expected) < 3 * NEAR_PX


UNITS = {
    "centikelvin": (lambda c: ((c + 273.15) * 100).round().astype(np.uint16), "auto"),
    "centikelvin as pixel": (lambda c: ((c + 273.15) * 100).round().astype(np.uint16), "pixel"),
    "centikelvin as temperature": (
        lambda c: ((c + 273.15) * 100).round().astype(np.uint16),
        "temperature",
    ),
    "14 bits": (lambda c: (c * 30 + 7000).round().astype(np.uint16), "auto"),
    "kelvin": (lambda c: c + np.float32(273.15), "auto"),
    "a cold scene": (lambda c: c - 25, "temperature"),
    "deci-degrees": (lambda c: (c * 10).round().astype(np.int32), "auto"),
    "float64": (lambda c: c.astype(np.float64), "auto"),
    "float16": (lambda c: c.astype(np.float16), "auto"),
    "Fortran": (np.asfortranarray, "auto"),
    "strided": (lambda c: np.repeat(c, 2, axis=1)[:, ::2], "auto"),
    "big endian": (lambda c: c.astype(">f4"), "auto"),
    "list": (lambda c: c.tolist(), "auto"),
    "one channel": (lambda c: c[:, :, None], "auto"),
}


@pytest.mark.parametrize("unit", UNITS)
def test_numbers_of_any_unit_and_layout_are_the_same_face(landmarker, celsius, expected, unit):
    convert, mode = UNITS[unit]
    assert moved_px(landmarker, convert(celsius), expected, mode=mode) < NEAR_PX


def test_the_input_is_not_changed(landmarker, celsius):
    frame = celsius.copy()
    frame[0, 0] = np.nan
    frame.setflags(write=False)
    before = frame.copy()
    landmarker.process(frame)
    np.testing.assert_array_equal(frame, before)


def test_colours_are_read_and_alpha_dropped(landmarker, celsius, expected):
    low, high = celsius.min(), celsius.max()
    grey = ((celsius - low) / (high - low) * 255).round().astype(np.uint8)
    three = np.dstack([grey] * 3)
    for image in (three, np.dstack([three, np.full_like(grey, 255)])):
        assert moved_px(landmarker, image, expected) < 2 * NEAR_PX


def test_masked_pixels_are_not_measured(landmarker, celsius, expected):
    spoilt = celsius.copy()
    spoilt[:10, :10] = 500
    masked = np.ma.masked_array(spoilt, spoilt == 500)
    assert moved_px(landmarker, masked, expected) < NEAR_PX


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (np.zeros((64, 64), bool), "image: expected real numbers, got dtype bool"),
        (np.zeros((64, 64), complex), "image: expected real numbers, got dtype complex128"),
        (None, "image: expected real numbers, got dtype object"),
        (np.zeros(64), r"image: expected shape .* got \(64,\)"),
        (np.zeros((64, 64, 2)), r"image: expected shape .* got \(64, 64, 2\)"),
        (np.zeros((0, 0)), r"image: expected at least 16 x 16 pixels, got shape \(0, 0\)"),
        (np.zeros((0, 640), np.uint8), "image: expected at least 16 x 16 pixels"),
        (np.zeros((1, 1)), "image: expected at least 16 x 16 pixels"),
        (np.zeros((8, 640)), "image: expected at least 16 x 16 pixels"),
        (np.full((64, 64), np.nan), "image: expected finite values, got only NaN"),
    ],
)
def test_what_is_no_image_is_a_sentence(landmarker, image, sentence):
    for sliding_window in (False, True):
        with pytest.raises(InputError, match=sentence):
            landmarker.process(image, sliding_window)


def test_a_fault_leaves_nothing_behind(landmarker, celsius, expected):
    with pytest.raises(InputError):
        landmarker.process(np.zeros(3))
    assert moved_px(landmarker, celsius, expected) == 0


@pytest.mark.parametrize("hw", [(348, 464), (480, 640), (640, 480), (1080, 1920), (3000, 4000)])
def test_any_height_works_in_silence(landmarker, capfd, hw):
    assert landmarker.process(np.full(hw, 90, np.uint8)) == ([], [])
    assert capfd.readouterr() == ("", "")


def test_a_face_at_the_border_is_told_where_it_is(landmarker, celsius, expected):
    cut = round(float(expected[:, 0].mean()))
    (face,) = landmarker.detect(celsius[:, :cut], max_faces=1)
    assert (face.box_px[[0, 2]] <= cut).all()
    outside = face.points_px[:, 0] >= cut
    assert outside.any()  # the half that is not in the image
    assert (face.visibility[outside] == 0).all()


def test_threads_of_one_instance_get_their_own_faces(landmarker, celsius, expected):
    mirrored = celsius[:, ::-1]
    wanted = {False: expected, True: landmarker.process(mirrored)[0][0]}
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            (turned, pool.submit(landmarker.process, mirrored if turned else celsius))
            for turned in [False, True] * 5
        ]
        for turned, job in jobs:
            np.testing.assert_allclose(job.result()[0][0], wanted[turned], atol=SAME_PX)


@pytest.mark.parametrize("travel", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_instances_copy_and_pickle(landmarker, celsius, expected, travel):
    assert moved_px(travel(landmarker), celsius, expected) == 0


def test_threads_of_the_network_change_no_more_than_rounding(celsius, expected):
    assert moved_px(tfan.ThermalLandmarks(threads=2), celsius, expected) < SAME_PX


@pytest.fixture
def offline(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("nothing may leave the machine")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("n_landmarks", [70, 478])
def test_the_published_readme_runs_offline_and_writes_nothing(
    offline, home, celsius, n_landmarks, capfd
):
    from tfan import ThermalLandmarks

    landmarker = ThermalLandmarks(device="cpu", n_landmarks=n_landmarks)
    landmarks, confidences = landmarker.process(celsius)
    assert landmarks[0].shape == (n_landmarks, 2)
    assert confidences[0].shape == (n_landmarks,)
    assert list(home.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_what_runs_is_told(landmarker):
    assert (landmarker.device, landmarker.backend) == ("cpu", "onnxruntime")


def test_gpus_are_not_asked_for_on_the_processor(celsius, expected):
    landmarker = tfan.ThermalLandmarks(device="cpu", gpus=[0, 1], threads=1)
    assert moved_px(landmarker, celsius, expected) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"device": "banana"}, "device: expected 'cpu', 'cuda' or 'cuda:0', got 'banana'"),
        ({"n_landmarks": 68}, "n_landmarks: expected 70 or 478, got 68"),
        ({"backend": "tf"}, "backend: expected 'auto' or 'onnxruntime' or 'torch', got 'tf'"),
        ({"weights": "tfan-68"}, "weights: expected 'tfan-478' or 'tfan-70', got 'tfan-68'"),
        (
            {"weights": "tfan-478", "n_landmarks": 70},
            "n_landmarks: expected 478 with weights='tfan-478', got 70",
        ),
        (
            {"weights": "tfan-70", "model_path": "70.pt"},
            "weights: expected one of weights and model_path, got 'tfan-70' beside model_path",
        ),
        (
            {"detector": "tfw", "detector_path": "own.onnx"},
            "detector: expected one of detector and detector_path, got 'tfw' beside detector_path",
        ),
    ],
)
def test_wrong_arguments_are_sentences(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        tfan.ThermalLandmarks(**arguments)


def test_a_missing_file_is_a_sentence():
    for name in ("none.pt", "none.onnx"):
        with pytest.raises(WeightsError, match=rf"{name}: cannot be read as weights: No such file"):
            tfan.ThermalLandmarks(name)
        with pytest.raises(WeightsError, match=rf"{name}: cannot be read as weights: No such file"):
            tfan.ThermalLandmarks(detector=name)


def test_every_row_of_the_page_has_both_answers():
    tables = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
    assert len(rows) > 40
    assert all(len(row) == 3 and all(row) for row in rows)
