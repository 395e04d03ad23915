"""Laws of the tables of regions, and files of one's own."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.landmarks import NETWORK_SCHEMES, load_scheme
from tfan.rois import (
    choose_regions,
    load_regions,
    outlines,
    read_regions,
    region_names,
    regions_from_table,
)
from tfan.rois.coverage import Outlines, cover
from tfan.rois.mean_face import flat, mean_face

NAMED = {
    "forehead", "glabella", "right_inner_canthus", "left_inner_canthus", "right_periorbital",
    "left_periorbital", "nose_tip", "right_nostril", "left_nostril", "right_cheek", "left_cheek",
    "right_maxillary", "left_maxillary", "upper_lip", "lips", "chin", "whole_face",
}  # fmt: skip
SMALLEST_CM2 = 0.3
PX_PER_CM = 20
SIDE_PX = 480
SAME_PLACE = 0.8  # overlap over union of both conventions on the mean head
each = pytest.mark.parametrize(
    "region",
    [r for s in NETWORK_SCHEMES for r in load_regions(s)],
    ids=lambda r: f"{r.scheme}-{r.name}",
)


def areas_cm2(polygon: np.ndarray) -> float:
    (x, y), (x1, y1) = polygon.T, np.roll(polygon, -1, axis=0).T
    return float((x * y1 - x1 * y).sum() / 2)


def crosses(a, b, c, d) -> bool:
    """Whether the segments a-b and c-d cross at a point that is no end of either."""

    def side(p, q, r) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return side(a, b, c) * side(a, b, d) < -1e-9 and side(c, d, a) * side(c, d, b) < -1e-9


def shares(polygons_cm) -> np.ndarray:
    """Covered shares (480, 480) of polygons in centimetres round the middle."""
    starts = [np.asarray(p, float) * PX_PER_CM + SIDE_PX / 2 for p in polygons_cm]
    ends = [np.roll(p, -1, axis=0) for p in starts]
    corners = np.concatenate(starts)
    shape = np.zeros(len(corners), int)
    one = Outlines(corners.T, np.concatenate(ends).T, shape, np.zeros(1, int))
    covered = cover(one, (SIDE_PX, SIDE_PX))
    pixel = covered.spread(np.arange(SIDE_PX**2).reshape(SIDE_PX, SIDE_PX)).astype(int)
    found = np.bincount(pixel, weights=covered.shares, minlength=SIDE_PX**2)
    return found.reshape(SIDE_PX, SIDE_PX)


def other_side(name: str) -> str:
    swap = {"right": "left", "left": "right"}
    return "_".join(swap.get(word, word) for word in name.split("_"))


def test_both_conventions_have_all_regions_in_the_same_order():
    names = [tuple(region.name for region in load_regions(scheme)) for scheme in NETWORK_SCHEMES]
    assert names[0] == names[1] == region_names()
    assert set(names[0]) == NAMED


@each
def test_mirrored_it_is_the_region_of_the_other_side(region):
    scheme = load_scheme(region.scheme)
    (other,) = choose_regions([other_side(region.name)], load_regions(region.scheme))
    mirrored = region.corners[:, scheme.mirror]
    for start, end in zip((0, *region.ends), region.ends, strict=False):
        ours, theirs = (sorted(c[start:end].tolist()) for c in (mirrored, other.corners))
        np.testing.assert_allclose(ours, theirs, atol=2e-3)


@each
def test_on_the_mean_head_it_is_simple_and_not_empty(region):
    points = flat(mean_face(region.scheme))
    polygons = region.polygons_px(points)
    assert areas_cm2(polygons[0]) > SMALLEST_CM2
    for polygon in polygons[:1]:
        edges = list(zip(polygon, np.roll(polygon, -1, axis=0), strict=True))
        assert not any(crosses(*one, *two) for one, two in combinations(edges, 2))


@each
def test_holes_lie_inside(region):
    polygons = region.polygons_px(flat(mean_face(region.scheme)))
    if len(polygons) > 1:
        whole, rest = shares(polygons[:1]).sum(), shares(polygons).sum()
        hole = -sum(areas_cm2(polygon) for polygon in polygons[1:]) * 20**2
        assert hole >= 0
        assert whole - rest == pytest.approx(hole, abs=0.02 * whole)


@pytest.mark.parametrize("name", region_names())
def test_both_conventions_name_the_same_place(name):
    (dense,), (sparse,) = (
        choose_regions([name], load_regions(scheme)) for scheme in NETWORK_SCHEMES
    )
    one = shares(dense.polygons_px(flat(mean_face(dense.scheme))))
    two = shares(sparse.polygons_px(flat(mean_face(sparse.scheme))))
    assert np.minimum(one, two).sum() / np.maximum(one, two).sum() > SAME_PLACE


@pytest.mark.parametrize(
    ("name", "landmark", "within_cm"),
    [("nose_tip", 1, 0.7), ("forehead", 151, 1.0), ("right_inner_canthus", 133, 0.6),
     ("left_inner_canthus", 362, 0.6), ("lips", 13, 0.7), ("right_cheek", 50, 1.0),
     ("chin", 199, 1.0), ("glabella", 9, 1.0), ("upper_lip", 164, 0.6)],
)  # fmt: skip
def test_regions_lie_where_their_names_say(name, landmark, within_cm):
    points = flat(mean_face("mediapipe478"))
    (region,) = choose_regions([name])
    assert np.linalg.norm(region.polygons_px(points)[0].mean(axis=0) - points[landmark]) < within_cm


def test_normals_look_out_of_the_face():
    by_name = {region.name: region.normal for region in load_regions()}
    assert by_name["right_cheek"][0] < -0.3  # to the subject's right
    assert by_name["left_cheek"][0] > 0.3
    assert by_name["right_nostril"][1] < -0.3  # down
    assert all(normal[2] > 0.4 for normal in by_name.values())


@pytest.mark.parametrize("holes", [[], [[33, 160, 158, 133, 153, 144]]])
def test_corners_may_run_either_way_round(holes):
    ring = [226, 224, 222, 189, 233, 230, 228]
    tables = [
        {"regions": {"eye": {"corners": ring, "holes": holes}}},
        {"regions": {"eye": {"corners": ring[::-1], "holes": [h[::-1] for h in holes]}}},
    ]
    (one,), (two,) = (regions_from_table(table) for table in tables)
    for a, b in zip(one.polygons_px(np.eye(478)[:, :2]), two.polygons_px(np.eye(478)[:, :2]),
                    strict=True):  # fmt: skip
        assert a.shape == b.shape
    points = flat(mean_face("mediapipe478"))
    assert [areas_cm2(p) for p in one.polygons_px(points)] == pytest.approx(
        [areas_cm2(p) for p in two.polygons_px(points)]
    )


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.json"
    table = {"regions": {"bridge": [6, {"197": 0.5, "196": 0.5}, 5, {"197": 0.5, "419": 0.5}]}}
    path.write_text(json.dumps(table))
    (region,) = read_regions(path)
    points = np.arange(478 * 2, dtype=float).reshape(478, 2)
    assert region.name == "bridge"
    expected = {tuple(points[6]), tuple(points[[197, 196]].mean(0)), tuple(points[5])}
    assert expected <= {tuple(corner) for corner in region.polygons_px(points)[0].tolist()}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([1, 2], "3 or more corners"),
        ([1, 2, 478], "landmarks 0 to 477, got 478"),
        ([1, 2, -1], "landmarks 0 to 477, got -1"),
        ([1, 2, True], "landmarks 0 to 477, got True"),
        ([1, 2, "nose"], "landmarks 0 to 477, got 'nose'"),
        ([1, 2, {"3": 0.5}], "sum to 1"),
        ([1, 2, {"3": "half"}], "numbers as weights"),
        ({"points": [1, 2, 3]}, "corners, or an object"),
        (7, "corners, or an object"),
        ([[10, 0.5], [2, 0.5], [3, 0.5]], r"landmarks 0 to 477, got \[10, 0.5\]"),
        ([1, 2, None], "landmarks 0 to 477, got None"),
        ([1, 2, 3.0], "landmarks 0 to 477, got 3.0"),
        (["9" * 5000, 2, 3], "landmarks 0 to 477, got '999"),
        ({"corners": "123"}, "3 or more corners, got '123'"),
        ({"corners": {"1": 1, "2": 1, "3": 1}}, "3 or more corners"),
        ({"corners": [1, 2, 3], "holes": None}, "a list of holes, got None"),
        ({"corners": [1, 2, 3], "holes": 5}, "a list of holes, got 5"),
        ({"corners": [1, 2, 3], "holes": "12"}, "a list of holes, got '12'"),
        ({"corners": [1, 2, 3], "holes": [4, 5, 6]}, "3 or more corners, got 4"),
        ([{"1": float("nan")}, 2, 3], "finite numbers as weights"),
        ([{"1": float("inf"), "2": float("-inf")}, 2, 3], "finite numbers as weights"),
        ([{"1": 1e308, "2": -1e308, "3": 1}, 2, 3], "finite numbers as weights"),
        ([{"1": 10**400, "2": 1}, 2, 3], "finite numbers as weights"),
    ],
)
def test_what_is_no_region_is_told_by_name(row, says):
    with pytest.raises(InputError, match=f"region 'mine'.*{says}"):
        regions_from_table({"regions": {"mine": row}})


@pytest.mark.parametrize("scheme", [["x"], {}, None, 478, "ibug68", "nose"])
def test_regions_are_of_a_convention_that_networks_answer(scheme):
    with pytest.raises(InputError, match="scheme: expected 'mediapipe478' or 'facesynthetics70'"):
        regions_from_table({"scheme": scheme, "regions": {"mine": [17, 21, 27]}})
    with pytest.raises(InputError, match="scheme: expected 'mediapipe478' or 'facesynthetics70'"):
        load_regions(scheme)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1, 2]",
        '{"regions": []}',
        "[" * 100_000,
        '{"regions": {"a": [' + "9" * 5000 + "]}}",
    ],
    ids=["nothing", "torn", "list", "no regions", "deep", "long number"],
)
def test_files_that_hold_no_regions_are_sentences(tmp_path, text):
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(InputError, match="regions"):
        read_regions(path)
    with pytest.raises(InputError, match="JSON file"):
        read_regions(tmp_path / "none.json")


def test_unknown_names_are_sentences():
    with pytest.raises(InputError, match=r"region: expected one of forehead, .* got 'ear'"):
        choose_regions(["nose_tip", "ear"])
    with pytest.raises(InputError, match="scheme: expected"):
        load_regions("ibug")


def test_outlines_know_the_convention_by_the_number_of_points():
    for scheme in NETWORK_SCHEMES:
        drawn = outlines(flat(mean_face(scheme)))
        assert tuple(drawn) == region_names()
        assert len(drawn["lips"]) == 2
