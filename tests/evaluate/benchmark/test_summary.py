"""The numbers of a benchmark, by hand."""

from __future__ import annotations

import math

import pytest

from tfan.evaluate.benchmark.marks import FaceMark, ImageMark
from tfan.evaluate.benchmark.normalisers import NORMALISERS
from tfan.evaluate.benchmark.subsets import parts_of
from tfan.evaluate.benchmark.summary import box_numbers, face_numbers


def face(error: float, **labels) -> FaceMark:
    found = not math.isinf(error)
    errors = dict.fromkeys(NORMALISERS, error)
    return FaceMark("one", 0, found, errors, 0.5, 30.0, "", labels)


def image(*faces, scores=(), hits=(), **more) -> ImageMark:
    both = {iou: tuple(hits) for iou in (0.4, 0.5)}
    usual = {"false": 0, "whole": True, "boxed": True}
    return ImageMark("one", tuple(faces), scores=tuple(scores), hits=both, **(usual | more))


def test_faces_by_hand():
    # 4 % and 9 % off, missed, found without a point
    got = face_numbers([face(0.04), face(0.09), face(math.inf), face(math.nan)], "box")
    assert (got.faces, got.measured, got.recall) == (4, 3, 0.75)
    assert got.nme == pytest.approx(0.065)
    assert got.nme_median == pytest.approx(0.065)
    assert got.nme_error == pytest.approx(0.025)  # spread .0354 over the root of 2
    assert got.fail8 == pytest.approx(2 / 3)
    assert got.fail10 == pytest.approx(1 / 3)
    assert got.auc8 == pytest.approx(0.5 / 3)
    assert got.auc10 == pytest.approx((0.6 + 0.1) / 3)


def test_an_error_at_the_level_does_not_fail():
    assert face_numbers([face(0.08)], "box").fail8 == 0
    assert face_numbers([face(0.0801)], "box").fail8 == 1


def test_a_worse_face_never_raises_the_area():
    before = face_numbers([face(0.02), face(0.05)], "box")
    after = face_numbers([face(0.02), face(0.07)], "box")
    missed = face_numbers([face(0.02), face(math.inf)], "box")
    assert before.auc8 > after.auc8 > missed.auc8 > 0


def test_of_nothing_nothing_is_known():
    got = face_numbers([], "box")
    assert got.faces == got.measured == 0
    assert all(math.isnan(getattr(got, n)) for n in ("recall", "nme", "fail8", "auc10"))
    assert math.isnan(box_numbers([]).ap50)


def test_boxes_by_hand():
    # by score: right, wrong, right, of three faces
    first = image(face(0.1), face(0.1), scores=(0.9, 0.7), hits=(True, True), seconds=1.0)
    second = image(face(0.1), scores=(0.8,), hits=(False,), false=1, seconds=3.0)
    got = box_numbers([first, second])
    assert got.ap50 == pytest.approx(1 / 3 + 1 / 3 * 2 / 3)
    assert got.false_per_img == 0.5
    assert got.seconds == 2.0
    assert got.images == 2


def test_precision_needs_boxes_and_whole_images():
    hull = image(face(0.1), scores=(0.9,), hits=(True,), boxed=False)
    assert math.isnan(box_numbers([hull]).ap50)
    part = image(face(0.1), scores=(0.9,), hits=(False,), whole=False)
    right = image(face(0.1), scores=(0.9,), hits=(True,))
    assert box_numbers([part, right]).ap50 == 1


def test_without_a_face_there_is_no_precision():
    """A subset of empty images has none; 0 would say that it is bad."""
    empty = image(scores=(0.9,), hits=(False,), false=1)
    assert math.isnan(box_numbers([empty]).ap50)
    assert box_numbers([empty]).false_per_img == 1
    assert box_numbers([image(face(math.inf))]).ap50 == 0


def test_subsets_are_words_that_part_the_faces():
    labels = [{"camera": "A", "note": f"{i}", "same": "x"} for i in range(13)] + [{"same": "x"}]
    parts = parts_of(labels)
    assert set(parts) == {"camera"}  # 13 notes are too many, one word too few
    assert parts["camera"] == {"A": list(range(13)), "not said": [13]}


def test_of_two_words_that_part_alike_the_first_is_given():
    labels = [{"camera": c, "lens": c.lower(), "room": r} for c, r in ("Ax", "Bx", "Ay")]
    assert list(parts_of(labels)) == ["camera", "room"]


def test_numbers_are_in_order_and_so_are_sizes():
    labels = [{"distance": d, "face size": s} for d, s in
              (("10", "> 256 px"), ("2", "< 32 px"), ("1.5", "64-128 px"),
               ("10", "64-128 px"))]  # fmt: skip
    parts = parts_of(labels)
    assert list(parts["distance"]) == ["1.5", "2", "10"]
    assert list(parts["face size"]) == ["< 32 px", "64-128 px", "> 256 px"]
