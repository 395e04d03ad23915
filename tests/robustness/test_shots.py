from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.robustness.axes import AXES
from tfan.robustness.shots import CELSIUS, Darkroom
from tfan.robustness.subjects import CAMERA_PX, FACE_PX
from tfan.thermal.palettes import load_palettes

SIZE_TOLERANCE = 0.01  # the box's size in pixels against the asked one
SAME_PX = 0.3  # the same point through cameras of other sizes
PALETTE_LEVELS = 4.0  # a colour against the nearest entry, without JPEG


def box_size(taken):
    left, top, right, bottom = taken.box_px
    return np.sqrt((right - left) * (bottom - top))


def axis_shots(name, subject):
    return dict(zip(AXES[name].values, AXES[name].shots(subject), strict=True))


def test_the_undisturbed_face_has_its_size_and_place(darkroom, subject):
    taken = darkroom.take(subject.shot)
    assert taken.image.shape == (CAMERA_PX * 3 // 4, CAMERA_PX)
    assert taken.image.dtype == np.uint8
    assert box_size(taken) == pytest.approx(FACE_PX, rel=SIZE_TOLERANCE)
    middle = taken.box_px.reshape(2, 2).mean(axis=0) + 0.5
    assert middle / [CAMERA_PX, CAMERA_PX * 0.75] == pytest.approx(subject.shot.place, abs=1e-3)


def test_the_truth_lies_on_the_face(darkroom, subject):
    taken = darkroom.take(replace(subject.shot, values=CELSIUS))
    x, y = np.rint(taken.points_px[468:478]).astype(int).T  # the eyes
    skin, air = subject.shot.person.heat.skin_celsius, subject.shot.person.heat.ambient_celsius
    assert taken.image.dtype == np.float32
    assert abs(taken.image[y, x].mean() - skin) < 3
    assert abs(taken.image[:20].mean() - air) < 6
    five = taken.points_px[[468, 473, 1, 61, 291]]
    assert taken.five_px == pytest.approx(five, abs=1e-3)


@pytest.mark.parametrize("face_px", [16, 64, 256])
def test_a_face_is_as_large_as_its_step_says(darkroom, subject, face_px):
    taken = darkroom.take(axis_shots("size", subject)[face_px])
    assert taken.image.shape == (480, 640)
    assert box_size(taken) == pytest.approx(face_px, rel=SIZE_TOLERANCE)
    assert (taken.box_px > 0).all()
    assert (taken.box_px[[1, 3]] < 480).all()


def test_a_small_face_keeps_its_contrast(darkroom, subject):
    """In grey values that follow the scene a warm face of 24 px may be one white patch."""
    taken = darkroom.take(axis_shots("size", subject)[24])
    left, top, right, bottom = np.rint(taken.box_px).astype(int)
    face = taken.image[top:bottom, left:right]
    assert (face == taken.image.max()).mean() < 0.02
    assert face.std() > 0.3


def test_fewer_pixels_show_the_same(darkroom, subject):
    shots = axis_shots("resolution", subject)
    few, many = darkroom.take(shots[24]), darkroom.take(shots[96])
    assert few.image.shape == (60, 80)
    zoom = many.image.shape[1] / few.image.shape[1]
    assert (few.points_px + 0.5) * zoom - 0.5 == pytest.approx(many.points_px, abs=SAME_PX)


def test_a_turned_head_stays_as_large(darkroom, subject):
    shots = axis_shots("yaw", subject)
    heights = [np.ptp(darkroom.take(shots[yaw]).box_px[1::2]) for yaw in (0, 45, 90)]
    assert max(heights) / min(heights) < 1.12
    widths = [np.ptp(darkroom.take(shots[yaw]).box_px[::2]) for yaw in (0, 90)]
    assert widths[1] < 0.8 * widths[0]


def test_the_same_shot_is_the_same_picture(head, darkroom, subject):
    again = Darkroom(head).take(subject.shot)
    assert (again.image == darkroom.take(subject.shot).image).all()


def test_inversion_inverts(darkroom, subject):
    shots = axis_shots("display", subject)
    white, black = darkroom.take(shots["white-hot"]), darkroom.take(shots["black-hot"])
    assert np.abs(white.image.astype(int) + black.image - 255).max() <= 1


def test_centikelvin_are_the_temperatures(darkroom, subject):
    shots = axis_shots("display", subject)
    celsius, counts = darkroom.take(shots["celsius"]), darkroom.take(shots["centikelvin"])
    assert counts.image.dtype == np.uint16
    assert counts.image / 100 - 273.15 == pytest.approx(celsius.image, abs=0.006)


def test_a_palette_colours_the_grey_levels(darkroom, subject):
    shot = replace(subject.shot, values="iron")
    rgb, grey = darkroom.take(shot).image, darkroom.take(subject.shot).image
    assert np.abs(rgb - load_palettes()["iron"][grey]).max() < PALETTE_LEVELS
    stored = darkroom.take(axis_shots("palette", subject)["iron"]).image
    assert stored.shape == rgb.shape
    assert 0 < np.abs(stored.astype(int) - rgb).mean() < 10


def test_noise_and_blur_are_what_they_say(darkroom, subject):
    def wall(name, value):
        shot = replace(axis_shots(name, subject)[value], values=CELSIUS)
        return darkroom.take(shot).image

    loud, quiet = wall("noise", 0.8), wall("noise", 0.02)
    assert np.std(loud - quiet) == pytest.approx(0.78, rel=0.03)
    sharp, soft = wall("blur", 0), wall("blur", 6)
    assert np.abs(np.diff(soft, axis=1)).max() < 0.5 * np.abs(np.diff(sharp, axis=1)).max()


def test_contrast_is_the_range_of_the_picture(darkroom, subject):
    shot = replace(axis_shots("contrast", subject)[1], values=CELSIUS)
    low, high = np.percentile(darkroom.take(shot).image, (1, 99))
    assert high - low == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("name", ["glasses", "mask"])
def test_what_is_worn_is_seen(darkroom, subject, name):
    shots = list(AXES[name].shots(subject))
    bare, cold = (darkroom.take(replace(shot, values=CELSIUS)) for shot in (shots[0], shots[-1]))
    left, top, right, bottom = np.rint(bare.box_px).astype(int)
    difference = (bare.image - cold.image)[top:bottom, left:right]
    assert 0.05 < (difference > 2).mean() < 0.7
    assert cold.points_px == pytest.approx(bare.points_px, abs=1e-3)
