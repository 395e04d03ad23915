"""Each row of the compatibility page where the published package answered otherwise."""

from __future__ import annotations

import copy
import pickle
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files

import cv2
import numpy as np
import pytest

import tfan
from tfan.errors import InputError, WeightsError
from tfan.geometry.pyramid import published_levels
from tfan.io import read_image
from tfan.models import runtime
from tfan.models.detector import Detections, Doubles
from tfan.models.devices import Machine
from tfan.models.registry import bundled_path, find
from tfan.thermal.plane import prepare
from tfan.thermal.published import published_tone

SAME_PX = 1e-3
NEAR_PX = 1.0  # of a face of 200 px: what a burning pixel or a coarser unit may move


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
    "mirrored twice": (lambda c: np.ascontiguousarray(c[::-1, ::-1])[::-1, ::-1], "auto"),
    "list": (lambda c: c.tolist(), "auto"),
    "objects": (lambda c: c.astype(object), "auto"),
    "torch tensor": (lambda c: pytest.importorskip("torch").from_numpy(c), "auto"),
    "one channel": (lambda c: c[:, :, None], "auto"),
}


@pytest.mark.parametrize("unit", UNITS)
def test_numbers_of_any_unit_and_layout_are_the_same_face(landmarker, celsius, expected, unit):
    convert, mode = UNITS[unit]
    assert moved_px(landmarker, convert(celsius), expected, mode=mode) < NEAR_PX


LAYOUTS = ("float64", "float16", "Fortran", "strided", "big endian", "mirrored twice")


@pytest.mark.parametrize("unit", ["centikelvin", *LAYOUTS])
@pytest.mark.parametrize("sliding_window", [False, True])
def test_the_input_is_not_changed(landmarker, celsius, unit, sliding_window):
    frame = UNITS[unit][0](celsius.copy())
    if frame.dtype.kind == "f":
        frame[0, 0] = np.nan
    frame.setflags(write=False)
    before = frame.copy()
    landmarker.process(frame, sliding_window)
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


@pytest.mark.parametrize("sliding_window", [False, True])
def test_sixteen_pixels_are_enough(landmarker, celsius, sliding_window):
    small = cv2.resize(celsius, (16, 16), interpolation=cv2.INTER_AREA)
    points, confidences = landmarker.process(small, sliding_window)
    assert len(points) == len(confidences)
    with pytest.raises(InputError, match="at least 16 x 16 pixels, got shape"):
        landmarker.process(small[:15], sliding_window)


def test_a_face_in_twelve_megapixels_is_found(landmarker, celsius, expected):
    height, width = celsius.shape
    large = cv2.resize(celsius, (4000, 3000), interpolation=cv2.INTER_LINEAR)
    (points,), _ = landmarker.process(large)
    back = points / [4000 / width, 3000 / height]
    assert np.abs(back - expected).max() < 5 * NEAR_PX


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


def test_without_normalisation_the_bundled_weights_answer_the_same(celsius, expected):
    landmarker = tfan.ThermalLandmarks(normalize=False, threads=1)
    assert moved_px(landmarker, celsius, expected) == 0


def refuse_to_run(*args, **kwargs):
    raise AssertionError("this must not run")


def test_sliding_windows_run_no_detector(landmarker, celsius):
    pipeline = replace(landmarker._pipeline, detector=refuse_to_run)
    points, confidences = tfan.ThermalLandmarks(pipeline=pipeline).process(
        celsius, sliding_window=True
    )
    assert points.shape == (478, 2)
    assert (confidences > 0).all()


def test_sliding_windows_ignore_multi_and_answer_in_float32(landmarker, celsius):
    one, all_ = (landmarker.process(celsius, True, multi) for multi in (False, True))
    for each, same in zip(one, all_, strict=True):
        np.testing.assert_array_equal(each, same)
        assert each.dtype == np.float32


def test_max_lvl_is_the_finest_level(landmarker, celsius):
    """Larger faces only: fewer windows are looked at."""
    counted = []

    class Counting:
        def __init__(self, runtime) -> None:
            self.runtime = runtime

        def __call__(self, batch):
            counted[-1] += len(batch)
            return self.runtime(batch)

    whole = landmarker._pipeline
    marks = replace(whole.landmarker, runtime=Counting(whole.landmarker.runtime))
    for max_lvl in (0, 1, 3):
        counted.append(0)
        pipeline = replace(whole, landmarker=marks)
        tfan.ThermalLandmarks(max_lvl=max_lvl, pipeline=pipeline).process(celsius, True)
    assert counted[0] > counted[1] > counted[2] > 0
    levels = [
        [level.hw for level in published_levels((480, 640), eta=0.75, stride=100, max_lvl=each)]
        for each in (0, 2)
    ]
    assert levels[0][:-2] == levels[1]


def test_a_stride_larger_than_the_image_works(landmarker, celsius):
    wide = tfan.ThermalLandmarks(stride=500, pipeline=landmarker._pipeline)
    points, confidences = wide.process(celsius, sliding_window=True)
    assert points.shape == (478, 2)
    assert (confidences > 0).all()


def test_answers_are_bit_equal_in_one_instance(landmarker, celsius):
    for arguments in ({}, {"multi": True}, {"sliding_window": True}):
        first, second = (landmarker.process(celsius, **arguments) for _ in range(2))
        for one, same in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, same)


class BesideNothing:
    """A detector that finds boxes of no or little size beside those that another finds."""

    threshold, runtime, doubles = 0.5, None, Doubles()

    def __init__(self, detector, side_px: float, *, first: bool) -> None:
        self.detector, self.first = detector, first
        places = np.float32([[30, 30], [90, 20], [0, 0], [-0.5, 100]])
        self.boxes = np.concatenate([places, places + side_px], axis=1)
        self.boxes[1, 3] += 40  # high, but of no width
        self.five = np.repeat(places[:, None], 5, axis=1)

    def __call__(self, plane, *, min_score=None) -> Detections:
        found = self.detector(plane)
        n = len(self.boxes)
        parts = [
            (found.boxes_px, found.scores, found.five_px),
            (self.boxes, np.full(n, 0.99 if self.first else 0.01, np.float32), self.five),
        ]
        if self.first:
            parts.reverse()
        return Detections(*(np.concatenate(each) for each in zip(*parts, strict=True)))


@pytest.mark.parametrize("side_px", [0.0, 1.0])
@pytest.mark.parametrize("first", [True, False])
def test_other_faces_are_answered_beside_a_degenerate_box(
    landmarker, celsius, expected, side_px, first
):
    whole = landmarker._pipeline
    beside = BesideNothing(whole.detector, side_px, first=first)
    found = replace(whole, detector=beside, min_score=0.0).detect(celsius)
    assert all(np.isfinite(face.points_px).all() for face in found)
    assert min(np.abs(face.points_px - expected).max() for face in found) < SAME_PX


@pytest.mark.parametrize(
    ("hw", "seen"), [((480, 640), (192, 256)), ((640, 480), (256, 192)), ((3000, 4000), (192, 256))]
)
def test_what_the_bundled_detector_sees_is_of_one_size(landmarker, hw, seen):
    shapes = []

    def see(batch):
        shapes.append(batch.shape)
        return (np.full((1, batch.shape[2] * batch.shape[3] * 21 // 1024, 15), -9, np.float32),)

    detector = replace(landmarker._pipeline.detector, runtime=see)
    assert len(detector(prepare(np.zeros(hw, np.uint8))).scores) == 0
    assert shapes == [(1, 1, *seen)]


PROCESSOR_ONLY = Machine(("CPUExecutionProvider",), "1.20.0", "2.6.0+cpu", torch_cuda=False)


@pytest.fixture
def no_cuda(monkeypatch):
    monkeypatch.setattr(runtime, "look", lambda device, backend: PROCESSOR_ONLY)


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:1"])
@pytest.mark.parametrize("backend", ["auto", "onnxruntime", "torch"])
def test_cuda_without_cuda_is_one_sentence(no_cuda, device, backend):
    with pytest.raises(InputError, match=r"^device: expected 'cpu' .*, got ") as refusal:
        tfan.ThermalLandmarks(device=device, backend=backend)
    assert "For CUDA: " in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("gpus", [None, [0], [0, 1]])
def test_auto_without_cuda_is_the_processor(no_cuda, celsius, expected, gpus):
    landmarker = tfan.ThermalLandmarks(device="auto", gpus=gpus, threads=1)
    assert landmarker.device == "cpu"
    assert moved_px(landmarker, celsius, expected) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"own.onnx is empty"),
        (b"<!DOCTYPE html><title>Quota exceeded</title>", r"own.onnx is a web page, not weights"),
        (b"PK\x03\x04 of torch", r"own.onnx"),
        (b"\x08\x07" * 500, r"own.onnx"),
        (None, r"own.onnx"),
    ],
)
@pytest.mark.parametrize("argument", ["model_path", "detector"])
def test_damaged_files_are_one_sentence(tmp_path, content, sentence, argument):
    path = tmp_path / "own.onnx"
    whole = bundled_path(find("landmarks" if argument == "model_path" else "detector")).read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(WeightsError, match=sentence) as refusal:
        tfan.ThermalLandmarks(**{argument: path})
    assert "\n" not in str(refusal.value)


def test_levels_of_0_and_1_are_brightness_like_any_other(landmarker):
    reading = tfan.interpret(np.eye(64, dtype=np.uint8))
    assert (reading.meaning, reading.unit) == ("pixel", "8-bit levels")
    tone = published_tone(prepare(np.eye(64, dtype=np.uint8)))
    assert tone(np.float32([0, 1])).tolist() == pytest.approx([0, 1 / 255])
    assert landmarker.process(np.eye(64, dtype=np.uint8)) == ([], [])
