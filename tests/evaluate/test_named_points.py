from __future__ import annotations

import numpy as np
import pytest

from tfan.evaluate.named_points import FIVE, NAMED_POINTS, NAMES, named_points
from tfan.evaluate.sample import TrueFace
from tfan.landmarks.schemes import NETWORK_SCHEMES, SCHEMES, load_scheme

MIRRORED = {"right_eye": "left_eye", "right_mouth": "left_mouth", "nose": "nose", "chin": "chin"}
ORDERED = [name for name in SCHEMES if load_scheme(name).parts]


def test_every_scheme_has_every_name_that_its_points_make():
    assert set(NAMED_POINTS) == set(SCHEMES)
    for scheme, rows in NAMED_POINTS.items():
        known = {"tfw5": FIVE, "charlotte72": (), "charlotte43": ()}.get(scheme, NAMES)
        assert tuple(rows) == known


@pytest.mark.parametrize("scheme", ORDERED)
def test_weights_are_shares_of_landmarks_that_exist(scheme):
    for weights in NAMED_POINTS[scheme].values():
        assert sum(weights.values()) == pytest.approx(1)
        assert max(weights) < load_scheme(scheme).n_points


@pytest.mark.parametrize("scheme", ORDERED)
@pytest.mark.parametrize("name", MIRRORED)
def test_names_of_the_other_side_are_the_mirrored_landmarks(scheme, name):
    rows, mirror = NAMED_POINTS[scheme], load_scheme(scheme).mirror
    mirrored = {int(mirror[i]): w for i, w in rows.get(name, {}).items()}
    assert mirrored == rows.get(MIRRORED[name], {})


@pytest.mark.parametrize("scheme", [name for name in ORDERED if load_scheme(name).five.size])
def test_four_of_the_five_are_those_of_the_scheme(scheme):
    rows = NAMED_POINTS[scheme]
    sides = [name for name in FIVE if name != "nose"]  # the annotated nose lies between two
    own = load_scheme(scheme).five[[FIVE.index(name) for name in sides]]
    assert [next(iter(rows[name])) for name in sides] == own.tolist()


def test_the_networks_points_are_those_of_the_first_release():
    """Numbers of docs/models were measured with these: nose and chin are choices, not facts."""
    sparse, dense = (NAMED_POINTS[name] for name in reversed(NETWORK_SCHEMES))
    assert (sparse["nose"], sparse["chin"]) == ({30: 2 / 3, 33: 1 / 3}, {8: 1})
    assert (dense["nose"], dense["chin"]) == ({1: 1 / 2, 4: 1 / 2}, {152: 1})


def test_a_point_between_two_landmarks_by_hand(answer):
    face = answer()
    face.points_px[30], face.points_px[33] = (3, 0), (0, 9)
    got = named_points(face, ("nose", "tail"))
    np.testing.assert_allclose(got[0], [2, 3], atol=1e-9)
    assert np.isnan(got[1]).all()


def truth(scheme: str, points: np.ndarray) -> TrueFace:
    return TrueFace(np.array([0.0, 0, 9, 9]), load_scheme(scheme).names, points, scheme=scheme)


@pytest.mark.parametrize("scheme", ORDERED)
def test_truth_and_answer_of_one_scheme_agree(scheme, answer):
    points = np.random.default_rng(5).uniform(0, 100, (load_scheme(scheme).n_points, 2))
    found = answer(scheme=scheme, points={})
    found.points_px = points
    np.testing.assert_allclose(truth(scheme, points).points(NAMES), named_points(found))


def test_a_truth_of_68_points_has_its_eyes_amid_the_lids():
    points = np.full((68, 2), np.nan)
    points[36:42] = [[0, 2], [2, 0], [4, 0], [6, 2], [4, 4], [2, 4]]
    right, left = truth("ibug68", points).points(("right_eye", "left_eye"))
    np.testing.assert_allclose(right, [3, 2])
    assert np.isnan(left).all()


def test_a_truth_in_an_order_nobody_published_has_no_named_points():
    face = truth("charlotte72", np.ones((72, 2)))
    assert np.isnan(face.points(NAMES)).all()
    np.testing.assert_array_equal(face.points(("point_3",)), [[1, 1]])
