"""The study of the detector: what counts as found, and what the tables make of it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

HW = (60, 80)


@pytest.fixture
def scene():
    from proposals import Scene

    boxes = np.array([[10, 10, 30, 30], [40, 10, 60, 30], [60, 40, 68, 48]], np.float32)
    return Scene(3, np.zeros(HW, np.uint8), boxes, np.array([1, 0, 1]), {})


def test_a_face_is_found_once_and_ignored_regions_never_count(scene):
    from proposals import NONE, judged

    exact, again, ignored, far = (
        [10, 10, 30, 30],
        [12, 10, 32, 30],
        [40, 10, 60, 30],
        [0, 40, 20, 60],
    )
    small = [60, 40, 68, 48]
    boxes = [np.array(box, np.float32) for box in (exact, again, ignored, far, small)]
    assert judged(boxes, scene) == [(0, 0), (1, NONE), (3, NONE)]
    assert judged(boxes, scene, smallest_px=0) == [(0, 0), (1, NONE), (3, NONE), (4, 2)]


def test_recall_tables_count_every_known_face_once():
    from detector_tables import TABLES, recall_by

    sizes = (5.0, 12.0, 13.0, 100.0)
    faces = [{"size": size, "border": "away from it", "found": size > 12} for size in sizes]
    faces[0]["yaw"] = 14.9
    by = recall_by(faces)
    assert {name for name, _, _ in TABLES} >= set(by) == {"size", "border", "yaw"}
    assert by["size"] == [
        {"band": "0-12", "faces": 1, "recall": 0.0},
        {"band": "12-24", "faces": 2, "recall": 0.5},
        {"band": "from 96", "faces": 1, "recall": 1.0},
    ]
    assert by["border"] == [{"band": "away from it", "faces": 4, "recall": 0.5}]
    assert by["yaw"] == [{"band": "0-15", "faces": 1, "recall": 0.0}]


def test_calibration_error_is_none_for_true_scores_and_the_gap_for_others():
    from detector_tables import calibration

    rng = np.random.default_rng(5)
    scores = rng.random(20_000)
    true = calibration(scores, (rng.random(20_000) < scores).astype(float))
    assert true["expected_error"] < 0.02  # chance alone: 10 bands of 2,000 boxes
    assert sum(row["boxes"] for row in true["bands"]) == 20_000
    sure = calibration(np.full(100, 0.95), np.repeat([1.0, 0.0], 50))
    assert sure["expected_error"] == pytest.approx(0.45)


def test_false_faces_are_counted_by_kind_of_scene():
    from detector_tables import false_by

    rows = false_by(Counter({"empty, room": 4, "rows": 1}), Counter({"empty, room": 2}))
    assert [(row["kind"], row["per_scene"]) for row in rows] == [("empty, room", 0.5), ("rows", 0)]


def test_a_wrong_box_is_named_after_what_lies_there(scene):
    from dataclasses import replace

    from scene_facts import what_stands_at

    engine = {"kind": "engine", "x_px": 40.0, "y_px": 30.0, "size_px": 10.0}
    ground = {"kind": "ground", "x_px": 40.0, "y_px": 30.0, "size_px": 60.0}
    person = {"x_px": 70.0, "y_px": 12.0, "height_px": 10.0}
    record = {"backdrop": {"items": [ground, engine]}, "before": [], "people": [person]}
    bare = replace(scene, boxes_px=scene.boxes_px[:0], kinds=scene.kinds[:0], record=record)
    for box, words in (
        ([31, 21, 49, 39], "machine"),
        ([66, 7, 74, 17], "head of a person"),
        ([62, 20, 70, 30], "body of a person"),
        ([2, 2, 10, 10], "ground"),
    ):
        assert what_stands_at(bare, np.array(box, np.float32)) == words
    beside = np.array([22, 10, 42, 30], np.float32)
    assert what_stands_at(replace(scene, record=record), beside) == "beside a face"
    assert what_stands_at(replace(bare, record={}), beside) == "backdrop"


def test_markdown_of_a_study_has_a_row_for_each_band():
    from detector_tables import calibration, markdown, recall_by

    faces = [
        {"size": 30.0, "found": True, "lost": ""},
        {"size": 9.0, "found": False, "lost": "no box"},
    ]
    study = {
        "scenes": 2, "faces": 2, "min_score": 0.35, "recall": 0.5, "recall_from_12px": 1.0,
        "precision": 1.0, "false_per_scene": 0.0, "recall_by": recall_by(faces),
        "lost_by_size": [], "false_by_scene": [], "false_on": [],
        "calibration": calibration(np.array([0.9]), np.array([1.0])),
        "without_faces": [{"folder": "dev", "pictures": 8, "false": 1, "per_picture": 0.125}],
    }  # fmt: skip
    text = markdown(study)
    assert "| 0-12 | 1 | 0.0 % |" in text
    assert "| 24-48 | 1 | 100.0 % |" in text
    assert "| dev | 8 | 1 | 0.125 |" in text


def test_the_score_is_fitted_to_what_is_right():
    from fit_face_score import Observed, fit, table

    from tfan.models.face_score import FaceScore

    rng = np.random.default_rng(6)
    rows = np.column_stack([rng.uniform(0.05, 0.95, (20_000, 2)), rng.uniform(12, 90, 20_000)])
    true = FaceScore(0.5, 2.0, 0.7, -0.9)
    right = (rng.random(len(rows)) < true(*rows.T)).astype(float)
    fitted = fit(rows, right)
    for name, limit in (("bias", 0.1), ("detector", 0.1), ("landmarks", 0.1), ("size", 0.1)):
        assert getattr(fitted, name) == pytest.approx(getattr(true, name), abs=limit)
    words = table(fitted, Observed(rows, right, int(right.sum()), 1000))
    assert "| 0.2 |" in words
    assert float(words.rpartition(" ")[2]) < 0.02  # the calibration error of what was fitted
