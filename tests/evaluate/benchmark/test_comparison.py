"""Which points are compared, and that a perfect answer has no error by any way."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.evaluate.benchmark.comparison import Bridge, compare_schemes
from tfan.evaluate.benchmark.normalisers import scaled_error
from tfan.evaluate.named_points import FIVE
from tfan.landmarks.convert import correspondence, weighed
from tfan.landmarks.schemes import SCHEMES, load_scheme

SAME = 1e-9
ANSWERED = ("facesynthetics70", "mediapipe478", "ibug68", "wflw98")


def error(how, answer_px, truth):
    true = how.true_points(truth)
    return scaled_error(how.move(answer_px), true, scale_px=np.ones(2))


def test_within_one_scheme_all_points_count(make):
    truth = make.truth("ibug68")
    how = compare_schemes("ibug68", "ibug68")
    assert error(how, truth.points_px, truth) == 0
    assert error(how, truth.points_px + np.array([3, 4]), truth) == pytest.approx(5)
    assert "all 68 points of ibug68" in how.words


@pytest.mark.parametrize("points", ["auto", "exact", "near", "five"])
@pytest.mark.parametrize("found", ANSWERED)
@pytest.mark.parametrize("true", ["tfw5", "sftl54", "ibug68", "facesynthetics70", "wflw98"])
def test_truth_made_of_the_answer_has_no_error_and_shifts_by_its_own(make, found, true, points):
    answer = make.truth(found).points_px
    truth = make.truth(true)
    known = correspondence(found, true, near=True)
    truth.points_px[:] = weighed(answer, known.matrix)
    how = compare_schemes(found, true, points=points)
    shown = np.isfinite(how.true_points(truth)).all(axis=1)
    assert shown.any()
    if points != "five" and how.rows is not None:
        assert error(how, answer, truth) == pytest.approx(0, abs=SAME)
        assert error(how, answer + np.array([3, 4]), truth) == pytest.approx(5)


def test_half_of_the_points_or_five(make):
    assert "52 of the 68 points of ibug68" in compare_schemes("facesynthetics70", "ibug68").words
    few = compare_schemes("mediapipe478", "ibug68")
    assert few.words.startswith("five points of ibug68")
    assert few.names == FIVE
    assert "28 of the 68" in compare_schemes("mediapipe478", "ibug68", points="exact").words
    assert "68 of the 68" in compare_schemes("mediapipe478", "ibug68", points="near").words


def test_named_truth_is_compared_by_names(make):
    truth = make.named({"nose": (30.0, 30.0), "chin": (30.0, 48.0)})
    how = compare_schemes("facesynthetics70", "named", points="exact")
    answer = np.zeros((70, 2))
    answer[[30, 33]] = [33.0, 34.0]
    assert error(how, answer, truth) == pytest.approx(5)  # the chin is no one of the five


def test_an_order_of_points_that_nobody_published_compares_nothing(make):
    truth = make.truth("charlotte72")
    for points in ("auto", "exact", "near", "five"):
        how = compare_schemes("facesynthetics70", "charlotte72", points=points)
        assert how.move(np.zeros((70, 2))).shape == how.true_points(truth).shape == (0, 2)
        assert "no points" in how.words
        assert "adapter" in how.words


def test_a_network_serves_its_two_schemes_only(make):
    truth = make.truth("charlotte72")
    bridge = Bridge(
        "facesynthetics70", "charlotte72", lambda points: truth.points_px + points[0], "own.onnx"
    )
    how = compare_schemes("facesynthetics70", "charlotte72", bridges=(bridge,))
    assert error(how, np.tile([3.0, 4.0], (70, 1)), truth) == pytest.approx(5)
    assert "own.onnx" in how.words
    other = compare_schemes("mediapipe478", "charlotte72", bridges=(bridge,))
    assert "no points" in other.words


@pytest.mark.parametrize("true", SCHEMES)
def test_every_pair_has_a_way_and_its_words_name_both(true):
    for found in SCHEMES:
        how = compare_schemes(found, true)
        assert true in how.words
        assert len(how.move(np.zeros((load_scheme(found).n_points, 2)))) <= (
            load_scheme(true).n_points
        )
