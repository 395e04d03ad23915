"""Metrics: one case worked out on paper each, and what must always hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfan.evaluate.metrics import (
    area_under,
    average_precision,
    cumulative_shares,
    fail_rate,
    ious,
    match,
    mean_error,
    rank_correlation,
    risk_curve,
)

SAME = 1e-12  # float64 sums of a few numbers
RNG = np.random.default_rng(11)


def boxes(n: int) -> np.ndarray:
    corner = RNG.uniform(0, 50, (n, 2))
    return np.hstack([corner, corner + RNG.uniform(1, 40, (n, 2))])


def test_iou_by_hand():
    # 4 x 4 and a 4 x 4 moved by 2: 8 in common, 24 together; then nothing in common
    got = ious(np.array([[0, 0, 4, 4]]), np.array([[2, 0, 6, 4], [4, 0, 8, 4]]))
    np.testing.assert_allclose(got, [[1 / 3, 0]], atol=SAME)


def test_iou_is_symmetric_and_one_with_itself():
    first, second = boxes(5), boxes(7)
    np.testing.assert_allclose(ious(first, second), ious(second, first).T, atol=SAME)
    np.testing.assert_allclose(np.diag(ious(first, first)), 1, atol=SAME)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_iou_of_no_boxes_is_empty(shape):
    assert ious(boxes(shape[0]), boxes(shape[1])).shape == shape


def test_the_best_score_chooses_first():
    true = np.array([[0, 0, 10, 10], [8, 0, 18, 10]])
    found = np.array([[4, 0, 14, 10], [0, 0, 10, 10]])  # the first overlaps both alike: 6 and 6
    assert match(true, found, scores=np.array([0.5, 0.9])).tolist() == [1, 0]
    assert match(true, found, scores=np.array([0.9, 0.5])).tolist() == [0, -1]


def test_a_face_is_found_once():
    true, found = np.array([[0, 0, 10, 10]]), np.array([[0, 0, 10, 10], [0, 0, 10, 9]])
    assert match(true, found, scores=np.array([0.5, 0.9])).tolist() == [1]


def test_overlap_below_the_limit_finds_nothing():
    true, found = np.array([[0, 0, 10, 10]]), np.array([[0, 0, 10, 4]])
    assert match(true, found, scores=np.array([1.0])).tolist() == [0]
    assert match(true, found, scores=np.array([1.0]), min_iou=0.41).tolist() == [-1]


def test_average_precision_by_hand():
    # right, wrong, right of 4: recall 1/4 at precision 1, 2/4 at 2/3
    got = average_precision(np.array([1, 1, 0]), np.array([0.9, 0.2, 0.5]), n_true=4)
    assert got == pytest.approx(1 / 4 + 1 / 4 * 2 / 3, abs=SAME)


def test_average_precision_counts_the_best_precision_at_that_recall_or_more():
    # wrong, right, right of 2: precision 0, 1/2, 2/3, made monotone 2/3 throughout
    got = average_precision(np.array([0, 1, 1]), np.array([0.9, 0.5, 0.2]), n_true=2)
    assert got == pytest.approx(2 / 3, abs=SAME)


def test_average_precision_at_its_ends():
    scores = np.array([0.9, 0.8])
    assert average_precision(np.array([True, True]), scores, n_true=2) == 1
    assert average_precision(np.array([False, False]), scores, n_true=2) == 0
    assert average_precision(np.array([]), np.array([]), n_true=2) == 0


def test_mean_error_of_a_3_4_5_triangle():
    true = np.array([[0.0, 0.0], [10.0, 0.0], [np.nan, np.nan]])
    found = true + np.array([3, 4])
    found[2] = 99
    assert mean_error(found, true, size_px=50) == pytest.approx(0.1, abs=SAME)
    assert math.isnan(mean_error(found[2:], true[2:], size_px=50))


def test_mean_error_does_not_depend_on_zoom():
    true, found = RNG.uniform(0, 9, (5, 2)), RNG.uniform(0, 9, (5, 2))
    once = mean_error(found, true, size_px=7)
    assert mean_error(found * 3, true * 3, size_px=21) == pytest.approx(once, abs=SAME)


def test_faces_not_found_fail_and_unknown_ones_do_not_count():
    errors = np.array([0.05, 0.1, 0.11, np.inf, np.nan])
    assert fail_rate(errors) == 0.5
    assert math.isnan(fail_rate(np.array([np.nan])))


def test_cumulative_shares_by_hand():
    errors = np.array([0.02, 0.04, 0.04, np.inf, np.nan])
    got = cumulative_shares(errors, levels=np.array([0, 0.02, 0.03, 0.04, 9]))
    np.testing.assert_allclose(got, [0, 0.25, 0.25, 0.75, 0.75], atol=SAME)


def test_area_is_that_of_the_curve():
    errors = np.abs(RNG.normal(0, 0.08, 40))
    fine = np.linspace(0, 0.1, 100_001)
    under = np.mean(cumulative_shares(errors, levels=fine))
    assert area_under(errors, upto=0.1) == pytest.approx(under, abs=1e-4)  # steps of a sum
    assert area_under(np.array([0.0, np.inf]), upto=0.1) == 0.5


def test_risk_by_hand():
    curve = risk_curve(np.array([0.4, 0.1, 0.1]), np.array([0.2, 0.9, 0.5]))
    np.testing.assert_allclose(curve.coverage, [1 / 3, 2 / 3, 1], atol=SAME)
    np.testing.assert_allclose(curve.risk, [0.1, 0.1, 0.2], atol=SAME)
    assert curve.at(1.0) == pytest.approx(0.2, abs=SAME)
    assert curve.at(0.5) == pytest.approx(0.1, abs=SAME)


def test_risk_laws():
    errors, certainty = RNG.uniform(0, 1, 50), RNG.uniform(0, 1, 50)
    curve = risk_curve(errors, certainty)
    assert curve.risk[-1] == pytest.approx(errors.mean(), abs=SAME)
    assert (curve.best <= curve.risk + SAME).all()
    assert (np.diff(curve.best) >= -SAME).all()
    perfect = risk_curve(errors, -errors)
    np.testing.assert_allclose(perfect.risk, perfect.best, atol=SAME)


def test_faces_of_equal_certainty_have_no_order():
    errors = RNG.uniform(0, 1, 9)
    flat = risk_curve(errors, np.ones(9))
    np.testing.assert_allclose(flat.risk, errors.mean(), atol=SAME)


def test_risk_of_no_faces_is_unknown():
    assert math.isnan(risk_curve(np.array([]), np.array([])).at(1.0))


def test_rank_correlation_by_hand():
    assert rank_correlation(np.array([1, 5, 9]), np.array([2, 3, 99])) == pytest.approx(1, abs=SAME)
    assert rank_correlation(np.array([1, 2]), np.array([5, 4])) == pytest.approx(-1, abs=SAME)
    # ranks 1.5 1.5 3 4 against 1 2 3 4: 4.5 / sqrt(4.5 * 5)
    got = rank_correlation(np.array([7, 7, 8, 9]), np.array([1, 2, 3, 4]))
    assert got == pytest.approx(4.5 / math.sqrt(22.5), abs=SAME)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0]])
def test_rank_correlation_may_be_unknown(values):
    assert math.isnan(rank_correlation(np.array(values), np.arange(len(values))))
