"""Values under points, and what becomes of numbers that are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tfan.cli.results import Found, csv_rows, json_line
from tfan.rois.points import values_under
from tfan.thermal.interpret import Reading
from tfan.types import Face

READING = Reading("temperature", "degrees Celsius", "because", scale=1.0, offset=0.0)
VALUES = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_sample_takes_the_pixel_that_holds_the_point():
    points = np.array([[0, 0], [3.9, 0.9], [1.4, 1.6], [0.2, 2.99]])
    assert values_under(VALUES, points).tolist() == [0, 3, 5, 8]


def test_sample_outside_the_image_is_nothing():
    points = np.array([[-0.1, 0], [4.0, 0], [0, 3.0], [np.nan, 1], [np.inf, 1], [1e30, 0]])
    assert np.isnan(values_under(VALUES, points)).all()


def test_what_is_no_number_is_null_in_json_and_nothing_in_csv():
    gap = np.array([np.nan], np.float32)
    face = Face(
        box_px=np.zeros(4, np.float32),
        score=1.0,
        points_px=np.full((1, 2), np.inf, np.float32),
        sigma_px=gap,
        confidence=gap,
        visibility=gap,
        scheme="s",
        five_px=np.zeros((5, 2), np.float32),
        quality=0.9,
        pose_deg=np.zeros(3, np.float32),
    )
    found = Found(Path("a.png"), VALUES, VALUES, READING, [face])
    record = json.loads(json_line(found))["faces"][0]
    assert record["points_px"] == [[None, None]]
    assert record["sigma_px"] == record["celsius"] == [None]
    (row,) = csv_rows(found)
    assert row[11:] == (0, None, None, None, None, None, None)
