"""What errors are divided by: cases by hand, and what holds for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.benchmark.normalisers import NORMALISERS, find_normaliser, scaled_error

SAME = 1e-12
HAND = {  # of a box of 20 x 40, eyes 12 right and 5 down of each other, corners 24 and 10
    "box": (800**0.5,) * 2,
    "box-sides": (20, 40),
    "box-mean": (30, 30),
    "box-diagonal": (2000**0.5,) * 2,
    "outer-eyes": (26, 26),
    "pupils": (13, 13),
}


@pytest.fixture
def face(make):
    truth = make.truth()
    truth.points_px[[36, 45]] = [[20, 20], [44, 30]]
    truth.points_px[[68, 69]] = [[25, 20], [37, 25]]
    return truth


def test_each_by_hand(face):
    assert set(HAND) == set(NORMALISERS)
    for name, scale in HAND.items():
        np.testing.assert_allclose(NORMALISERS[name].measure(face), scale, rtol=SAME)


def test_errors_by_hand():
    found, true = np.array([[3.0, 4], [0, 0], [9, 9]]), np.array([[0.0, 0], [0, 0], [np.nan, 1]])
    assert scaled_error(found, true, scale_px=np.full(2, 10.0)) == pytest.approx(0.25)
    # 3 of 6 and 4 of 5: sqrt(0.25 + 0.64), over two points
    sides = np.array([6.0, 5.0])
    assert scaled_error(found, true, scale_px=sides) == pytest.approx(0.89**0.5 / 2)
    assert np.isnan(scaled_error(found, np.full((3, 2), np.nan), scale_px=sides))


@pytest.mark.parametrize("name", NORMALISERS)
def test_a_larger_picture_changes_nothing(face, name):
    def error(zoom):
        large = replace(face, box_px=face.box_px * zoom, points_px=face.points_px * zoom)
        found = (face.points_px + np.array([1.0, 2.0])) * zoom
        scale = NORMALISERS[name].measure(large)
        return scaled_error(found, large.points_px, scale_px=scale)

    assert error(3.7) == pytest.approx(error(1.0), rel=1e-9)
    assert error(1.0) > 0


@pytest.mark.parametrize(
    ("scheme", "rows"),
    [("facesynthetics70", (36, 45)), ("ibug68", (36, 45)), ("wflw98", (60, 72)),
     ("mediapipe478", (33, 263))],
)  # fmt: skip
def test_outer_corners_of_the_eyes_are_where_each_scheme_has_them(make, scheme, rows):
    face = make.truth(scheme)
    length = np.linalg.norm(np.diff(face.points_px[list(rows)], axis=0))
    np.testing.assert_allclose(NORMALISERS["outer-eyes"].measure(face), [length] * 2)


def test_the_54_have_outer_corners_too(make):
    scale = NORMALISERS["outer-eyes"].measure(make.truth("sftl54"))
    assert np.isfinite(scale).all()
    assert scale[0] > 0


def test_what_is_not_annotated_measures_nothing(make):
    bare = make.named({"nose": (30, 30)})
    assert np.isnan(NORMALISERS["outer-eyes"].measure(bare)).all()
    assert np.isnan(NORMALISERS["pupils"].measure(bare)).all()
    eyes = make.named({"right_eye": (25, 20), "left_eye": (28, 24)})
    np.testing.assert_allclose(NORMALISERS["pupils"].measure(eyes), 5)


def test_points_in_one_place_are_no_measure(make):
    eyes = make.named({"right_eye": (25, 20), "left_eye": (25, 20)})
    assert np.isnan(NORMALISERS["pupils"].measure(eyes)).all()


def test_an_unknown_name_is_a_sentence():
    with pytest.raises(InputError, match=r"normaliser: expected 'box' or .*, got 'iod'"):
        find_normaliser("iod")


def test_every_row_states_its_formula_and_source():
    for row in NORMALISERS.values():
        assert row.formula
        assert row.source
