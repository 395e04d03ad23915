from __future__ import annotations

import numpy as np

from tfan.models.face_score import FaceScore, features, logit

SIZE_PX = np.full(3, 24.0)


def test_the_plain_score_is_the_detectors():
    scores = np.array([0.1, 0.5, 0.93])
    got = FaceScore()(scores, np.array([0.9, 0.1, 0.5]), np.array([8.0, 24.0, 300.0]))
    np.testing.assert_allclose(got, scores, rtol=1e-6)


def test_by_hand():
    # logits of 0.8 and 0.2 are +-log 4; log(48 / 24) = log 2: 0.5 + 2 log 4 - log 4 - log 2
    score = FaceScore(0.5, 2.0, 1.0, -1.0)(np.array([0.8]), np.array([0.2]), np.array([48.0]))
    np.testing.assert_allclose(score, 1 / (1 + np.exp(-(0.5 + np.log(2)))), rtol=1e-6)


def test_the_landmarks_of_large_faces_count_for_more():
    # logit 0.8 = log 4 of the landmarks, a face of 24 e px: log 4 + 2 log 4
    score = FaceScore(0.0, 0.0, 1.0, 0.0, 2.0)
    got = score(np.full(2, 0.5), np.full(2, 0.8), np.array([24 * np.e, 10.0]))
    np.testing.assert_allclose(got, 1 / (1 + np.array([4.0**-3, 4.0**-1])), rtol=1e-6)
    doubtful = score(np.full(3, 0.5), np.array([0.1, 0.03, 1e-3]), np.full(3, 60.0))
    assert doubtful[0] > doubtful[1] > doubtful[2]


def test_more_certainty_of_either_never_lowers_it():
    grid = np.linspace(0, 1, 21)
    first, second = np.meshgrid(grid, grid)
    sizes = np.full(first.size, 60.0)
    score = FaceScore(-1.0, 0.7, 0.9, -1.0, 0.8)(first.ravel(), second.ravel(), sizes).reshape(
        21, 21
    )
    assert (np.diff(score, axis=0) >= 0).all()
    assert (np.diff(score, axis=1) >= 0).all()
    assert np.isfinite([logit(0.0), logit(1.0)]).all()


def test_doubtful_landmarks_and_sizes_beyond_the_limits_say_no_more():
    sure = features(np.full(3, 0.5), np.array([0.0, 0.01, 0.1]), SIZE_PX)[:, 2]
    assert len(set(sure)) == 1
    size = features(np.full(3, 0.5), np.full(3, 0.5), np.array([200.0, 400.0, 0.0]))[:, 3]
    assert size[0] == size[1] > 0 > size[2]


def test_a_larger_face_needs_more():
    score = FaceScore(0.0, 1.0, 1.0, -1.0)
    low, high = (score(SIZE_PX * 0 + 0.5, SIZE_PX * 0 + 0.5, SIZE_PX * k) for k in (1, 3))
    assert (high < low).all()
