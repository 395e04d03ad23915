from __future__ import annotations

import numpy as np
import pytest

from tfan.evaluate.named_points import FIVE, NAMED_POINTS, NAMES, named_points
from tfan.landmarks.schemes import SCHEMES, load_scheme

MIRRORED = {"right_eye": "left_eye", "right_mouth": "left_mouth", "nose": "nose", "chin": "chin"}


def test_every_scheme_has_every_name():
    assert set(NAMED_POINTS) == set(SCHEMES)
    for rows in NAMED_POINTS.values():
        assert tuple(rows) == NAMES


@pytest.mark.parametrize("scheme", SCHEMES)
def test_weights_are_shares_of_landmarks_that_exist(scheme):
    for weights in NAMED_POINTS[scheme].values():
        assert sum(weights.values()) == pytest.approx(1)
        assert max(weights) < load_scheme(scheme).n_points


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", MIRRORED)
def test_names_of_the_other_side_are_the_mirrored_landmarks(scheme, name):
    rows, mirror = NAMED_POINTS[scheme], load_scheme(scheme).mirror
    assert {int(mirror[i]): w for i, w in rows[name].items()} == rows[MIRRORED[name]]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_four_of_the_five_are_those_of_the_scheme(scheme):
    rows = NAMED_POINTS[scheme]
    sides = [name for name in FIVE if name != "nose"]  # the annotated nose lies between two
    own = load_scheme(scheme).five[[FIVE.index(name) for name in sides]]
    assert [next(iter(rows[name])) for name in sides] == own.tolist()


def test_a_point_between_two_landmarks_by_hand(answer):
    face = answer()
    face.points_px[30], face.points_px[33] = (3, 0), (0, 9)
    got = named_points(face, ("nose", "tail"))
    np.testing.assert_allclose(got[0], [2, 3], atol=1e-9)
    assert np.isnan(got[1]).all()
