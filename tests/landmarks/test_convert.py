"""Laws of conversion: rows weigh to one, mirrors commute, ways through a third scheme agree."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.landmarks import SCHEMES, can_convert, convert, correspondence, load_scheme, table_path
from tfan.landmarks.convert import named_sums, reachable

NEAR = pytest.mark.parametrize("near", [False, True], ids=["same", "near"])
PAIRS = [p for p in permutations(SCHEMES, 2) if correspondence(*p, near=True).mask.any()]
EVERY_PAIR = pytest.mark.parametrize("pair", PAIRS, ids="-".join)
SAME_CM, NEAR_CM = 0.25, 0.4  # on a face of 15 cm: 1.7 % and 2.7 %, as docs/reference/schemes.md
ROUND = 1e-9  # weights have three or sixteen digits; sums of three may miss 1 by rounding


@NEAR
@EVERY_PAIR
def test_rows_are_shares(pair, near):
    known = correspondence(*pair, near=near)
    assert known.matrix.shape == tuple(load_scheme(name).n_points for name in reversed(pair))
    np.testing.assert_allclose(known.matrix.sum(1), known.mask, atol=ROUND)
    assert known.matrix.min() >= 0


@NEAR
@EVERY_PAIR
def test_mirror_first_or_convert_first(pair, near):
    known = correspondence(*pair, near=near)
    source, target = (load_scheme(name).mirror for name in pair)
    np.testing.assert_allclose(known.matrix[target][:, source], known.matrix, atol=ROUND)


@EVERY_PAIR
def test_near_only_adds(pair):
    same, both = (correspondence(*pair, near=near) for near in (False, True))
    assert (same.mask <= both.mask).all()
    np.testing.assert_array_equal(both.matrix[same.mask], same.matrix[same.mask])


@EVERY_PAIR
def test_the_same_point_is_the_same_both_ways(pair):
    there, back = correspondence(*pair), correspondence(*reversed(pair))
    for target, source in np.argwhere(there.matrix == 1):
        assert not back.mask[source] or back.matrix[source, target] == 1


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_is_itself(name):
    points = np.random.default_rng(1).normal(size=(3, load_scheme(name).n_points, 2))
    np.testing.assert_array_equal(convert(points, name, name), points)


def test_what_can_be_converted_exactly():
    exact = {pair for pair in permutations(SCHEMES, 2) if can_convert(*pair)}
    five = ["sftl54", "ibug68", "facesynthetics70", "wflw98", "mediapipe478"]
    assert exact == {(name, "tfw5") for name in five}
    near = {pair for pair in permutations(SCHEMES, 2) if can_convert(*pair, near=True)} - exact
    assert near == {
        ("facesynthetics70", "ibug68"), ("ibug68", "facesynthetics70"),
        ("wflw98", "ibug68"), ("wflw98", "facesynthetics70"),
        ("mediapipe478", "ibug68"), ("mediapipe478", "facesynthetics70"),
    }  # fmt: skip


def test_reachable_is_what_can_be_converted():
    assert [s.name for s in reachable("facesynthetics70")] == ["tfw5"]
    assert [s.name for s in reachable("facesynthetics70", near=True)] == ["tfw5", "ibug68"]


def test_five_of_the_70_by_hand():
    points = np.zeros((70, 2))
    points[[68, 69, 48, 54]] = [[1, 1], [2, 1], [1, 4], [2, 4]]
    points[30], points[33] = (3, 0), (0, 9)
    expected = [[1, 1], [2, 1], [2, 3], [1, 4], [2, 4]]
    np.testing.assert_allclose(convert(points, "facesynthetics70", "tfw5"), expected)


def test_the_70_and_the_68_share_all_but_the_jaw_and_the_pupils():
    points = np.random.default_rng(2).normal(size=(70, 2))
    known = correspondence("facesynthetics70", "ibug68")
    assert np.flatnonzero(~known.mask).tolist() == [i for i in range(17) if i != 8]
    converted = convert(points, "facesynthetics70", "ibug68", near=True)
    np.testing.assert_array_equal(converted, points[:68])


def test_a_point_that_is_not_given_spoils_only_what_is_made_of_it():
    points = np.ones((2, 68, 2))
    points[0, 40] = np.nan
    five = convert(points, "ibug68", "tfw5")
    assert np.isnan(five[0, 0]).all()
    np.testing.assert_allclose(five[0, 1:], 1)
    np.testing.assert_allclose(five[1], 1)


def test_sums_have_the_names_of_the_five():
    assert list(named_sums("ibug68")) == [*load_scheme("tfw5").parts, "chin"]
    assert named_sums("charlotte43") == {}


def test_what_cannot_be_converted_is_one_sentence():
    with pytest.raises(
        InputError, match=r"converting ibug68 to sftl54: .* got none for lips_49, midline_lips_51"
    ):
        convert(np.zeros((68, 2)), "ibug68", "sftl54")
    with pytest.raises(InputError, match=r"jaw_5 and 10 more\. Say near=True"):
        convert(np.zeros((70, 2)), "facesynthetics70", "ibug68")
    for near in (False, True):  # near points do not help here, so they are not advised
        with pytest.raises(InputError, match=r"5[123]\. Use an adapter"):
            convert(np.zeros((68, 2)), "ibug68", "sftl54", near=near)
    with pytest.raises(InputError, match=r"points of ibug68: expected \(\.\.\., 68, 2\), got \(70"):
        convert(np.zeros((70, 2)), "ibug68", "tfw5")
    with pytest.raises(InputError, match=r"scheme: expected 'tfw5' or .*, got 'dlib'"):
        correspondence("dlib", "tfw5")


@pytest.mark.parametrize(
    ("near", "limit_cm"), [(False, SAME_CM), (True, NEAR_CM)], ids=["same", "near"]
)
def test_the_478_make_the_68_of_the_mean_head(shared, near, limit_cm):
    with np.load(shared / "data" / "ict_face_model.npz") as head, np.load(table_path()) as table:
        dense, sparse = (
            (head["mean"][table[tri]] * table[bary][..., None]).sum(1)
            for tri, bary in (("tri", "bary"), ("lm68_tri", "lm68_bary"))
        )
    known = correspondence("mediapipe478", "facesynthetics70", near=near)
    inside = known.mask[:68]
    distance = np.linalg.norm(known.matrix[:68][inside] @ dense - sparse[inside], axis=1)
    assert inside.sum() == (68 if near else 28)
    assert distance.max() < limit_cm
