from __future__ import annotations

import numpy as np
import pytest

from tfan.robustness.scenes import Occluder, cover, place, squeeze

SHARE_TOLERANCE = 0.02  # an edge of 0.7 px and whole pixels on a face of 80 px
PLACE_TOLERANCE_PX = 0.05


@pytest.fixture
def scene():
    return np.full((180, 240), 20, np.float32)


@pytest.fixture
def landmarks():
    angle = np.linspace(0, 2 * np.pi, 478)
    return (np.stack([120 + 35 * np.cos(angle), 90 + 45 * np.sin(angle)], 1)).astype(np.float32)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6])
@pytest.mark.parametrize("angle_deg", [0.0, 77.0, 200.0])
def test_an_occluder_covers_its_share_of_the_face(scene, landmarks, share, angle_deg):
    covered = cover(scene, landmarks, Occluder(share, angle_deg, 90.0, (1, 20.0, 0.0)))
    y, x = np.mgrid[:180, :240]
    face = ((x - 120) / 35) ** 2 + ((y - 90) / 45) ** 2 < 1
    assert (covered[face] > 55).mean() == pytest.approx(share, abs=SHARE_TOLERANCE)
    assert (scene == 20).all()


def test_an_occluder_comes_from_its_side(scene, landmarks):
    covered = cover(scene, landmarks, Occluder(0.2, 90.0, 90.0, (1, 20.0, 0.0)))
    assert covered[130, 120] > 80  # below
    assert covered[50, 120] == 20


def test_no_share_is_no_change(scene, landmarks):
    assert cover(scene, landmarks, Occluder(0.0, 0.0, 90.0, (1, 20.0, 0.5))) is scene


@pytest.mark.parametrize("degrees", [1.0, 16.0])
def test_squeeze_gives_the_range_about_the_median(degrees):
    scene = np.random.default_rng(0).normal(30, 4, (60, 80)).astype(np.float32)
    out = squeeze(scene, degrees)
    low, high = np.percentile(out, (1, 99))
    assert high - low == pytest.approx(degrees, rel=1e-4)
    assert np.median(out) == pytest.approx(np.median(scene), rel=1e-5)


@pytest.mark.parametrize("zoom", [0.3, 0.8, 1.6])
def test_a_person_comes_to_lie_where_it_should(scene, zoom):
    person, coverage = np.zeros((2, 100, 100), np.float32)
    person[30:50, 40:70], coverage[30:50, 40:70] = 35, 1
    out = place(scene, (person, coverage), zoom=zoom, shift_px=np.array([10.0, 20.0]))
    weight = out - 20
    y, x = np.mgrid[:180, :240]
    centre = [(weight * (x + 0.5)).sum() / weight.sum(), (weight * (y + 0.5)).sum() / weight.sum()]
    expected = np.array([55.0, 40.0]) * zoom + [10, 20]
    assert np.abs(centre - expected).max() < PLACE_TOLERANCE_PX
    assert weight.sum() == pytest.approx(15 * 20 * 30 * zoom**2, rel=0.02)


def test_a_body_goes_on_below_its_square(scene):
    person = np.full((100, 100), 33, np.float32)
    coverage = np.zeros((100, 100), np.float32)
    coverage[50:, 40:60] = 1
    out = place(scene, (person, coverage), zoom=1.0, shift_px=np.array([0.0, 0.0]))
    assert (out[99:, 45:55] == 33).all()
    assert (out[99:, 70:] == 20).all()
