"""The published landmark weights give the published numbers, whichever way they come and run."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

import tfan
from tfan.errors import InputError, WeightsError
from tfan.models.detector import Detections, Doubles
from tfan.models.metadata import read_metadata
from tfan.models.published.face_detector import published_detector

PX, RELATIVE = 1e-3, 1e-4  # what the issue asks for
ROUTES = (  # from where the file comes, and what runs it
    ("as published", "onnxruntime"),
    ("as published", "torch"),
    ("converted", "onnxruntime"),
    ("without torch", "onnxruntime"),
)


class Boxes:
    """A detector that finds the boxes it was given."""

    threshold, runtime, doubles = 0.5, None, Doubles()

    def __init__(self, boxes: np.ndarray) -> None:
        self.boxes = np.float32(boxes).reshape(-1, 4)

    def __call__(self, plane, *, min_score=None) -> Detections:
        n = len(self.boxes)
        five = np.zeros((n, 5, 2), np.float32)
        return Detections(self.boxes - np.float32(0.5), np.linspace(0.95, 0.9, n), five)


@pytest.fixture(scope="module")
def golden(formula) -> dict[str, np.ndarray]:
    with np.load(formula.reference("published_landmarker.npz")) as stored:
        return dict(stored)


@pytest.fixture(scope="module")
def by_hand(formula, tmp_path_factory):
    path = Path(__file__).with_name("landmark_onnx.py")
    spec = spec_from_file_location("landmark_onnx", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("by hand")

    def write(n: int) -> Path:
        path = folder / f"{n}.onnx"
        if not path.exists():
            path.write_bytes(module.landmark_onnx(formula.formula_state(f"landmarker_{n}")))
        return path

    return write


@pytest.fixture(scope="module", params=[70, 478])
def n(request) -> int:
    return request.param


@pytest.fixture(scope="module", params=ROUTES, ids=" by ".join)
def route(request) -> tuple[str, str]:
    return request.param


@pytest.fixture(scope="module")
def backend(route) -> str:
    return route[1]


@pytest.fixture(scope="module")
def file(request, route, n, by_hand, tmp_path_factory) -> Path:
    if route[0] == "without torch":
        return by_hand(n)
    pytest.importorskip("torch")
    published = request.getfixturevalue("published_files")[f"landmarker_{n}"]
    if route[0] == "as published":
        return published
    from tfan.models.published.convert import convert_file

    return convert_file(published, tmp_path_factory.mktemp("converted") / f"{n}.onnx").path


@pytest.fixture(scope="module")
def landmarker(file, backend, n, golden) -> tfan.ThermalLandmarks:
    threads = 1 if backend == "onnxruntime" else None  # torch has its own for the whole process
    loaded = tfan.load_pipeline(file, n_landmarks=n, threads=threads, backend=backend)
    pipeline = replace(loaded, detector=Boxes(golden["box_xyxy"]))
    return tfan.ThermalLandmarks(n_landmarks=n, pipeline=pipeline)


def test_crops(landmarker, golden, n):
    points, _, _, _, third = landmarker._pipeline.landmarker.run(
        golden["crop_u8"] / np.float32(255)
    )
    expected = golden[f"out_{n}"]
    scale = np.abs(expected).max()
    np.testing.assert_allclose((points + 1) / 2, expected[..., :2], atol=RELATIVE * scale)
    scale = np.abs(expected[..., 2]).max()
    np.testing.assert_allclose(third, expected[..., 2], atol=RELATIVE * scale)


def test_process_of_temperatures(landmarker, golden, n):
    points, confidences = landmarker.process(golden["frame_celsius"], mode="temperature")
    np.testing.assert_allclose(points[0], golden[f"process_points_{n}"], atol=PX)
    np.testing.assert_array_equal(points[0], landmarker.process(golden["frame_celsius"])[0][0])
    assert ((confidences[0] > 0) & (confidences[0] <= 1)).all()


def test_process_of_pixels(landmarker, golden, n):
    points, _ = landmarker.process(golden["frame_u8"], mode="pixel")
    np.testing.assert_allclose(points[0], golden[f"process_points_u8_{n}"], atol=PX)


def test_sliding_window(landmarker, golden, n):
    points, _ = landmarker.process(golden["frame_celsius"], sliding_window=True, mode="temperature")
    np.testing.assert_allclose(points, golden[f"sliding_points_{n}"], atol=PX)


class Recording:
    """A network that keeps what it answered."""

    def __init__(self, runtime) -> None:
        self.runtime, self.answered = runtime, []

    def __call__(self, batch):
        self.answered.append(self.runtime(batch))
        return self.answered[-1]

    def thirds(self) -> np.ndarray:
        """Return the third output (F, N) of all that was seen."""
        return np.concatenate([outputs[4] for outputs in self.answered])


@pytest.fixture
def recorded(landmarker) -> tuple[tfan.Pipeline, Recording]:
    pipeline = landmarker._pipeline
    recording = Recording(pipeline.landmarker.runtime)
    marks = replace(pipeline.landmarker, runtime=recording)
    return replace(pipeline, landmarker=marks), recording


def test_third_output_of_process(recorded, golden, n):
    pipeline, recording = recorded
    pipeline.detect(golden["frame_celsius"], mode="temperature")
    expected = golden[f"process_third_{n}"]
    (third,) = recording.thirds()
    np.testing.assert_allclose(third, expected, atol=RELATIVE * np.abs(expected).max())


def test_third_output_of_the_sliding_window(recorded, golden, n):
    pipeline, recording = recorded
    pipeline.slide(golden["frame_celsius"], mode="temperature")
    expected = golden[f"sliding_third_{n}"]
    thirds = recording.thirds()
    third = thirds[thirds.mean(axis=1).argmin()]
    np.testing.assert_allclose(third, expected, atol=RELATIVE * np.abs(expected).max())


def test_sigma_and_confidence_come_from_the_variance_with_the_right_direction(
    landmarker, golden, n
):
    (face,) = landmarker.detect(golden["frame_celsius"], mode="temperature")
    variance = np.maximum(golden[f"process_third_{n}"], 1e-6)
    side_px = 150  # of the crop: 1.25 times the longer side of the box
    expected = np.sqrt(variance) * side_px * np.sqrt(np.pi / 2)  # mean distance, normal density
    np.testing.assert_allclose(face.sigma_px, expected, rtol=1e-3)
    sure, unsure = variance.argmin(), variance.argmax()
    assert face.confidence[sure] > face.confidence[unsure]
    np.testing.assert_array_equal(
        np.argsort(face.sigma_px)[[0, -1]], [np.argsort(variance)[0], unsure]
    )


def test_a_face_of_published_weights_is_whole(landmarker, golden, n):
    (face,) = landmarker.detect(golden["frame_celsius"])
    assert face.points_px.shape == (n, 2)
    assert face.scheme == {70: "facesynthetics70", 478: "mediapipe478"}[n]
    np.testing.assert_array_equal(face.box_px, golden["box_xyxy"])  # the detector's own
    np.testing.assert_allclose(face.score, 0.95, atol=1e-4)
    assert 0 <= face.quality <= 1
    assert np.isfinite(face.five_px).all()
    assert np.isfinite(face.pose_deg).all() == (n == 478)  # heads are fitted to the 478


def test_visibility_is_1_inside_the_image_and_0_outside(plain, golden):
    frame = golden["frame_celsius"]
    height, width = frame.shape

    def diagonal(crops):
        """Answer with points from corner to corner of the crop."""
        points, *rest = plain.landmarker.runtime(crops)
        points[0] = np.linspace(-1, 1, 70)[:, None]
        return points, *rest

    at_the_corner = Boxes([[width - 60, height - 60, width, height]])
    marks = replace(plain.landmarker, runtime=diagonal)
    (face,) = replace(plain, detector=at_the_corner, landmarker=marks).detect(frame)
    inside = (face.points_px >= 0).all(axis=1) & (face.points_px < [width, height]).all(axis=1)
    assert inside.any()
    assert not inside.all()
    np.testing.assert_allclose(face.visibility, inside, atol=1e-4)


def test_instances_pickle(landmarker, golden):
    again = pickle.loads(pickle.dumps(landmarker))
    np.testing.assert_array_equal(
        again.process(golden["frame_celsius"])[0][0],
        landmarker.process(golden["frame_celsius"])[0][0],
    )


@pytest.fixture
def plain(by_hand, golden) -> tfan.Pipeline:
    """The 70 landmarks, run without torch."""
    loaded = tfan.load_pipeline(by_hand(70), n_landmarks=70, threads=1)
    return replace(loaded, detector=Boxes(golden["box_xyxy"]))


def test_without_normalisation_the_window_is_not_stretched(plain, by_hand, golden):
    frame = golden["frame_celsius"]
    unstretched = tfan.load_pipeline(by_hand(70), n_landmarks=70, normalize=False, threads=1)
    unstretched = replace(unstretched, detector=plain.detector)
    (face,) = unstretched.detect(frame)
    assert np.abs(face.points_px - plain.detect(frame)[0].points_px).max() > 0.1
    whole = frame.copy()
    whole[0, :8], whole[0, 8:16] = 15, 45  # with both ends of the window in it, both agree
    one, other = (each.detect(whole)[0].points_px for each in (plain, unstretched))
    np.testing.assert_allclose(one, other, atol=PX)
    again = pickle.loads(pickle.dumps(unstretched))
    np.testing.assert_array_equal(again.detect(frame)[0].points_px, face.points_px)


def test_many_faces_are_as_one_by_one(plain, golden):
    boxes = np.float32([[110, 60, 205, 180], [5, 5, 60, 90], [250, 150, 319, 239]])
    together = replace(plain, detector=Boxes(boxes)).detect(golden["frame_celsius"])
    assert len(together) == 3
    for face in together:
        (alone,) = replace(plain, detector=Boxes(face.box_px)).detect(golden["frame_celsius"])
        np.testing.assert_allclose(face.points_px, alone.points_px, atol=PX)


@pytest.mark.parametrize("hw", [(101, 120), (120, 101), (224, 448), (16, 400), (300, 223)])
def test_sliding_works_on_any_size(plain, golden, hw):
    frame = golden["frame_celsius"]
    image = np.resize(frame, hw)
    face = plain.slide(image)
    assert np.isfinite(face.points_px).all()
    assert plain.slide(image, max_lvl=99) is not None


def nested_rows() -> np.ndarray:
    """Rows of the published detector: a face, a small one in it, and a double of the first."""
    boxes = [(40, 40, 200, 200), (80, 80, 140, 140), (50, 40, 210, 200)]
    rows = np.zeros((1, 3, 16), np.float32)
    for row, (left, top, right, bottom), score in zip(rows[0], boxes, (0.9, 0.8, 0.7), strict=True):
        row[:4] = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        row[4], row[15] = score, 1
    return rows


def test_a_face_in_a_face_is_answered_as_published(plain):
    detector = published_detector(lambda batch: (nested_rows(),))
    pipeline = replace(plain, detector=detector, min_score=detector.threshold)
    landmarker = tfan.ThermalLandmarks(n_landmarks=70, pipeline=pipeline)
    image = np.full((256, 256), 90, np.uint8)
    points, _ = landmarker.process(image, multi=True)
    assert len(points) == 2
    boxes = [face.box_px.tolist() for face in landmarker.detect(image)]
    assert boxes == [[40, 40, 200, 200], [80, 80, 140, 140]]
    others = replace(pipeline, detector=Boxes(boxes))  # of a detector that drops none by itself
    assert len(others.detect(image)) == 2


def test_a_box_of_no_width_loses_no_other_face(plain, golden):
    boxes = golden["box_xyxy"], [100, 50, 100, 90], [40, 40, 41, 41], [60, 60, 60, 60]
    faces = replace(plain, detector=Boxes(boxes)).detect(golden["frame_celsius"])
    assert len(faces) == 4
    np.testing.assert_allclose(faces[0].points_px, golden["process_points_70"], atol=PX)
    assert all(np.isfinite(face.points_px).all() for face in faces)


def test_a_pyramid_of_very_many_windows_stays_bounded(plain, golden):
    counted = []

    class Flat:
        def __call__(self, crops):
            counted.append(len(crops))
            n = len(crops)
            points, per_point = np.zeros((n, 70, 2), np.float32), np.zeros((n, 70), np.float32)
            return points, per_point, per_point, np.zeros(n, np.float32), per_point + 1

    searching = replace(plain, landmarker=replace(plain.landmarker, runtime=Flat()))
    tracemalloc.start()
    try:
        searching.slide(golden["frame_celsius"], stride=6)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(counted) > 1000
    assert max(counted) <= 32
    assert peak < 40e6  # of 224 x 224 floats, 32 are 6.4 MB, a thousand 200 MB


def test_a_second_look_is_refused(by_hand):
    with pytest.raises(InputError, match="looks: expected 'auto' or 1, got 2"):
        tfan.load_pipeline(by_hand(70), n_landmarks=70, looks=2)


def test_the_file_says_how_its_crops_are_cut(file, n):
    if file.suffix == ".onnx":
        described = {"tfan.preparation": "published", "tfan.landmarks": str(n)}
        described["tfan.licence"] = "CC-BY-NC-SA-4.0"
        assert read_metadata(file.read_bytes()) == described


def test_the_number_of_landmarks_is_checked(by_hand, published_files):
    for path in (by_hand(70), published_files["landmarker_70"]):
        with pytest.raises(WeightsError, match=r"of 478 landmarks, got 70; say n_landmarks=70"):
            tfan.ThermalLandmarks(path)


@pytest.mark.parametrize(("prefix", "suffix"), [("", ".pth"), ("module.", ".safetensors")])
def test_both_layouts_and_every_suffix_load(formula, tmp_path, golden, prefix, suffix):
    pytest.importorskip("torch")
    path = formula.write_checkpoint("landmarker_70", tmp_path / f"joint{suffix}", prefix)
    landmarker = tfan.load_pipeline(path, n_landmarks=70, threads=1).landmarker
    points = landmarker.run(golden["crop_u8"] / np.float32(255))[0]
    np.testing.assert_allclose((points + 1) / 2, golden["out_70"][..., :2], atol=RELATIVE)
