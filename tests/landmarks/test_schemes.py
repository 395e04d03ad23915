"""Laws of the landmark tables: mirrors are mirrors, right is the mirror of left."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.landmarks import (
    NETWORK_SCHEMES,
    SCHEMES,
    load_scheme,
    mirror_548,
    scheme_for,
    table_path,
)

SYMMETRY_CM = 0.5  # the head itself is symmetric to a few mm; a wrong pair is off by centimetres

UNORDERED = {"charlotte72": 72, "charlotte43": 43}  # nobody said which point is which
ORDERED = [name for name in SCHEMES if name not in UNORDERED]
every = pytest.mark.parametrize("scheme", [load_scheme(name) for name in SCHEMES], ids=SCHEMES)
schemes = pytest.mark.parametrize("scheme", [load_scheme(name) for name in ORDERED], ids=ORDERED)


def other_side(part: str) -> str:
    swap = {"right": "left", "left": "right"}
    return "_".join(swap.get(word, word) for word in part.split("_"))


@schemes
def test_mirror_of_mirror_is_identity(scheme):
    assert (scheme.mirror[scheme.mirror] == np.arange(scheme.n_points)).all()


@schemes
def test_parts_mirror_to_the_parts_of_the_other_side(scheme):
    for part, indices in scheme.parts.items():
        assert set(scheme.mirror[list(indices)]) == set(scheme.parts[other_side(part)]), part


@schemes
def test_edges_mirror_to_edges(scheme):
    edges = {frozenset(map(int, edge)) for edge in scheme.edges}
    assert {frozenset(map(int, scheme.mirror[list(edge)])) for edge in edges} == edges


@schemes
def test_five_points_mirror_to_each_other(scheme):
    if scheme.five.size:
        assert (scheme.mirror[scheme.five] == scheme.five[[1, 0, 2, 4, 3]]).all()
    else:
        assert scheme.name in ("sftl54", "ibug68")  # they have no pupils


@every
def test_names_are_unique_and_edges_stay_inside(scheme):
    assert len(set(scheme.names)) == scheme.n_points
    assert scheme.edges.shape[1] == 2
    assert ((scheme.edges >= 0) & (scheme.edges < scheme.n_points)).all()


@every
def test_every_scheme_says_where_it_was_read(scheme):
    assert len(scheme.source) > 20


@schemes
def test_tables_cannot_be_changed_by_accident(scheme):
    with pytest.raises(ValueError, match="read-only"):
        scheme.mirror[0] = 1


@schemes
def test_parts_hold_each_point_once_and_only_the_dense_mesh_has_skin(scheme):
    inside = [index for indices in scheme.parts.values() for index in indices]
    assert len(inside) == len(set(inside))
    assert (len(inside) == scheme.n_points) == (scheme.name != "mediapipe478")


@pytest.mark.parametrize("name", UNORDERED)
def test_what_nobody_published_is_not_made_up(name):
    scheme = load_scheme(name)
    assert scheme.n_points == UNORDERED[name]
    assert scheme.names[:2] == ("point_0", "point_1")
    assert (scheme.mirror.size, scheme.edges.size, scheme.five.size, scheme.parts) == (0, 0, 0, {})


def test_the_68_are_the_first_of_the_70():
    long, short = load_scheme("facesynthetics70"), load_scheme("ibug68")
    assert (long.mirror[:68] == short.mirror).all()
    assert long.names[:68] == short.names


def test_the_54_are_the_68_up_to_the_lips():
    short, long = load_scheme("sftl54"), load_scheme("ibug68")
    assert (long.mirror[:48] == short.mirror[:48]).all()
    assert long.names[:48] == short.names[:48]
    assert short.mirror[48:].tolist() == [50, 49, 48, 51, 52, 53]


def test_the_networks_schemes_are_two():
    assert list(NETWORK_SCHEMES) == ["mediapipe478", "facesynthetics70"]
    assert set(NETWORK_SCHEMES) < set(SCHEMES)


def test_mirror_of_all_rows_keeps_the_schemes_apart():
    mirror = mirror_548()
    assert sorted(mirror[:478]) == list(range(478))
    assert (mirror[mirror] == np.arange(548)).all()


def test_unknown_names_and_numbers_are_sentences():
    with pytest.raises(
        InputError, match=r"scheme: expected 'tfw5' or .* or 'mediapipe478', got 'ibug'"
    ):
        load_scheme("ibug")
    with pytest.raises(InputError, match="n_landmarks: expected 70 or 478, got 68"):
        scheme_for(68)


@pytest.mark.parametrize(
    ("rows", "mirror"),
    [(("tri", "bary"), "flip478"), (("lm68_tri", "lm68_bary"), "flip70")],
)
def test_table_is_symmetric_on_the_mean_head(shared, rows, mirror):
    with np.load(shared / "data" / "ict_face_model.npz") as head, np.load(table_path()) as table:
        corners = head["mean"][table[rows[0]]]  # (N, 3, 3) cm
        points = (corners * table[rows[1]][..., None]).sum(1)
        flip = table[mirror][: len(points)]
    reflected = points[flip] * [-1, 1, 1]
    assert np.median(np.abs(points - reflected)) < SYMMETRY_CM / 5
    assert np.abs(points - reflected).max() < SYMMETRY_CM
