from __future__ import annotations

import numpy as np
import pytest

from tfan.train.detector_scores import (
    Boxes,
    average_precision,
    detector_scores,
    detector_table,
    match,
)
from tfan.train.landmark_scores import LandmarkResults, landmark_scores, landmark_table

SAMPLING = 0.01  # share of some 100,000 draws


def results(**changed: np.ndarray) -> LandmarkResults:
    rng = np.random.default_rng(0)
    scale = rng.uniform(0.01, 0.05, (200, 548))
    columns = {
        "distance": rng.gamma(2.0, scale),
        "sigma": scale * np.sqrt(3.0),
        "seen": np.ones((200, 548)),
        "visible": np.ones((200, 548), bool),
        "present": np.ones(200),
        "yaw_deg": np.linspace(-89, 89, 200),
        "absent": np.array([-1.0, -1.0, 2.0, -1.0]),
    }
    return LandmarkResults(**(columns | changed))


def test_honest_sigmas_are_found_calibrated():
    scores = landmark_scores(results())
    assert scores["within_50_percent_span"] == pytest.approx(0.5, abs=SAMPLING)
    assert scores["within_90_percent_span"] == pytest.approx(0.9, abs=SAMPLING)


def test_nme_is_the_mean_of_each_convention_and_band():
    distance = np.zeros((200, 548))
    distance[:, 478:] = 0.02
    distance[0] = 1.0  # at yaw -89
    scores = landmark_scores(results(distance=distance))
    assert scores["nme_mediapipe478"] == pytest.approx(1 / 200)
    assert scores["nme_facesynthetics70_yaw0_30"] == pytest.approx(0.02)
    assert scores["nme_mediapipe478_yaw60_90"] == pytest.approx(1 / scores["crops_yaw60_90"])
    assert scores["presence_false"] == 0.25


def test_visibility_by_hand():
    visible, seen = np.ones((200, 548), bool), np.ones((200, 548))
    visible[:, :100] = False
    seen[:, 50:150] = -1.0  # 50 hidden ones found, 50 missed, 50 visible ones called hidden
    scores = landmark_scores(results(visible=visible, seen=seen))
    assert scores["hidden_precision"] == pytest.approx(0.5)
    assert scores["hidden_recall"] == pytest.approx(0.5)
    assert scores["visible_recall"] == pytest.approx(398 / 448)


def test_the_table_names_both_conventions_and_counts():
    table = landmark_table(landmark_scores(results()))
    assert "| mediapipe478 |" in table
    assert "| facesynthetics70 |" in table
    assert table.splitlines()[-1].startswith("| crops | 200 |")


def test_average_precision_by_hand():
    # right, wrong, right of three faces: 1/3 x 1 + 1/3 x 2/3
    scores, right = np.array([0.5, 0.9, 0.7]), np.array([True, True, False])
    assert average_precision(scores, right, 3) == pytest.approx(1 / 3 + 2 / 9)


def test_doubles_are_false_and_touching_an_ignored_region_is_neither():
    true = Boxes(
        np.array([[0.0, 0, 10, 10], [100, 0, 140, 40]]), np.array([1, 0]), np.zeros((2, 5, 2))
    )
    said = Boxes(
        np.array([[0.0, 0, 10, 10], [0, 4, 10, 14], [101, 0, 141, 40], [50, 50, 60, 60]]),
        np.array([0.9, 0.8, 0.7, 0.3]),
        np.full((4, 5, 2), [3.0, 4.0]),
    )
    found = match(said, true)
    assert found.scores.tolist() == [0.9, 0.8, 0.3]
    assert found.right.tolist() == [True, False, False]
    assert found.point_errors[0] == pytest.approx(0.5)  # 3-4-5 on a face of 10
    assert found.best.tolist() == [0.9]
    scores = detector_scores([found])
    assert scores["recall_0_12px"] == 1.0
    assert scores["false_per_image"] == 1.0  # .3 lies under the threshold
    assert "| 0-12 | 1 | 100.0 |" in detector_table(scores)
