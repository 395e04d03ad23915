"""The published interface answers in one shape, whatever is in the picture."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest

import tfan
from tfan.errors import InputError, WeightsError
from tfan.pipeline import BatchError

PUBLISHED_INIT = {
    "model_path": None,
    "device": "cpu",
    "gpus": None,
    "eta": 0.75,
    "max_lvl": 0,
    "stride": 100,
    "n_landmarks": 478,
    "normalize": True,
}
PUBLISHED_PROCESS = {"sliding_window": False, "multi": False, "mode": "auto"}


@pytest.fixture(params=[70, 478])
def landmarker(request, small_networks) -> tfan.ThermalLandmarks:
    return tfan.ThermalLandmarks(n_landmarks=request.param, **small_networks)


def defaults(function) -> dict[str, object]:
    parameters = inspect.signature(function).parameters.values()
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    return {p.name: p.default for p in positional if p.default is not p.empty}


def test_names_order_and_defaults_are_the_published_ones():
    assert list(defaults(tfan.ThermalLandmarks).items()) == list(PUBLISHED_INIT.items())
    process = defaults(tfan.ThermalLandmarks.process)
    assert list(process.items()) == list(PUBLISHED_PROCESS.items())


@pytest.mark.parametrize("multi", [False, True])
def test_lists_of_arrays(landmarker, two_faces, multi):
    points, confidences = landmarker.process(two_faces, multi=multi)
    faces = landmarker.detect(two_faces)
    assert len(faces) == 2
    assert len(points) == len(confidences) == (len(faces) if multi else 1)
    for face, marks, confidence in zip(faces, points, confidences, strict=False):
        assert marks.shape == (landmarker.n_landmarks, 2)
        assert (marks.dtype, confidence.dtype) == (np.float32, np.float32)
        np.testing.assert_allclose(marks, face.points_px, atol=1e-3)
        np.testing.assert_allclose(confidence, face.confidence, atol=1e-5)


def test_limits_of_process_are_those_of_detect(landmarker, two_faces):
    faces = landmarker.detect(two_faces)
    sizes = [float(np.sqrt(np.prod(face.box_px[2:] - face.box_px[:2]))) for face in faces]
    for limits, left in (
        ({"min_size_px": sum(sizes) / 2}, [faces[int(np.argmax(sizes))]]),
        ({"min_score": faces[0].score}, faces[:1]),
        ({"max_faces": 1}, faces[:1]),
        ({"min_size_px": max(sizes) + 1}, []),
    ):
        points, _ = landmarker.process(two_faces, multi=True, **limits)
        assert len(points) == len(left)
        for marks, face in zip(points, left, strict=True):
            np.testing.assert_array_equal(marks, face.points_px)
    assert len(landmarker.process(two_faces, max_faces=2)[0]) == 1


def test_wrong_limits_of_process_are_sentences(landmarker, two_faces):
    with pytest.raises(InputError, match="min_size_px: expected pixels from 0, got -1"):
        landmarker.process(two_faces, min_size_px=-1)
    with pytest.raises(InputError, match="max_faces: expected None or a number from 1, got 0"):
        landmarker.process(two_faces, max_faces=0)
    with pytest.raises(InputError, match="sliding_window=True: expected no min_score, min_size_px"):
        landmarker.process(two_faces, sliding_window=True, min_score=0.5)


class Silent:
    """A network that sees nothing, whichever its task."""

    def __init__(self, runtime) -> None:
        self.runtime = runtime

    def __call__(self, batch):
        *rest, last = self.runtime(batch)
        return *rest, np.full_like(last, -9)


def blind(landmarker: tfan.ThermalLandmarks) -> tfan.ThermalLandmarks:
    from dataclasses import replace

    whole = landmarker._pipeline
    detector = replace(whole.detector, runtime=Silent(whole.detector.runtime))
    marks = replace(whole.landmarker, runtime=Silent(whole.landmarker.runtime))
    pipeline = replace(whole, detector=detector, landmarker=marks)
    return tfan.ThermalLandmarks(n_landmarks=landmarker.n_landmarks, pipeline=pipeline)


@pytest.mark.parametrize("multi", [False, True])
def test_empty_lists_without_a_face(landmarker, warm_scene, multi):
    assert blind(landmarker).process(warm_scene, multi=multi) == ([], [])
    assert blind(landmarker).detect(warm_scene) == []


def test_sliding_window_gives_single_arrays(landmarker, warm_scene):
    for seen, there in ((landmarker, True), (blind(landmarker), False)):
        points, confidence = seen.process(warm_scene, True)
        assert points.shape == (seen.n_landmarks, 2)
        assert confidence.shape == (seen.n_landmarks,)
        assert (points.dtype, confidence.dtype) == (np.float32, np.float32)
        assert (confidence > 0).all() == there
        assert confidence.any() == there
        assert (points == -1).all() != there


def test_instances_pickle(landmarker, warm_scene):
    again = pickle.loads(pickle.dumps(landmarker))
    np.testing.assert_array_equal(
        again.process(warm_scene)[0][0], landmarker.process(warm_scene)[0][0]
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n_landmarks": 68}, "n_landmarks: expected 70 or 478, got 68"),
        ({"eta": None}, "eta: expected a factor between 0 and 1, got None"),
        ({"stride": "a"}, "stride: expected pixels above 0, got 'a'"),
        ({"stride": float("inf")}, "stride: expected pixels above 0, got inf"),
        ({"max_lvl": 0.5}, "max_lvl: expected 0 or more, got 0.5"),
        ({"n_landmarks": [70]}, r"n_landmarks: expected 70 or 478, got \[70\]"),
        ({"detector_size": "a"}, "detector size: expected a multiple of 32, got 'a'"),
        ({"eta": 1.5}, "eta: expected a factor between 0 and 1, got 1.5"),
        ({"stride": 0}, "stride: expected pixels above 0, got 0"),
        ({"max_lvl": -1}, "max_lvl: expected 0 or more, got -1"),
        ({"device": "banana"}, "device: expected 'cpu', 'cuda' or 'cuda:0', got 'banana'"),
        ({"device": "cuda", "gpus": []}, r"gpus: expected numbers of CUDA devices such as \[0\]"),
        ({"looks": 3}, "looks: expected 'auto' or 1 or 2, got 3"),
        ({"detector_size": 100}, "detector size: expected a multiple of 32, got 100"),
    ],
)
def test_wrong_arguments_are_sentences(small_networks, arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        tfan.ThermalLandmarks(**(small_networks | arguments))


def test_device_none_is_the_cpu(small_networks, warm_scene):
    assert tfan.ThermalLandmarks(device=None, **small_networks).process(warm_scene)[0]


def test_a_pipeline_of_the_other_scheme_is_refused(small_networks):
    pipeline = tfan.load_pipeline(n_landmarks=70, **small_networks)
    with pytest.raises(InputError, match="pipeline: expected mediapipe478, got facesynthetics70"):
        tfan.ThermalLandmarks(pipeline=pipeline)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"model_path": "478.pt"}, "model_path='478.pt'"),
        ({"device": "cuda"}, "device='cuda'"),
        ({"device": "auto", "gpus": [0]}, r"device='auto', gpus=\[0\]"),
        ({"normalize": False}, "normalize=False"),
        ({"weights": "tfan-478"}, "weights='tfan-478'"),
        ({"detector": "tfw"}, "detector='tfw'"),
        ({"detector_path": "own.onnx"}, "detector_path='own.onnx'"),
        ({"backend": "torch"}, "backend='torch'"),
        ({"detector_size": 320}, "detector_size=320"),
        ({"threads": 1}, "threads=1"),
        ({"looks": 1}, "looks=1"),
    ],
)
def test_what_loads_networks_is_refused_beside_a_pipeline(small_networks, said, told):
    pipeline = tfan.load_pipeline(**small_networks)
    with pytest.raises(InputError, match=rf"pipeline: expected nothing beside it .* got {told}"):
        tfan.ThermalLandmarks(pipeline=pipeline, **said)


def test_every_argument_that_loads_networks_is_known_to_the_pipeline():
    ours = inspect.signature(tfan.ThermalLandmarks).parameters
    theirs = inspect.signature(tfan.load_pipeline).parameters
    assert set(ours) - set(theirs) == {"eta", "max_lvl", "stride", "pipeline"}
    assert set(theirs) <= set(ours)
    for name, parameter in theirs.items():
        assert parameter.default == ours[name].default, name


def test_usual_arguments_may_stand_beside_a_pipeline(small_networks):
    pipeline = tfan.load_pipeline(**small_networks)
    same = tfan.ThermalLandmarks(device=None, gpus=[0], eta=0.5, stride=50, pipeline=pipeline)
    assert same._pipeline is pipeline


@pytest.mark.parametrize("sliding_window", [False, True])
@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"max_faces": 0}, "max_faces: expected None or a number from 1, got 0"),
        ({"min_score": 2}, "min_score: expected a number from 0 to 1, got 2"),
        ({"min_size_px": -1}, "min_size_px: expected pixels from 0, got -1"),
    ],
)
def test_wrong_limits_of_process_batch_are_said_at_once(
    landmarker, sliding_window, multi, wrong, sentence
):
    def frames():
        pytest.fail("an image was read")
        yield

    for images in ([], frames()):
        with pytest.raises(InputError, match=sentence):
            landmarker.process_batch(images, sliding_window, multi, **wrong)


def test_process_batch_takes_the_limits_of_process():
    ours, theirs = (
        {p.name: p.default for p in inspect.signature(each).parameters.values() if p.kind == 3}
        for each in (tfan.ThermalLandmarks.process_batch, tfan.ThermalLandmarks.process)
    )
    assert ours == theirs == {"min_score": None, "min_size_px": 0.0, "max_faces": None}


def test_a_batch_of_sliding_windows_answers_image_by_image(landmarker, warm_scene):
    read = []

    def frames():
        for number in range(3):
            read.append(number)
            yield warm_scene
        yield np.zeros(3)

    results = landmarker.process_batch(frames(), sliding_window=True)
    assert read == []
    expected = landmarker.process(warm_scene, sliding_window=True)
    for number in range(3):
        points, confidence = next(results)
        assert read == list(range(number + 1))
        np.testing.assert_array_equal(points, expected[0])
        np.testing.assert_array_equal(confidence, expected[1])
    with pytest.raises(BatchError, match=r"image 3 \(counted from 0\) of the batch"):
        next(results)


def test_wrong_weights_are_sentences(small_networks, tmp_path):
    page = tmp_path / "478.onnx"
    page.write_text("<!DOCTYPE html><title>Sign in</title>")
    with pytest.raises(WeightsError, match=r"478.onnx is a web page, not weights"):
        tfan.ThermalLandmarks(page, detector_path=small_networks["detector_path"])
    with pytest.raises(WeightsError, match=r"detector.onnx is no landmark network of tfan"):
        tfan.ThermalLandmarks(small_networks["detector_path"])
