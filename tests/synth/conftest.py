"""A bank of make-believe heads for machines without a head model, and the model where it is."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.synth.bank import APART, HEAD_PX, open_bank
from tfan.synth.head import Head, default_head_path, load_head
from tfan.synth.shards import claim_folder, shard_path, write_shard

HEADS = 24
LOST_PROFILE = 18


def egg(index: int) -> dict[str, np.ndarray]:
    """A warm egg on a cool trapezium; every sixth is a back, every fourth is tight."""
    y, x = np.mgrid[0:HEAD_PX, 0:HEAD_PX].astype(np.float32)
    face = ((x - 110) / 28) ** 2 + ((y - 80) / 36) ** 2 < 1
    shirt = (y > 120) & (np.abs(x - 110) < 30 + 0.4 * (y - 120))
    celsius = np.where(face, 34 - 0.05 * (y - 80), np.where(shirt, 27, 0)).astype(np.float32)
    celsius[(np.hypot(x - 99, y - 70) < 4) | (np.hypot(x - 121, y - 70) < 4)] = 36
    near, back = index % 4 == 0, index % 6 == 0
    yaw = 0.0 if not back else 120.0 if index == LOST_PROFILE else 180.0
    return {
        "celsius": celsius.astype(np.float16),
        "coverage": ((face | shirt) * 255).astype(np.uint8),
        "box_px": np.array([82, 44, 138, 116], np.float32),
        "five_px": np.array([[99, 70], [121, 70], [110, 82], [102, 98], [118, 98]], np.float32),
        "pose_deg": np.array([yaw, 15.0 * (index % 2), 0.0], np.float32),
        "ambient_celsius": np.array(index, np.float32),
        "skin_celsius": np.array(34, np.float32),
        "near": np.array(near),
        "back": np.array(back),
        "shoulder_px": np.array([40, 180], np.float32),
        "cloth_celsius": np.array(27, np.float32),
    }


@pytest.fixture(scope="session")
def bank_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads")
    claim_folder(folder, {"product": "heads", "seed": 5, "radiometric": False})
    eggs = [egg(index) for index in range(HEADS)]
    for shard, part in enumerate((eggs[:16], eggs[16:])):
        arrays = {name: np.stack([one[name] for one in part]) for name in part[0]}
        arrays["index"] = np.arange(16 * shard, 16 * shard + len(part))
        write_shard(shard_path(folder, "heads", shard), arrays, [], apart=APART)
    return folder


@pytest.fixture(scope="session")
def bank(bank_folder):
    return open_bank(bank_folder)


@pytest.fixture(scope="session")
def head() -> Head:
    if not default_head_path().is_file():
        pytest.skip("no packed head model: set TFAN_HEAD (see tfan synth pack)")
    return load_head()
