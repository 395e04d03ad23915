"""Tiny shards of soft blobs with dots for landmarks, and networks that train in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfan.train.config import TrainConfig, parse_config

from ..without_torch import pytest_collect_file, pytest_pycollect_makemodule  # noqa: F401, TID252

SIDE = 176
FIVE = np.array([[15, 30], [45, 30], [30, 45], [20, 60], [40, 60]], np.float32)


def write_faces(path: Path, count: int, *, seed: int = 0) -> None:
    """Write a shard of blobs; the landmarks are a fixed constellation that follows the blob."""
    rng = np.random.default_rng(seed)
    shape = np.random.default_rng(99).uniform(-40, 40, (548, 2)).astype(np.float32)
    shape[[468, 473, 61, 291]] = [[-15, -15], [15, -15], [-10, 20], [10, 20]]
    centre = rng.uniform(70, 106, (count, 1, 2)).astype(np.float32)
    points = shape * rng.uniform(0.8, 1.1, (count, 1, 1)).astype(np.float32) + centre
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    far = (x - centre[:, :, :1]) ** 2 + 1.5 * (y - centre[:, :, 1:]) ** 2
    box_px = np.concatenate([points.min(1), points.max(1)], 1)
    np.savez(
        path,
        images=(60 + 150 * np.exp(-far / 1500)).astype(np.uint8),
        points_px=points,
        visible=np.ones((count, 548), np.uint8),
        pose_deg=rng.uniform(-80, 80, (count, 3)).astype(np.float32),
        box_px=box_px,
    )


def write_negatives(path: Path, count: int) -> None:
    """Write a shard of noise."""
    rng = np.random.default_rng(5)
    np.savez(path, images=rng.integers(0, 255, (count, SIDE, SIDE), dtype=np.uint8))


def write_scenes(path: Path, count: int, *, seed: int = 0) -> None:
    """Write a shard of scenes with one bright face of 60 x 80 pixels each."""
    rng = np.random.default_rng(seed)
    images = np.zeros((count, 288, 288), np.uint8)
    images[:, :216] = rng.integers(60, 80, (count, 216, 288), dtype=np.uint8)
    boxes = np.zeros((count, 12, 4), np.float32)
    five = np.zeros((count, 12, 5, 2), np.float32)
    kind = np.full((count, 12), -1, np.int8)
    for index in range(count):
        left, top = rng.integers(5, 220), rng.integers(5, 130)
        images[index, top : top + 80, left : left + 60] = 200
        boxes[index, 0] = left - 0.5, top - 0.5, left + 59.5, top + 79.5
        five[index, 0] = FIVE + np.array([left, top])
        kind[index, 0] = 1
    size_hw = np.tile(np.array([216, 288], np.int16), (count, 1))
    np.savez(path, images=images, size_hw=size_hw, boxes_px=boxes, five_px=five, kind=kind)


def tiny_config(task: str, *, budget: str = "images = 96", rate: float = 3e-3) -> TrainConfig:
    """Return a configuration whose network has some thousand weights."""
    return parse_config(f"""
        task = "{task}"
        name = "tiny"
        [schedule]
        {budget}
        batch = 16
        rate = {rate}
        [network]
        channels = [8, 8, 16, 16]
        inner = [4, 4, 8, 8]
        blocks = [0, 1, 1, 1]
        head = {32 if task == "landmarks" else 8}
        [scenes]
        tile_px = 96
        zoom_share = 0
        [crops]
        noise = 0
        occluder_share = 0
    """)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of shards of every kind, with val beside them."""
    folder = tmp_path / "data"
    for part in (folder, folder / "val"):
        part.mkdir()
        write_faces(part / "faces-00000.npz", 32)
        write_negatives(part / "negatives-00000.npz", 8)
        write_scenes(part / "scenes-00000.npz", 16)
    return folder
