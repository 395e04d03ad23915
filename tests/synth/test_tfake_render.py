from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import count

import cv2
import numpy as np
import pytest

from tfan.synth.params import Pose
from tfan.synth.tfake.draw import draw_pair
from tfan.synth.tfake.parts import NUMBER
from tfan.synth.tfake.record import PairParams
from tfan.synth.tfake.render import render_pair
from tfan.synth.tfake.sheet import pair_tile, part_colours
from tfan.thermal.segments import PERSON_SEGMENTS


@lru_cache(maxsize=1)
def plain_person() -> PairParams:
    """Somebody bare-faced with open eyes who looks straight ahead, without noise or unevenness."""
    for seed in count():
        params = draw_pair(np.random.default_rng([11, seed]), "cold")
        person = params.person
        if person.mask is None and person.beard is None and not any(person.shape.expression):
            break
    calm = replace(params.warmth, detail=0.0, netd_celsius=0.0, blur_px=0.01)
    person = replace(
        person, glasses=None, curtain=None, pose=Pose((0, 0, 0), (0, 0, 0)),
        heat=replace(person.heat, grazing=(0.0, 3.0)),
    )  # fmt: skip
    return replace(params, person=person, warmth=calm)


@pytest.fixture(scope="module")
def pair(head):
    return render_pair(head, plain_person(), side_px=512)


def test_forms_of_what_comes_out(head):
    pair = render_pair(head, plain_person(), side_px=96)
    assert (pair.rgb.shape, pair.rgb.dtype) == ((96, 96, 3), np.uint8)
    assert (pair.parts.shape, pair.parts.dtype) == ((96, 96), np.uint8)
    assert (pair.celsius.shape, pair.celsius.dtype) == ((96, 96), np.float32)
    assert (pair.points_px.shape, pair.dense.shape) == ((70, 2), (478, 3))


@pytest.mark.parametrize(
    ("point", "part"),
    [(68, "right_eye"), (69, "left_eye"), (30, "nose"), (19, "right_brow"), (24, "left_brow")],
)
def test_points_lie_on_their_parts(pair, point, part):
    x, y = pair.points_px[point].astype(int)
    around = pair.parts[y - 3 : y + 4, x - 3 : x + 4]
    assert (around == NUMBER[part]).mean() > 0.3


def test_sides_are_the_subjects_own(pair):
    def column(part):
        return np.nonzero(pair.parts == NUMBER[part])[1].mean()

    for part in ("ear", "brow", "eye"):
        assert column(f"right_{part}") < 256 < column(f"left_{part}")


def test_parts_stand_above_one_another(pair):
    def row(part):
        return np.nonzero(pair.parts == NUMBER[part])[0].mean()

    order = ("right_brow", "right_eye", "nose", "top_lip", "bottom_lip", "neck")
    rows = [row(part) for part in order]
    assert rows == sorted(rows)


def test_inside_a_part_it_is_as_warm_as_wanted(pair):
    seen = 0
    for segment in PERSON_SEGMENTS:
        mask = (pair.parts == segment.number).astype(np.uint8)
        inside = cv2.erode(mask, np.ones((13, 13), np.uint8)) > 0
        if segment.name in ("skin", "nose", "neck", "clothing") and inside.any():
            wanted = plain_person().warmth.segment_celsius[segment.number]
            assert np.median(pair.celsius[inside]) == pytest.approx(wanted, abs=0.25)
            seen += 1
    assert seen >= 3


def test_dense_and_sparse_points_are_of_one_face(pair):
    dense_px = pair.dense[:, :2] * 512
    np.testing.assert_allclose(dense_px[[468, 473]], pair.points_px[[68, 69]], atol=1e-3)
    low, high = pair.points_px[17:].min(0) - 2, pair.points_px[17:].max(0) + 2
    lips = dense_px[[61, 291, 0, 17]]
    assert ((lips > low) & (lips < high)).all()
    assert pair.dense[1, 2] < pair.dense[[234, 454], 2].min()  # nose tip nearer than the temples


def test_the_same_view_at_another_size(head, pair):
    small = render_pair(head, plain_person(), side_px=128)
    np.testing.assert_allclose(small.points_px * 4, pair.points_px, atol=1e-3)
    np.testing.assert_allclose(small.dense, pair.dense, atol=1e-6)
    # pixel i of the small one has its centre where pixel 4 i + 2 of the large one begins
    np.testing.assert_array_equal(small.parts, pair.parts[2::4, 2::4])
    assert small.celsius.mean() == pytest.approx(pair.celsius.mean(), abs=1e-3)


def test_the_same_record_gives_the_same_pair(head, pair):
    again = render_pair(head, plain_person(), side_px=512)
    for name in ("rgb", "parts", "celsius", "points_px", "dense"):
        np.testing.assert_array_equal(getattr(again, name), getattr(pair, name))


@pytest.mark.parametrize("seed", [1, 2])
def test_one_seed_has_the_same_colours_and_labels_warm_and_cold(head, seed):
    warm, cold = (
        render_pair(head, draw_pair(np.random.default_rng([0, seed]), condition), side_px=96)
        for condition in ("warm", "cold")
    )
    for name in ("rgb", "parts", "points_px", "dense", "jaw_contour_px"):
        np.testing.assert_array_equal(getattr(warm, name), getattr(cold, name))
    skin = warm.parts == NUMBER["skin"]
    assert warm.celsius[skin].mean() > cold.celsius[skin].mean() + 0.5


def test_glass_is_clear_in_colour_and_opaque_in_heat(head):
    for seed in count():
        params = draw_pair(np.random.default_rng([12, seed]), "warm")
        if params.person.glasses and params.look.lens[1] < 0.5 and not params.person.mask:
            break
    params = replace(
        params,
        person=replace(params.person, pose=Pose((0, 0, 0), (0, 0, 0))),
        look=replace(params.look, lens=(params.look.lens[0], 0.0)),
    )
    bare = replace(params, person=replace(params.person, glasses=None))
    with_glass, without = (render_pair(head, p, side_px=512) for p in (params, bare))
    lens = np.zeros((512, 512), np.uint8)
    for x, y in with_glass.points_px[[68, 69]].astype(int):
        lens[y - 3 : y + 4, x - 3 : x + 4] = 1
    lens = lens > 0
    assert (with_glass.parts[lens] == NUMBER["glasses"]).all()
    assert (with_glass.celsius[lens] < without.celsius[lens] - 8).all()
    difference = with_glass.rgb[lens].astype(int) - without.rgb[lens].astype(int)
    assert np.abs(difference).max() <= 2


def test_colours_of_parts_differ():
    colours = part_colours()
    assert len(np.unique(colours[:19], axis=0)) == 19
    assert colours[255].tolist() == [255, 255, 255]


def test_a_tile_shows_three_images(head):
    pair = render_pair(head, plain_person(), side_px=64)
    plain, dotted = (pair_tile(pair, points=p) for p in (False, True))
    assert plain.shape == (64, 192, 3)
    np.testing.assert_array_equal(plain[:, :64], pair.rgb)
    assert (dotted[:, 64:128] == plain[:, 64:128]).all()
    assert (dotted[:, 128:] != plain[:, 128:]).any()
