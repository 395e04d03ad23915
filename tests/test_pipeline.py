"""Image in, faces out: neither units nor bad pixels matter, and windows find without boxes."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files

import cv2
import numpy as np
import pytest

from tfan.compat import ThermalLandmarks
from tfan.errors import InputError, WeightsError
from tfan.geometry.crop import windows_for_boxes
from tfan.io import read_image
from tfan.landmarks import load_scheme
from tfan.models.detector import Detections, Doubles
from tfan.models.landmarker import Landmarker
from tfan.pipeline import Pipeline, load_pipeline
from tfan.thermal.palettes import load_palettes
from tfan.thermal.plane import prepare

UNIT_PX = 0.5  # what the issue allows on a face of 100 px; float units differ by rounding only
FLOAT_PX = 0.02
BAD_PIXEL_PX = 0.2
SAME_PX = 1e-3


@pytest.fixture
def pipeline(small_networks) -> Pipeline:
    return load_pipeline(**small_networks, threads=1)


def best(pipeline: Pipeline, image: np.ndarray, **kwargs) -> np.ndarray:
    return pipeline.detect(image, max_faces=1, **kwargs)[0].points_px


def eight_bit(celsius: np.ndarray) -> np.ndarray:
    low, high = celsius.min(), celsius.max()
    return ((celsius - low) / (high - low) * 255).round().astype(np.uint8)


UNITS = {
    "kelvin": (lambda c: c + 273.15, FLOAT_PX),
    "float64": (lambda c: c.astype(np.float64), FLOAT_PX),
    "centikelvin": (lambda c: ((c + 273.15) * 100).round().astype(np.uint16), FLOAT_PX),
    "big endian": (lambda c: ((c + 273.15) * 100).round().astype(">u2"), FLOAT_PX),
    "decikelvin": (lambda c: ((c + 273.15) * 10).round().astype(np.uint16), UNIT_PX),
    "raw counts": (lambda c: (c * 30 + 7000).round().astype(np.uint16), UNIT_PX),
    "0..1": (lambda c: eight_bit(c) / np.float32(255), UNIT_PX),
    "8-bit": (eight_bit, UNIT_PX),
    "8-bit as float": (lambda c: eight_bit(c).astype(np.float32), UNIT_PX),
    "grey as colour": (lambda c: np.dstack([eight_bit(c)] * 3), UNIT_PX),
    "inferno": (lambda c: cv2.applyColorMap(eight_bit(c), cv2.COLORMAP_INFERNO), UNIT_PX),
    "iron, RGB": (lambda c: load_palettes()["iron"].astype(np.uint8)[eight_bit(c)], UNIT_PX),
}


@pytest.mark.parametrize("unit", UNITS)
def test_units_do_not_move_landmarks(pipeline, warm_scene, unit):
    convert, limit = UNITS[unit]
    moved = best(pipeline, convert(warm_scene)) - best(pipeline, warm_scene)
    assert np.abs(moved).max() < limit


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 900.0, -273.15])
@pytest.mark.parametrize("where", [(0, 0), (110, 150), (200, 300)])
def test_bad_pixels_do_not_move_landmarks(pipeline, warm_scene, value, where):
    spoilt = warm_scene.copy()
    spoilt[where] = value
    assert np.abs(best(pipeline, spoilt) - best(pipeline, warm_scene)).max() < BAD_PIXEL_PX


def test_a_flame_beside_the_face_does_not_move_it(pipeline, warm_scene):
    spoilt = warm_scene.copy()
    spoilt[:20, 250:270] = 700
    assert np.abs(best(pipeline, spoilt) - best(pipeline, warm_scene)).max() < BAD_PIXEL_PX


def test_a_face_has_every_value_in_range(pipeline, warm_scene):
    before = warm_scene.copy()
    faces = pipeline.detect(warm_scene)
    np.testing.assert_array_equal(warm_scene, before)
    assert faces
    assert [f.score for f in faces] == sorted((f.score for f in faces), reverse=True)
    for face in faces:
        assert face.points_px.shape == (478, 2)
        assert face.points_px.dtype == np.float32
        assert face.scheme == "mediapipe478"
        assert (face.sigma_px > 0).all()
        for share in (face.confidence, face.visibility):
            assert ((share >= 0) & (share <= 1)).all()
        np.testing.assert_array_equal(face.five_px, face.points_px[[468, 473, 1, 61, 291]])


def test_faces_count_from_the_corner_of_the_image(pipeline, warm_scene):
    plane = prepare(warm_scene)
    found = pipeline.detector(plane)
    windows = windows_for_boxes(found.boxes_px[:1], found.five_px[:1])
    centres = pipeline.landmarker(plane, windows).points_px[0, :478]
    np.testing.assert_allclose(best(pipeline, warm_scene), centres + 0.5, atol=1e-4)


def test_one_network_serves_both_schemes(small_networks, warm_scene):
    seventy = load_pipeline(**small_networks, n_landmarks=70)
    face = seventy.detect(warm_scene, max_faces=1)[0]
    assert face.points_px.shape == (70, 2)
    assert face.scheme == "facesynthetics70"
    np.testing.assert_array_equal(face.five_px, face.points_px[load_scheme(face.scheme).five])


def test_empty_and_constant_scenes_have_no_face(pipeline):
    noise = np.random.default_rng(2).normal(22, 0.05, (120, 160)).astype(np.float32)
    assert pipeline.detect(noise, min_score=0.9) == []
    assert pipeline.detect(np.full((120, 160), 22.0), min_score=0.9) == []


@pytest.mark.parametrize("hw", [(16, 16), (17, 900), (900, 17), (101, 120), (1080, 1920)])
def test_any_size_and_aspect(pipeline, warm_scene, hw):
    image = cv2.resize(warm_scene, hw[::-1], interpolation=cv2.INTER_AREA)
    for face in pipeline.detect(image):
        assert np.isfinite(face.points_px).all()
    face = pipeline.slide(image)
    assert face is None or np.isfinite(face.points_px).all()


def test_limits(pipeline, two_faces):
    assert len(pipeline.detect(two_faces)) == 2
    assert len(pipeline.detect(two_faces, max_faces=1)) == 1
    assert pipeline.detect(two_faces, min_score=1.0) == []
    with pytest.raises(InputError, match="min_score: expected a number from 0 to 1, got 40"):
        pipeline.detect(two_faces, min_score=40)
    with pytest.raises(InputError, match="max_faces: expected None or a number from 1, got 0"):
        pipeline.detect(two_faces, max_faces=0)
    with pytest.raises(InputError, match="min_size_px: expected pixels from 0, got nan"):
        pipeline.detect(two_faces, min_size_px=float("nan"))


def test_limits_change_nothing_of_the_faces_that_are_left(pipeline, two_faces):
    everything = pipeline.detect(two_faces)
    sizes = [float(np.sqrt(np.prod(face.box_px[2:] - face.box_px[:2]))) for face in everything]
    between = sum(sizes) / 2
    assert min(sizes) < between
    for limits in ({"max_faces": 1}, {"min_size_px": between}, {"min_score": everything[0].score}):
        (left,) = pipeline.detect(two_faces, **limits)
        (same,) = [face for face in everything if face.score == left.score]
        np.testing.assert_array_equal(left.points_px, same.points_px)
        np.testing.assert_array_equal(left.box_px, same.box_px)
    assert pipeline.detect(two_faces, min_size_px=max(sizes) + 1) == []


def test_two_boxes_that_lead_to_one_face_are_one(pipeline, warm_scene):
    boxes = pipeline.detector(prepare(warm_scene), min_score=0.05)
    assert len(boxes.scores) > 1
    assert len(pipeline.detect(warm_scene, min_score=0.05)) == 1


class Doubting:
    """A landmark network that sees no face in the first crop of a call, and one in the others."""

    def __init__(self, runtime) -> None:
        self.runtime = runtime

    def __call__(self, batch):
        points, spread, visibility, presence = self.runtime(batch)
        presence = presence.copy()
        presence[0] = -9
        return points, spread, visibility, presence


def test_a_box_without_a_face_makes_room_for_the_next_best(pipeline, two_faces):
    everything = pipeline.detect(two_faces)
    doubting = Landmarker(Doubting(pipeline.landmarker.runtime), looks=1)
    gated = replace(pipeline, landmarker=doubting, min_presence=0.2)
    found = gated.detect(two_faces, max_faces=1)
    assert [face.score for face in found] == [everything[1].score]


def test_sliding_finds_the_warm_spot_without_a_detector(pipeline, warm_scene):
    def no_detector(*args, **kwargs):
        raise AssertionError("the detector must not run")

    face = replace(pipeline, detector=no_detector).slide(warm_scene)
    middle = face.points_px[:4].mean(0)
    np.testing.assert_allclose(middle, [150.3, 110.7], atol=20)  # well inside the 80 x 104 px
    assert face.confidence.max() > 0


def test_sliding_without_a_face_says_so(pipeline, warm_scene):
    class Nothing:
        def __call__(self, batch):
            *rest, presence = pipeline.landmarker.runtime(batch)
            return *rest, np.full_like(presence, -9)

    assert replace(pipeline, landmarker=Landmarker(Nothing())).slide(warm_scene) is None


def test_threads_get_their_own_faces(pipeline, warm_scene):
    scenes = [np.roll(warm_scene, shift, axis=1) for shift in (-60, 0, 40, 80)]
    expected = [best(pipeline, scene) for scene in scenes]
    with ThreadPoolExecutor(4) as pool:
        jobs = [(i, pool.submit(best, pipeline, scenes[i])) for _ in range(4) for i in range(4)]
        for i, job in jobs:
            np.testing.assert_allclose(job.result(), expected[i], atol=SAME_PX)


def test_pipelines_pickle(pipeline, warm_scene):
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(best(again, warm_scene), best(pipeline, warm_scene))


def test_weights_of_another_size_are_refused(small_networks, tmp_path, request):
    network = request.config.pluginmanager  # the maker of small networks lives in conftest
    maker = next(m for m in network.get_plugins() if hasattr(m, "landmark_network"))
    path = tmp_path / "own.onnx"
    files = small_networks | {"model_path": path}
    path.write_bytes(maker.landmark_network(478))
    assert load_pipeline(**files, n_landmarks=478).scheme == "mediapipe478"
    with pytest.raises(WeightsError, match=r"own.onnx: expected a network of 548 landmarks, got 4"):
        load_pipeline(**files, n_landmarks=70)
    path.write_bytes(maker.landmark_network(70))
    with pytest.raises(WeightsError, match=r"expected a network of 548 or 478 landmarks, got 70"):
        load_pipeline(**files, n_landmarks=478)
    with pytest.raises(InputError, match="n_landmarks: expected 70 or 478, got 68"):
        load_pipeline(**files, n_landmarks=68)


SLIDE_SHARE = 0.04  # of the face's size: two ways to one face, seen through two windows
REAL_UNIT_PX = 0.1  # of a face of 100 px, for units that keep every step of a 16-bit recording


SHIPPED_UNITS = {  # of the frame that ships with tfan, in whole centikelvin
    "celsius": lambda c: c,
    "kelvin": lambda c: c + np.float32(273.15),
    "decikelvin": lambda c: ((c + 273.15) * 10).round().astype(np.uint16),
    "8-bit": eight_bit,
}


@pytest.fixture(scope="module")
def bundled() -> Pipeline:
    return load_pipeline(threads=1)


@pytest.fixture(scope="module")
def demo_frame() -> np.ndarray:
    return read_image(str(files("tfan") / "data" / "demo_frame.tiff"))


@pytest.mark.parametrize("unit", SHIPPED_UNITS)
def test_the_shipped_frame_gives_the_same_points_in_every_unit(bundled, demo_frame, unit):
    celsius = demo_frame / np.float32(100) - np.float32(273.15)
    (expected,) = bundled.detect(demo_frame)
    (face,) = bundled.detect(SHIPPED_UNITS[unit](celsius))
    size = np.sqrt(np.prod(expected.box_px[2:] - expected.box_px[:2]))
    assert np.abs(face.points_px - expected.points_px).max() / size * 100 < UNIT_PX


def test_windows_on_the_shipped_frame_find_the_face_that_the_detector_finds(bundled, demo_frame):
    (expected,) = bundled.detect(demo_frame)
    face = bundled.slide(demo_frame)
    size = np.sqrt(np.prod(expected.box_px[2:] - expected.box_px[:2]))
    distance = np.linalg.norm(face.points_px - expected.points_px, axis=1).mean()
    assert distance / size < SLIDE_SHARE


@pytest.mark.parametrize("hw", [(120, 160), (480, 640)])
def test_windows_on_noise_and_on_an_empty_scene_find_no_face(bundled, hw):
    noise = np.random.default_rng(3).normal(22, 1, hw).astype(np.float32)
    assert bundled.slide(noise) is None
    y, x = np.mgrid[: hw[0], : hw[1]].astype(np.float32) / hw[0]
    assert bundled.slide(20 + 3 * y + 2 * x) is None
    marks, confidences = ThermalLandmarks(pipeline=bundled).process(noise, sliding_window=True)
    assert not confidences.any()
    assert (marks == -1).all()


@pytest.mark.data
def test_windows_on_real_images_without_a_face_find_none(bundled, shared):
    paths = sorted((shared / "eval" / "dev" / "images").glob("noface_*"))
    assert paths
    found = [path.name for path in paths if bundled.slide(read_image(path)) is not None]
    assert found == []


@pytest.mark.data
def test_real_recordings_give_the_same_points_in_every_unit(bundled, shared):
    paths = sorted((shared / "eval" / "dev" / "images").glob("feverscreen*.png"))
    found = 0
    for path in paths:
        counts = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        faces = bundled.detect(counts)
        found += bool(faces)
        celsius = counts / np.float32(100) - np.float32(273.15)
        for same in (celsius, celsius + np.float32(273.15), counts.astype(">u2")):
            again = bundled.detect(same)
            assert len(again) == len(faces), path.name
            for one, other in zip(faces, again, strict=True):
                size = np.sqrt(np.prod(one.box_px[2:] - one.box_px[:2]))
                moved = np.abs(one.points_px - other.points_px).max() / size * 100
                assert moved < REAL_UNIT_PX, path.name
    assert found > len(paths) / 2


def test_every_face_says_how_it_is_turned_and_how_good_it_is(pipeline, two_faces):
    whole, other = pipeline.detect(two_faces)
    assert np.isfinite(whole.pose_deg).all()
    assert 0 < whole.quality < 1
    assert whole.pose_deg.shape == other.pose_deg.shape == (3,)


@pytest.mark.parametrize("least", [0.0, 0.3, 0.5, 1.0])
def test_a_least_score_only_leaves_out_what_lies_below(pipeline, two_faces, least):
    every = pipeline.candidates(two_faces, min_score=0.0)
    kept = pipeline.candidates(two_faces, min_score=least)
    assert [face.score for face, _ in kept] == [f.score for f, _ in every if f.score >= least]
    assert [own for _, own in kept] == [own for face, own in every if face.score >= least]


@pytest.fixture
def clear_and_doubtful(warm_scene) -> np.ndarray:
    """Two warm ellipses; the right one scores below the detector's own threshold."""
    return np.hstack([warm_scene, 20 + 0.55 * (warm_scene - 20)]).astype(np.float32)


def test_the_number_of_faces_never_grows_with_the_least_score(pipeline, clear_and_doubtful):
    """Below the detector's own threshold too, and at 0, where all cells are looked into."""
    assert pipeline.detector.threshold > 0.1
    levels = (0.0, 1e-5, 0.05, 0.1, 0.15, 0.2, 0.4, 0.9, 1.0)
    for ask in (pipeline.detect, pipeline.candidates):
        numbers = [len(ask(clear_and_doubtful, min_score=each)) for each in levels]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > numbers[levels.index(0.2)] > numbers[-1] == 0


def test_candidates_are_what_the_detector_proposes_by_itself(pipeline, clear_and_doubtful):
    own = [own for _, own in pipeline.candidates(clear_and_doubtful)]
    assert own
    assert min(own) >= pipeline.detector.threshold
    low = [own for _, own in pipeline.candidates(clear_and_doubtful, min_score=0.05)]
    assert min(low) < pipeline.detector.threshold


def test_the_least_score_is_that_of_the_pair(small_networks):
    from tfan.models.face_score import PLAIN_SCORE
    from tfan.models.registry import find
    from tfan.pipeline.detection import PLAIN_MIN_SCORE

    row = find("detector")
    bundled = load_pipeline(threads=1)
    assert (bundled.min_score, bundled.face_score) == (row.min_score, row.face_score)
    for name in ("model_path", "detector_path"):
        mixed = load_pipeline(**{name: small_networks[name]}, threads=1)
        assert (mixed.min_score, mixed.face_score) == (PLAIN_MIN_SCORE, PLAIN_SCORE)
    assert PLAIN_MIN_SCORE == 0.4  # as docs/reference/compatibility.md says


def test_objects_that_are_numbers_are_an_image(pipeline, warm_scene):
    faces = pipeline.detect(warm_scene.astype(object))
    np.testing.assert_array_equal(faces[0].points_px, best(pipeline, warm_scene))
    (batch,) = pipeline.detect_batch([warm_scene.astype(object)])
    assert len(batch) == len(faces)
    words = np.full((20, 20), "a", object)
    with pytest.raises(InputError, match="image: expected real numbers, got dtype"):
        pipeline.detect(words)


class Proposes:
    """A detector that proposes a face of the demo picture and a piece of its wall."""

    threshold, doubles, runtime = 0.2, Doubles(), None

    def __init__(self, face, finer_only) -> None:
        boxes = np.stack([face.box_px, np.float32([20, 20, 44, 50])]) - np.float32(0.5)
        five = boxes[:, None, :2] + (face.five_px - face.box_px[:2]) * np.float32([[[1]], [[0.1]]])
        self.found = Detections(boxes, np.float32([0.9, 0.9]), five, finer_only)

    def __call__(self, plane, *, min_score=None):
        return self.found


@pytest.mark.parametrize(
    ("finer_only", "count"), [(None, 2), ([False, False], 2), ([True, True], 1), ([False, True], 1)]
)
def test_what_only_the_finer_look_finds_needs_sure_landmarks(
    bundled, demo_frame, finer_only, count
):
    (face,) = bundled.detect(demo_frame)
    flags = None if finer_only is None else np.array(finer_only)
    found = replace(bundled, detector=Proposes(face, flags)).detect(demo_frame, min_score=0.0)
    assert len(found) == count
    apart = np.linalg.norm(found[0].points_px - face.points_px, axis=1).mean()
    assert apart < 0.02 * np.ptp(face.points_px[:, 1])
