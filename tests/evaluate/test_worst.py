from __future__ import annotations

import numpy as np
import pytest

from tfan.evaluate import evaluate, read_folder
from tfan.evaluate.worst import ANSWER_RGB, TRUTH_RGB, view_of, worst_sheet

BOX = np.array([20.0, 10, 40, 50])


def count(picture, colour) -> int:
    return int((picture == np.array(colour)).all(axis=2).sum())


def test_the_face_is_in_the_middle_of_its_window():
    view = view_of(BOX)
    corners = view.place(BOX.reshape(2, 2))
    np.testing.assert_allclose(corners.mean(axis=0), 150, atol=1e-9)
    assert corners[1, 1] - corners[0, 1] == pytest.approx(300 / 1.5)


def test_truth_and_answer_are_drawn_apart(made_set, detect):
    sheet = worst_sheet(evaluate(read_folder(made_set), detect))
    assert count(sheet, TRUTH_RGB) > 200
    assert count(sheet, ANSWER_RGB) > 200


def test_the_sheet_holds_as_many_tiles_as_asked_for(made_set, detect):
    judged = evaluate(read_folder(made_set), detect)
    one, four = worst_sheet(judged, most=1), worst_sheet(judged)
    assert four.shape[1] == 4 * one.shape[1]  # a missed face, a false box, two found faces


def test_without_faces_there_is_a_legend(made_set):
    judged = evaluate([], lambda image: [])
    assert worst_sheet(judged).ndim == 3


def test_pixels_of_the_image_lie_where_their_coordinates_say(tmp_path, writers, answer):
    write_set, entry, true_face = writers
    grey = np.zeros((60, 80), np.uint8)
    grey[28:34, 28:34] = 255  # image coordinates 28..34, around the middle (31, 31)
    write_set(tmp_path, {"a.png": entry(true_face([21, 21, 41, 41], points={}))},
              values={"a.png": grey})  # fmt: skip
    sheet = worst_sheet(evaluate(read_folder(tmp_path), lambda image: []))
    rows, columns = np.nonzero((sheet[-308:] > 200).all(axis=2))
    np.testing.assert_allclose([columns.mean(), rows.mean()], 149.5, atol=1)
