"""Laws of the landmark tables: mirrors are mirrors, right is the mirror of left."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.landmarks import SCHEMES, load_scheme, mirror_548, scheme_for, table_path

SYMMETRY_CM = 0.5  # the head itself is symmetric to a few mm; a wrong pair is off by centimetres

schemes = pytest.mark.parametrize("scheme", [load_scheme(name) for name in SCHEMES], ids=SCHEMES)


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
def test_five_points_mirror_to_each_other(scheme):
    assert (scheme.mirror[scheme.five] == scheme.five[[1, 0, 2, 4, 3]]).all()


@schemes
def test_names_are_unique_and_edges_stay_inside(scheme):
    assert len(set(scheme.names)) == scheme.n_points
    assert scheme.edges.min() >= 0
    assert scheme.edges.max() < scheme.n_points


@schemes
def test_tables_cannot_be_changed_by_accident(scheme):
    with pytest.raises(ValueError, match="read-only"):
        scheme.mirror[0] = 1


def test_mirror_of_all_rows_keeps_the_schemes_apart():
    mirror = mirror_548()
    assert sorted(mirror[:478]) == list(range(478))
    assert (mirror[mirror] == np.arange(548)).all()


def test_unknown_names_and_numbers_are_sentences():
    with pytest.raises(InputError, match="scheme: expected 'mediapipe478' or 'facesynthetics70'"):
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
