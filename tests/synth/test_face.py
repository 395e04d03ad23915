from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.synth.anatomy import anatomy
from tfan.synth.draw import draw_face
from tfan.synth.face import render_face
from tfan.synth.face_sample import SAMPLE_PX, render_crop, render_sample
from tfan.synth.heat import skin_celsius
from tfan.synth.params import Camera, Pose

SIDE_PX = 192


@pytest.fixture(scope="module")
def plain(head):
    """A bare-headed person who looks ahead."""
    person = draw_face(np.random.default_rng(3))
    return replace(
        person, beard=None, hair=None, brim=None, curtain=None, mask=None, glasses=None,
        pose=Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), camera=Camera(200.0, (0.0, 0.0)),
    )  # fmt: skip


def turned(person, yaw_deg):
    return replace(person, pose=Pose((yaw_deg, 0.0, 0.0), (0.0, 0.0, 0.0)))


def test_the_same_record_gives_the_same_picture(head):
    person = draw_face(np.random.default_rng(8))
    first, again = (render_face(head, person, side_px=96) for _ in range(2))
    assert np.array_equal(first.celsius, again.celsius)
    assert np.array_equal(first.points_px, again.points_px)


def test_a_face_that_looks_ahead_is_upright_and_all_seen(head, plain):
    face = render_face(head, plain, side_px=SIDE_PX)
    right_eye, left_eye, nose, right_mouth, _ = face.five_px
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_eye[1] < nose[1] < right_mouth[1]
    assert face.visible.mean() > 0.93  # inner eyelids and lips hide a few
    hull = np.concatenate([face.points_px.min(0), face.points_px.max(0)])
    assert np.allclose(face.box_px[[0, 2, 3]], hull[[0, 2, 3]], atol=2)
    share = (hull[1] - face.box_px[1]) / (face.box_px[3] - face.box_px[1])
    assert 0.07 < share < 0.15


def test_positive_yaw_turns_to_the_image_right_and_hides_the_left_side(head, plain):
    ahead = render_face(head, plain, side_px=SIDE_PX)
    aside = render_face(head, turned(plain, 55.0), side_px=SIDE_PX)
    middle = (aside.box_px[0] + aside.box_px[2]) / 2
    assert aside.five_px[2, 0] > middle + 0.15 * (aside.box_px[2] - aside.box_px[0])
    jaw_left, jaw_right = slice(478 + 9, 478 + 13), slice(478 + 4, 478 + 8)
    assert ahead.visible[jaw_left].mean() > 0.8
    assert aside.visible[jaw_left].mean() < 0.4
    assert aside.visible[jaw_right].mean() > 0.8


def test_the_far_jaw_follows_the_outline_and_the_near_one_stays(head, plain):
    face = render_face(head, turned(plain, 40.0), side_px=SIDE_PX)
    jaw = face.points_px[478 : 478 + 17]
    assert np.allclose(face.jaw_contour_px[:8], jaw[:8])
    assert np.all(face.jaw_contour_px[9:, 0] >= jaw[9:, 0] - 0.1)
    assert (face.jaw_contour_px[9:, 0] - jaw[9:, 0]).max() > 2


def test_degrees_are_physical(head):
    for seed in range(8):
        person = draw_face(np.random.default_rng([2, seed]))
        face = render_face(head, person, side_px=96)
        inside = face.celsius[face.coverage > 0]
        assert np.isfinite(inside).all()
        low = min(face.ambient_celsius, face.skin_celsius) - 16
        assert low < inside.min()
        assert inside.max() < max(face.ambient_celsius, face.skin_celsius) + 12


def test_glasses_hide_the_eyes_and_are_not_skin(head):
    person = next(
        p
        for p in (draw_face(np.random.default_rng([6, i])) for i in range(99))
        if p.glasses and p.glasses.half_height_cm > 2 and not p.mask
    )
    person = replace(person, curtain=None, brim=None, pose=Pose((0.0,) * 3, (0.0,) * 3))
    face = render_face(head, person, side_px=SIDE_PX)
    assert not face.visible[[468, 473]].any()
    x, y = np.rint(face.points_px[468]).astype(int)
    assert face.material[y, x] > 2.7


def test_a_warm_side_is_warmer(head, plain):
    lit = replace(plain, heat=replace(plain.heat, side_light=((1.0, 0.0, 0.0), 2.0)))
    dark = replace(plain, heat=replace(plain.heat, side_light=None))
    gain = render_face(head, lit, side_px=96).celsius - render_face(head, dark, side_px=96).celsius
    assert gain[:, 60:75].mean() > 0.2
    assert gain[:, 21:36].mean() < -0.2


def test_paired_offsets_reach_their_own_side_only(head, plain):
    tables = anatomy(head)
    warm = replace(
        plain.heat, offsets=(("cheek", 2.0, 0.0),), brow=None, noise=(), creases=(0.0, 0.0)
    )
    none = replace(warm, offsets=())
    gain = skin_celsius(warm, tables) - skin_celsius(none, tables)
    assert gain[head.mean[:, 0] < -4].max() > 1.5
    assert abs(gain[head.mean[:, 0] > 4]).max() < 0.05


def test_a_crop_sample_has_its_face_in_the_middle(head):
    sample = render_sample(head, np.random.default_rng([1, 2]))
    assert sample.image.shape == (SAMPLE_PX, SAMPLE_PX)
    assert sample.image.dtype == np.uint8
    middle = (sample.render.points_px.min(0) + sample.render.points_px.max(0)) / 2
    assert np.allclose(middle, (SAMPLE_PX - 1) / 2, atol=1)
    assert np.array_equal(render_crop(head, sample.params).image, sample.image)


def test_what_stands_in_front_is_counted_as_hidden(head):
    rng = np.random.default_rng(12)
    sample = next(s for s in (render_sample(head, rng) for _ in range(60)) if s.params.before)
    clear = render_crop(head, replace(sample.params, before=()))
    assert sample.render.visible.sum() <= clear.render.visible.sum()
    assert not np.any(sample.render.visible & ~clear.render.visible)
