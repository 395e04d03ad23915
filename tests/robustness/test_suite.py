from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.evaluate.metrics import ious
from tfan.pipeline import load_pipeline
from tfan.robustness.axes import find_axes
from tfan.robustness.measures import FAILED_NME, measure
from tfan.robustness.sheets import Album
from tfan.robustness.subjects import FACE_PX
from tfan.robustness.suite import check_sum, run

FACES = 3
AXES = ("occlusion", "hat")
GOOD_NME = 0.06  # of the bundled network on an undisturbed face; half of what counts as failed


@pytest.fixture(scope="module")
def pipeline():
    return load_pipeline(threads=1)


@pytest.fixture(scope="module")
def album():
    return Album()


@pytest.fixture(scope="module")
def results(pipeline, head, album):
    axes = find_axes(AXES)
    return run(pipeline, head, axes=axes, faces=FACES, seed=7, watch=album.watch)


def test_every_face_has_numbers_at_every_step(results):
    assert [result.name for result in results] == list(AXES)
    for result in results:
        assert result.pictures.shape == (len(result.labels), FACES)
        for name, values in result.values.items():
            assert values.shape == result.pictures.shape
            there = np.isfinite(values)
            assert there.all() or name == "found_nme_478"
        found = result.values["recall"] == 1
        assert (np.isfinite(result.values["found_nme_478"]) == found).all()
        failed = result.values["nme_70"] > FAILED_NME
        assert (result.values["fail_70"] == failed).all()


def test_the_undisturbed_face_is_found_and_the_covered_one_is_harder(results):
    occlusion = next(result for result in results if result.name == "occlusion")
    nme = occlusion.values["nme_478"].mean(axis=1)
    assert nme[0] < GOOD_NME
    assert nme[-1] > nme[0]
    assert occlusion.values["recall"][0].all()
    assert occlusion.values["confidence"][0].mean() > occlusion.values["confidence"][-1].mean()


def test_the_first_faces_are_the_same_in_a_smaller_run(pipeline, head, results):
    fewer = run(pipeline, head, axes=find_axes(["hat"]), faces=1, seed=7)[0]
    hat = next(result for result in results if result.name == "hat")
    assert (fewer.pictures[:, 0] == hat.pictures[:, 0]).all()
    assert fewer.values["nme_70"][:, 0] == pytest.approx(hat.values["nme_70"][:, 0], rel=1e-3)


def test_pictures_differ_between_steps_and_people(results):
    for result in results:
        assert len(np.unique(result.pictures)) == result.pictures.size


def test_steps_can_be_looked_at(results, album, tmp_path):
    album.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.jpg" for name in AXES}


def test_a_wrong_truth_is_measured_as_an_error(pipeline, darkroom, subject):
    taken = darkroom.take(subject.shot)
    right = measure(pipeline, taken)
    shift = np.array([0.2 * FACE_PX, 0], np.float32)
    moved = measure(pipeline, replace(taken, points_px=taken.points_px + shift))
    assert right["nme_478"] < GOOD_NME
    assert moved["nme_478"] == pytest.approx(0.2, abs=GOOD_NME)
    assert moved["found_nme_478"] == pytest.approx(0.2, abs=GOOD_NME)
    assert (right["fail_478"], moved["fail_478"]) == (0, 1)
    assert (right["recall"], right["detector_recall"], right["false_faces"]) == (1, 1, 0)


def test_a_face_elsewhere_is_not_found(pipeline, darkroom, subject):
    taken = darkroom.take(subject.shot)
    elsewhere = measure(pipeline, replace(taken, box_px=np.array([0, 0, 60, 70], np.float32)))
    assert (elsewhere["recall"], elsewhere["detector_recall"]) == (0, 0)
    assert elsewhere["false_faces"] == 1
    assert np.isnan(elsewhere["found_nme_478"])


def test_overlap_of_boxes():
    boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]], np.float32)
    assert ious(boxes[0], boxes)[0] == pytest.approx([1, 1 / 3, 0])
    assert ious(boxes[0], boxes[:0])[0].shape == (0,)


def test_a_check_sum_tells_pictures_apart():
    image = np.zeros((4, 4), np.uint8)
    other = image.copy()
    other[2, 2] = 1
    assert check_sum(image) == check_sum(image.copy())
    assert check_sum(image) != check_sum(other)
