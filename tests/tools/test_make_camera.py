from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest


@pytest.fixture
def camera():
    return import_module("make_camera")


def _crop():
    y, x = np.mgrid[:176, :176]
    return (60 + 150 * np.exp(-((x - 90) ** 2 + (y - 80) ** 2) / 1800)).astype(np.uint8)


def test_it_is_always_the_same_camera(camera):
    one, two = camera.make_chip(), camera.make_chip()
    assert np.array_equal(one.pattern, two.pattern)
    assert np.array_equal(one.dead, two.dead)
    assert one.pattern.std() > 0.015  # stripes that stay, of the full range


def test_a_face_loses_contrast_but_stays_where_it_is(camera):
    chip, rng = camera.make_chip(), np.random.default_rng(0)
    shown = [camera.through_camera(_crop(), face_px=84, chip=chip, rng=rng) for _ in range(40)]
    mean = np.mean(shown, axis=0)  # the pattern lies elsewhere each time
    assert np.ptp(mean) < 0.5 * np.ptp(_crop())
    bright = np.argwhere(mean > np.percentile(mean, 97)).mean(0)
    assert np.hypot(*(bright - [80, 90])) < 4


def test_a_shard_keeps_its_labels(camera, tmp_path):
    points = np.arange(2 * 5 * 2, dtype=np.float32).reshape(2, 5, 2)
    boxes = np.array([[40, 40, 124, 124]] * 2, np.float32)
    np.savez(tmp_path / "faces-00000.npz", images=np.stack([_crop()] * 2), points_px=points,
             box_px=boxes)  # fmt: skip
    target = tmp_path / "out" / "faces-00000.npz"
    chip = camera.make_chip()
    source = tmp_path / "faces-00000.npz"
    assert camera.write_shard(source, target, chip=chip, seed=0, limit=1) == 1
    with np.load(target) as written:
        assert np.array_equal(written["points_px"], points[:1])
        assert written["images"].shape == (1, 176, 176)
        assert not np.array_equal(written["images"][0], _crop())
