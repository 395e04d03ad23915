"""Tiny scenes in T-FAKE's layout: a round head with a nose and a shirt, in colour and in heat."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ..without_torch import pytest_collect_file, pytest_pycollect_makemodule  # noqa: F401, TID252

SIDE = 64
COLOURS = {0: (40, 60, 90), 1: (200, 150, 120), 2: (220, 160, 140), 15: (20, 120, 40)}
CELSIUS = {0: 21.0, 1: 33.5, 2: 31.0, 15: 29.0}


def draw_scene(rng: np.random.Generator, side: int = SIDE):
    """Return (H, W, 3) RGB, (H, W) Celsius and (H, W) classes of one scene."""
    y, x = np.mgrid[:side, :side] / side
    cx, cy, r = rng.uniform(0.4, 0.6), rng.uniform(0.35, 0.5), rng.uniform(0.2, 0.28)
    segments = np.zeros((side, side), np.uint8)
    segments[(y > 0.75) & (abs(x - cx) < 0.35)] = 15
    segments[(x - cx) ** 2 + 0.7 * (y - cy) ** 2 < r**2] = 1
    segments[(x - cx) ** 2 + (y - cy - 0.05) ** 2 < (0.25 * r) ** 2] = 2
    rgb = np.zeros((side, side, 3), np.float64)
    celsius = np.zeros((side, side), np.float64)
    for number, colour in COLOURS.items():
        rgb[segments == number] = np.array(colour) * rng.uniform(0.8, 1.1)
        celsius[segments == number] = CELSIUS[number]
    rgb += rng.normal(0, 4, rgb.shape)
    celsius += rng.normal(0, 0.05, celsius.shape)
    return rgb.clip(0, 255).astype(np.uint8), celsius, segments


def write_scene(folder: Path, name: str, scene, *, thermal: bool = True) -> None:
    """Write one scene in T-FAKE's layout."""
    rgb, celsius, segments = scene
    cv2.imwrite(str(folder / f"{name}.png"), np.ascontiguousarray(rgb[..., ::-1]))
    cv2.imwrite(str(folder / f"{name}_seg.png"), segments)
    if thermal:
        levels = np.rint((celsius - 20) / 20 * 65535).clip(0, 65535).astype(np.uint16)
        cv2.imwrite(str(folder / f"{name}_thermal.png"), levels)


TINY = """
condition = "cold"
size_px = 64
apply_px = 64
held_out = 4
[schedule]
images = 32
batch = 4
rate = 5e-3
keep = 0.5
[network]
stem = 4
channels = [4, 8, 8, 8]
blocks = [1, 1, 1, 1]
decoder = [8, 8, 8, 4, 4]
[loss]
patch_samples = 16
patch_scales = [64, 32, 24, 16, 8]
[changes]
invert_share = 0.0
blur_share = 0.5
blur_px = [0.5, 1.0]
mirror_share = 0.5
"""


def fill(folder: Path) -> Path:
    """Write twelve scenes and a configuration that trains in a second."""
    (folder / "scenes").mkdir()
    rng = np.random.default_rng(3)
    for number in range(12):
        write_scene(folder / "scenes", f"{number:06d}", draw_scene(rng))
    (folder / "tiny.toml").write_text(TINY)
    return folder


@pytest.fixture
def scenes(tmp_path) -> Path:
    """A folder of twelve scenes; the configuration lies beside it."""
    return fill(tmp_path) / "scenes"


@pytest.fixture
def tiny(scenes) -> Path:
    """A configuration that trains in a second."""
    return scenes.parent / "tiny.toml"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory) -> Path:
    """Scenes and the configuration for a whole module, which must leave them as they are."""
    return fill(tmp_path_factory.mktemp("workplace"))
