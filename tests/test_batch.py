"""Many images answer as one by one, through fewer calls of the network, in bounded memory."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

import tfan
from tfan.errors import InputError
from tfan.pipeline import BatchError, Pipeline, load_pipeline
from tfan.pipeline.batch import CHUNK, CHUNK_PX, in_chunks

SAME_PX = 1e-3


@pytest.fixture
def pipeline(small_networks) -> Pipeline:
    return load_pipeline(**small_networks, threads=1)


@pytest.fixture
def scenes(warm_scene, two_faces) -> list[np.ndarray]:
    """Images of one, two and no faces, of different sizes and units."""
    nothing = np.full((120, 160), 22.0, np.float32)
    counts = ((np.roll(warm_scene, 40, axis=1) + 273.15) * 100).astype(np.uint16)
    return [warm_scene, two_faces, nothing, counts, np.roll(warm_scene, -60, axis=1)]


def assert_same(some, others) -> None:
    assert len(some) == len(others)
    for faces, same in zip(some, others, strict=True):
        assert len(faces) == len(same)
        for one, other in zip(faces, same, strict=True):
            for name in ("points_px", "box_px", "sigma_px", "confidence", "visibility"):
                values = getattr(one, name), getattr(other, name)
                np.testing.assert_allclose(*values, atol=SAME_PX, err_msg=name)
            assert one.score == pytest.approx(other.score, abs=1e-5)


@pytest.mark.parametrize("limits", [{}, {"max_faces": 1}, {"min_score": 0.9}])
def test_a_batch_is_as_one_by_one(pipeline, scenes, limits):
    expected = [pipeline.detect(image, **limits) for image in scenes]
    assert any(expected)
    batch = pipeline.detect_batch(scenes, **limits)
    assert isinstance(batch, list)
    assert_same(batch, expected)
    assert_same(list(pipeline.detect_batch(iter(scenes), **limits)), expected)


def test_arrays_are_batches(pipeline, warm_scene):
    frames = np.stack([warm_scene, np.roll(warm_scene, 30, axis=1)])
    expected = [pipeline.detect(frame) for frame in frames]
    assert_same(pipeline.detect_batch(frames), expected)
    assert_same(pipeline.detect_batch(frames[..., None]), expected)


def test_the_bundled_weights_answer_alike(warm_scene):
    from importlib.resources import files

    from tfan.io import read_image

    frame = read_image(str(files("tfan") / "data" / "demo_frame.tiff"))
    frames = [frame, frame[:, ::-1], frame[40:, 20:]]
    landmarker = tfan.ThermalLandmarks(threads=1)
    assert_same(landmarker.detect_batch(frames), [landmarker.detect(each) for each in frames])


class Counting:
    def __init__(self, runtime) -> None:
        self.runtime, self.batches = runtime, []

    def __call__(self, batch):
        self.batches.append(len(batch))
        return self.runtime(batch)


def test_the_faces_of_a_chunk_are_one_call(pipeline, scenes):
    counting = Counting(pipeline.landmarker.runtime)
    counted = replace(pipeline, landmarker=replace(pipeline.landmarker, runtime=counting, looks=1))
    found = sum(len(counted.detector(tfan_plane(image)).scores) for image in scenes)
    counted.detect_batch(scenes, min_score=0.2)
    assert len(counting.batches) == 1
    assert counting.batches[0] >= found > len(scenes) - 1


def tfan_plane(image):
    from tfan.thermal.plane import prepare

    return prepare(image)


def test_a_generator_is_read_a_chunk_ahead(pipeline, warm_scene):
    read = []

    def frames():
        for number in range(3 * CHUNK):
            read.append(number)
            yield warm_scene

    results = pipeline.detect_batch(frames())
    assert read == []
    assert len(next(results)) == 1
    assert len(read) == CHUNK
    assert len(list(results)) == 3 * CHUNK - 1


def test_large_images_make_small_chunks():
    sizes = []

    def work(chunk):
        sizes.append(len(chunk))
        return chunk

    results = in_chunks(range(5), lambda image: image, work, size=lambda _: CHUNK_PX // 2)
    assert list(results) == [0, 1, 2, 3, 4]
    assert sizes == [2, 2, 1]
    assert list(in_chunks([], lambda image: image, work)) == []


@pytest.mark.parametrize("bad", [0, 3, CHUNK, CHUNK + 2])
def test_an_unreadable_image_names_itself_and_loses_nothing(pipeline, warm_scene, bad):
    images = [warm_scene] * bad + [np.zeros((3, 3))] + [warm_scene] * 2
    sentence = rf"^image {bad} \(counted from 0\) of the batch: image: expected at least 16 x 16"
    with pytest.raises(BatchError, match=sentence) as caught:
        pipeline.detect_batch(images)
    assert caught.value.index == bad
    assert len(caught.value.results) == bad
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.index, str(again)) == (bad, str(caught.value))
    streamed = pipeline.detect_batch(iter(images))
    assert len([next(streamed) for _ in range(bad)]) == bad
    with pytest.raises(InputError, match=sentence):
        next(streamed)


def test_a_source_that_fails_loses_nothing(pipeline, warm_scene):
    def frames():
        yield warm_scene
        raise OSError("the disk is gone")

    results = pipeline.detect_batch(frames())
    assert len(next(results)) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)


def test_wrong_limits_are_said_before_any_image_is_read(pipeline):
    with pytest.raises(InputError, match="max_faces: expected None or a number from 1, got 0"):
        pipeline.detect_batch(iter([]), max_faces=0)


@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("sliding_window", [False, True])
def test_process_batch_is_process_one_by_one(small_networks, scenes, multi, sliding_window):
    landmarker = tfan.ThermalLandmarks(**small_networks)
    expected = [landmarker.process(image, sliding_window, multi) for image in scenes]
    batch = landmarker.process_batch(scenes, sliding_window, multi)
    assert isinstance(batch, list)
    streamed = list(landmarker.process_batch(iter(scenes), sliding_window, multi))
    for answers in (batch, streamed):
        for got, wanted in zip(answers, expected, strict=True):
            assert [type(each) for each in got] == [type(each) for each in wanted]
            for one, other in zip(got, wanted, strict=True):
                np.testing.assert_allclose(np.array(one), np.array(other), atol=SAME_PX)


def test_process_batch_keeps_results_before_a_fault(small_networks, warm_scene):
    landmarker = tfan.ThermalLandmarks(**small_networks)
    for sliding_window in (False, True):
        with pytest.raises(BatchError) as caught:
            landmarker.process_batch([warm_scene, np.zeros((2, 2))], sliding_window)
        points, confidences = caught.value.results[0]
        assert len(points) == len(confidences)
