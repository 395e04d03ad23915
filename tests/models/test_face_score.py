from __future__ import annotations

import numpy as np

from tfan.models.face_score import FaceScore, logit


def test_the_plain_score_is_the_detectors():
    scores = np.array([0.1, 0.5, 0.93])
    np.testing.assert_allclose(FaceScore()(scores, np.array([0.9, 0.1, 0.5])), scores, rtol=1e-6)


def test_by_hand():
    # logits of 0.8 and 0.2 are +-log 4: 0.5 + 2 log 4 - log 4 = 0.5 + log 4
    score = FaceScore(0.5, 2.0, 1.0)(np.array([0.8]), np.array([0.2]))
    np.testing.assert_allclose(score, 1 / (1 + np.exp(-(0.5 + np.log(4)))), rtol=1e-6)


def test_more_certainty_of_either_never_lowers_it():
    grid = np.linspace(0, 1, 21)
    first, second = np.meshgrid(grid, grid)
    score = FaceScore(-1.0, 0.7, 0.9)(first.ravel(), second.ravel()).reshape(21, 21)
    assert (np.diff(score, axis=0) >= 0).all()
    assert (np.diff(score, axis=1) >= 0).all()
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
