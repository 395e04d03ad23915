"""Judging a made set whose answers are known by heart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfan.evaluate import evaluate, read_folder
from tfan.evaluate.judge import certainty_of
from tfan.evaluate.numbers import by_group, detection, numbers, point_shifts, span_ratios

SAME = 1e-6  # landmarks are float32
SIZE_PX = math.sqrt(20 * 40)


@pytest.fixture
def judged(made_set, detect):
    return evaluate(read_folder(made_set), detect)


def test_numbers_by_hand(judged):
    got = numbers(judged.faces)
    # exact, 5 px away, not found and without points
    assert (got.faces, got.recall) == (3, pytest.approx(2 / 3))
    assert got.nme5 == pytest.approx(5 / SIZE_PX / 2, abs=SAME)
    assert got.nme5_median == got.nme5
    assert got.nme5_error == pytest.approx(5 / SIZE_PX / 2, abs=SAME)  # of 0 and 5: 5/2
    assert got.nme5_sure == pytest.approx(0, abs=SAME)
    assert got.fail10 == 0.5  # the third face has no points
    assert got.eye_ratio == pytest.approx(1, abs=SAME)
    assert got.right_shift == pytest.approx(1.5 / SIZE_PX, abs=SAME)
    assert (got.right_shift_px, got.down_shift_px) == pytest.approx((1.5, 2.0), abs=SAME)


def test_detection_by_hand(judged):
    got = detection(judged)
    # scores 0.9 right, 0.85 wrong, 0.8 right of 3 faces
    assert got.ap40 == pytest.approx(1 / 3 + 1 / 3 * 2 / 3)
    assert got.false_per_img == pytest.approx(1 / 3)
    assert [len(image.false) for image in judged.images] == [0, 0, 1]


def test_faces_with_points_that_are_not_found_fail(made_set):
    got = numbers(evaluate(read_folder(made_set), lambda image: []).faces)
    assert (got.recall, got.fail10) == (0, 1)
    assert math.isnan(got.nme5)


def test_images_annotated_in_part_count_for_no_box(made_set, detect):
    text = (made_set / "annotations.json").read_text(encoding="utf-8")
    text = text.replace('"faces": []}', '"faces": [], "partial": true}')
    (made_set / "annotations.json").write_text(text, encoding="utf-8")
    judged = evaluate(read_folder(made_set), detect)
    assert [len(image.false) for image in judged.images] == [0, 0, 0]
    got = detection(judged)
    assert got.images == 3
    assert got.false_per_img == 0
    assert got.ap40 == pytest.approx(2 / 3)


def test_an_unreadable_image_is_named_and_the_others_judged(made_set, detect):
    (made_set / "images" / "two.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    got = evaluate(read_folder(made_set), detect)
    assert [failed.image for failed in got.failed] == ["two.png"]
    assert "cut short or damaged" in got.failed[0].error
    assert numbers(got.faces).faces == 1


def test_a_bug_is_no_unreadable_image(made_set):
    def broken(image):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        evaluate(read_folder(made_set), broken)


def test_groups_part_the_faces(judged):
    parted = by_group(judged.faces)
    assert list(parted["camera"]) == ["Camera A", "Camera B"]
    assert [len(faces) for faces in parted["annotated"].values()] == [1, 2]
    for labels in parted.values():
        assert sum(len(faces) for faces in labels.values()) == len(judged.faces)


def test_shifts_of_points_by_hand(judged):
    got = point_shifts(judged.faces)
    assert got["chin"].faces == 2
    np.testing.assert_allclose(got["chin"].shift, np.array([1.5, 2]) / SIZE_PX, atol=SAME)
    np.testing.assert_allclose(got["chin"].spread, np.array([1.5, 2]) / SIZE_PX, atol=SAME)
    assert got["chin"].distance == pytest.approx(2.5 / SIZE_PX, abs=SAME)


def test_lengths_by_hand(made_set, answer):
    # eyes 8 px apart instead of 10, the mouth as it is
    near = {"right_eye": [26, 25], "left_eye": [34, 25], "right_mouth": [26, 40],
            "left_mouth": [34, 40]}  # fmt: skip
    got = evaluate(read_folder(made_set), lambda image: [answer(points=near)])
    ratios = span_ratios(got.faces)
    assert ratios["eyes"] == (2, pytest.approx(0.8, abs=SAME))
    assert ratios["mouth"] == (2, pytest.approx(1, abs=SAME))
    assert ratios["eyes to mouth"] == (2, pytest.approx(1, abs=SAME))
    assert numbers(got.faces).eye_ratio == pytest.approx(0.8, abs=SAME)


def test_of_nothing_nothing_is_known():
    got = numbers([])
    assert got.faces == 0
    assert all(math.isnan(getattr(got, n)) for n in ("recall", "nme5", "nme5_error", "fail10"))
    assert point_shifts([]) == span_ratios([]) == {}


def test_certainty_is_the_quality_where_there_is_one(answer):
    assert certainty_of(answer()) == 0.75
    assert certainty_of(answer(quality=0.25)) == 0.25


def test_both_schemes_judge_the_same_face_alike(made_set, answer):
    def judged(scheme):
        found = evaluate(read_folder(made_set), lambda image: [answer(shift=(1, 1), scheme=scheme)])
        return numbers(found.faces).nme5

    assert judged("mediapipe478") == pytest.approx(judged("facesynthetics70"), abs=SAME)
