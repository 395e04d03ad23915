"""Limits take faces away and change nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.models.wanted import Wanted, size_px
from tfan.types import Face

USUAL = 0.35


def face(score: float, width: float, height: float) -> Face:
    one = np.ones(70, np.float32)
    return Face(
        box_px=np.array([5, 7, 5 + width, 7 + height], np.float32),
        score=score,
        points_px=np.zeros((70, 2), np.float32),
        sigma_px=one,
        confidence=one,
        visibility=one,
        scheme="facesynthetics70",
        five_px=np.zeros((5, 2), np.float32),
        quality=0.9,
        pose_deg=np.zeros(3, np.float32),
    )


@pytest.fixture
def crowd() -> list[Face]:
    """Forty faces, best first, of every size from 6 to 140 px."""
    rng = np.random.default_rng(4)
    scores = np.sort(rng.random(40))[::-1]
    return [face(float(score), *rng.uniform(5, 150, 2)) for score in scores]


def chosen(crowd: list[Face], **limits) -> list[Face]:
    return Wanted(**limits).among(crowd, usual_score=USUAL)


def test_no_limit_is_the_usual_score(crowd):
    expected = [one for one in crowd if one.score >= USUAL]
    assert 0 < len(expected) < len(crowd)
    assert chosen(crowd) == expected


def test_raising_the_least_score_never_adds_a_face(crowd):
    before = chosen(crowd, min_score=0.0)
    assert before == crowd
    for least in np.linspace(0.05, 1, 20):
        after = chosen(crowd, min_score=least)
        assert after == [one for one in before if one.score >= least]
        before = after
    assert before == []


@pytest.mark.parametrize("least", [0, 6.5, 40, np.float32(90), 1000])
def test_the_least_size_removes_exactly_the_smaller_boxes(crowd, least):
    everything = chosen(crowd, min_score=0)
    kept = chosen(crowd, min_score=0, min_size_px=least)
    sides = [one.box_px[2:] - one.box_px[:2] for one in everything]
    assert kept == [
        one for one, (w, h) in zip(everything, sides, strict=True) if np.sqrt(w * h) >= least
    ]


def test_a_face_of_just_the_least_size_stays():
    only = face(0.9, 20, 45)
    assert size_px(only) == 30
    assert chosen([only], min_size_px=30) == [only]
    assert chosen([only], min_size_px=30.001) == []


@pytest.mark.parametrize("most", [1, 3, np.int64(7), 100])
def test_the_best_are_kept(crowd, most):
    large = chosen(crowd, min_size_px=60)
    assert chosen(crowd, min_size_px=60, max_faces=most) == large[:most]
    assert [one.score for one in large] == sorted((one.score for one in large), reverse=True)


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), "0.5", [0.5], True])
def test_a_wrong_score_is_a_sentence(score):
    with pytest.raises(InputError, match=r"^min_score: expected a number from 0 to 1, got .+\.$"):
        Wanted(min_score=score)


@pytest.mark.parametrize("size", [-1, float("nan"), float("inf"), "12", None, (3, 4), False])
def test_a_wrong_size_is_a_sentence(size):
    with pytest.raises(InputError, match=r"^min_size_px: expected pixels from 0, got .+\.$"):
        Wanted(min_size_px=size)


@pytest.mark.parametrize("number", [0, -3, 2.0, float("nan"), "2", True])
def test_a_wrong_number_is_a_sentence(number):
    with pytest.raises(
        InputError, match=r"^max_faces: expected None or a number from 1, got .+\.$"
    ):
        Wanted(max_faces=number)
