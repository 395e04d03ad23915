from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tfan.synth.display import Display, apply_display, draw_display, palette_luminance
from tfan.synth.record import from_json, to_json
from tfan.synth.sensor import SensorParams, apply_sensor, clean, draw_sensor, sense

PLAIN = Display(
    kind="window", low=20.0, high=40.0, widen=(0.0, 0.0), mix=0.0, clip_limit=1.0, tiles=2,
    gamma=1.0, gain=1.0, offset=0.0, top=1.0, inverted=False, palette=None,
)  # fmt: skip
QUIET = SensorParams(
    samples_px=64.0, blur=0.3, defocus_px=0.0, motion=None, noise_celsius=0.0, column_celsius=0.0,
    row_celsius=0.0, vignette_celsius=0.0, seed=1, sharpen=None, display=PLAIN, upscale=0,
    graphics=None, jpeg=None,
)  # fmt: skip


def ramp(low: float, high: float, side: int = 64) -> np.ndarray:
    return np.linspace(low, high, side, dtype=np.float32)[None].repeat(side, 0)


def test_a_fixed_window_maps_degrees_linearly_to_levels():
    levels = apply_display(np.array([[20, 25, 30, 40, 55]], np.float32), PLAIN, skin_celsius=34)
    assert np.allclose(levels, [[0, 63.75, 127.5, 255, 255]], atol=1e-3)


def test_black_hot_is_white_hot_upside_down():
    scene = ramp(22, 38)
    white = apply_display(scene, PLAIN, skin_celsius=34)
    black = apply_display(scene, replace(PLAIN, inverted=True), skin_celsius=34)
    assert np.allclose(white + black, 255, atol=1e-3)


def test_equalisation_spreads_levels_and_keeps_their_order():
    scene = 30 + ramp(0, 1) ** 4 * 8
    equal = replace(PLAIN, kind="plateau", low=0.5, high=99.5, mix=1.0)
    levels = apply_display(scene, equal, skin_celsius=34)
    assert np.all(np.diff(levels[0]) >= 0)
    plain = apply_display(scene, PLAIN, skin_celsius=34)
    assert np.median(levels) - levels.min() > 2 * (np.median(plain) - plain.min())


def test_a_flat_scene_is_not_blown_up():
    scene = np.full((32, 32), 30, np.float32) + ramp(0, 0.05, 32)
    span = replace(PLAIN, kind="span", low=0.0, high=100.0)
    levels = apply_display(scene, span, skin_celsius=34)
    assert np.ptp(levels) < 10


@pytest.mark.parametrize("name", ["iron", "inferno", "jet", "bone"])
def test_palette_luminance_is_that_of_its_colours(name):
    table = palette_luminance(name)
    assert table.shape == (256,)
    assert table.min() < 60
    assert table.max() > 130


def test_noise_has_the_stated_deviation():
    noisy = sense(
        np.full((200, 200), 30, np.float32), replace(QUIET, samples_px=200, noise_celsius=0.1)
    )
    assert abs(noisy.std() - 0.1) < 0.005


def test_column_noise_is_the_same_down_a_column():
    striped = sense(np.full((64, 64), 30, np.float32), replace(QUIET, column_celsius=0.2))
    assert striped.std(0).max() < 1e-4
    assert striped.std(1).min() > 0.05


def test_few_samples_lose_fine_detail():
    fine = 30 + 4 * ((np.indices((128, 128)).sum(0) // 2) % 2).astype(np.float32)
    sharp = apply_sensor(fine, replace(QUIET, samples_px=128, blur=0.1), skin_celsius=34)
    coarse = apply_sensor(fine, replace(QUIET, samples_px=32), skin_celsius=34)
    assert coarse.shape == sharp.shape == (128, 128)
    assert coarse[20:-20, 20:-20].std() < 0.3 * sharp[20:-20, 20:-20].std()


def test_motion_blurs_along_its_direction_only():
    edge = np.where(np.arange(64) < 32, 22, 38).astype(np.float32)[None].repeat(64, 0)
    along = sense(edge.T.copy(), replace(QUIET, motion=(11, 0.0)))
    across = sense(edge, replace(QUIET, motion=(11, 0.0)))
    assert np.abs(np.diff(along[:, 32])).max() > 2 * np.abs(np.diff(across[32])).max()


def test_the_same_camera_gives_the_same_picture_and_survives_json():
    rng = np.random.default_rng(5)
    for _ in range(12):
        sensor = draw_sensor(rng, samples_px=(40, 200), graphics=0.5)
        assert from_json(SensorParams, to_json(sensor)) == sensor
        first, again = (apply_sensor(ramp(20, 38), sensor, skin_celsius=34) for _ in range(2))
        assert np.array_equal(first, again)


def test_a_clean_camera_draws_and_compresses_nothing():
    sensor = draw_sensor(np.random.default_rng(2), samples_px=(60, 61), graphics=1.0)
    assert sensor.graphics is not None
    assert clean(replace(sensor, jpeg=40)) == replace(sensor, graphics=None, jpeg=None)


def test_displays_of_all_kinds_are_drawn():
    rng = np.random.default_rng(3)
    kinds = {draw_display(rng, palette=0.1, inverted=0.1).kind for _ in range(200)}
    assert kinds == {"span", "window", "skin", "plateau", "clahe"}


def test_jpeg_changes_little():
    scene = ramp(22, 38) + 2 * cv2.GaussianBlur(np.eye(64, dtype=np.float32), (0, 0), 3)
    plain = apply_sensor(scene, QUIET, skin_celsius=34).astype(int)
    lossy = apply_sensor(scene, replace(QUIET, jpeg=80), skin_celsius=34).astype(int)
    assert 0 < np.abs(plain - lossy).max() < 20
