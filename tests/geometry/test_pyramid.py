"""The sliding windows cover every image, and wrong settings are sentences."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.geometry.pyramid import WINDOW_PX, published_levels, pyramid_windows

SIZES = [
    (480, 640),
    (640, 480),
    (120, 160),
    (16, 16),
    (17, 900),
    (224, 224),
    (448, 224),
    (101, 120),
]


@pytest.mark.parametrize("hw", SIZES)
@pytest.mark.parametrize("max_lvl", [0, 2, 50])
def test_every_pixel_is_seen_at_every_level(hw, max_lvl):
    windows = pyramid_windows(hw, eta=0.75, stride=100, max_lvl=max_lvl)
    for half in np.unique(windows.half_side_px):
        level = windows.centre_px[windows.half_side_px == half]
        for axis, length in enumerate((hw[1], hw[0])):
            places = np.unique(level[:, axis])
            assert places[0] - half <= 0
            assert places[-1] + half >= length - 1
            assert (np.diff(places) <= 2 * half).all()


def test_steps_of_the_published_geometry():
    windows = pyramid_windows((480, 640), eta=0.75, stride=100, max_lvl=0)
    sides = np.unique(2 * windows.half_side_px)
    np.testing.assert_allclose(sides[:3], WINDOW_PX / 0.75 ** np.arange(3), rtol=1e-6)
    finest = windows.centre_px[2 * windows.half_side_px == WINDOW_PX]
    assert np.diff(np.unique(finest[:, 0])).max() <= 100


def test_a_finer_stride_looks_more_often():
    few, many = (len(pyramid_windows((480, 640), eta=0.75, stride=s, max_lvl=0)) for s in (200, 50))
    assert few < many


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"eta": 1.0}, "eta: expected a factor between 0 and 1, got 1.0"),
        ({"stride": 0}, "stride: expected pixels above 0, got 0"),
        ({"max_lvl": -1}, "max_lvl: expected 0 or more, got -1"),
    ],
)
def test_settings_that_make_no_pyramid(setting, sentence):
    with pytest.raises(InputError, match=sentence):
        pyramid_windows((50, 50), **({"eta": 0.75, "stride": 100, "max_lvl": 0} | setting))


def test_published_levels_by_hand():
    *_, second, finest = published_levels((240, 320), eta=0.75, stride=100, max_lvl=0)
    assert finest.hw == (240, 320)
    assert finest.padding == ((104, 104), (64, 64))
    expected = [(x, y) for y in (0, 100, 200) for x in (0, 100, 200)]
    np.testing.assert_array_equal(finest.corners, expected)
    np.testing.assert_allclose(finest.in_image([0]), [[-64, -104, 160, 120]])
    assert second.hw == (180, 240)
    assert second.padding == ((22, 22), (104, 104))
    left, top, right, bottom = second.in_image([0])[0]
    np.testing.assert_allclose([left, top], [-104 / 0.75, -22 / 0.75], rtol=1e-6)
    np.testing.assert_allclose([right - left, bottom - top], [224 / 0.75] * 2, rtol=1e-6)


@pytest.mark.parametrize("hw", [(101, 120), (120, 101), (224, 224), (448, 223), (16, 900)])
def test_published_padding_makes_whole_windows(hw):
    levels = published_levels(hw, eta=0.75, stride=100, max_lvl=0)
    assert min(levels[0].hw) >= 16
    for level in levels:
        sides = [length + sum(pad) for length, pad in zip(level.hw, level.padding, strict=True)]
        assert all(side % WINDOW_PX == 0 and side > 0 for side in sides)
        assert all(abs(before - after) <= 1 for before, after in level.padding)
        assert (level.corners + WINDOW_PX <= sides[::-1]).all()
    assert sum(levels[-1].padding[0]) == WINDOW_PX - hw[0] % WINDOW_PX  # whole ones get another


def test_published_levels_are_bounded():
    deep = published_levels((240, 320), eta=0.75, stride=100, max_lvl=0)
    assert len(published_levels((240, 320), eta=0.75, stride=100, max_lvl=3)) == len(deep) - 3
    (coarsest,) = published_levels((240, 320), eta=0.75, stride=100, max_lvl=99)
    assert coarsest.hw == deep[0].hw
    assert len(published_levels((240, 320), eta=0.999, stride=100, max_lvl=0)) == 101
