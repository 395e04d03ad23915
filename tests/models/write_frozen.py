"""Store what the bundled networks answer, for `test_bundled.py`; run it when weights change.

.venv/bin/python tests/models/write_frozen.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.registry import find, read_bundled
from tfan.models.runtime import Contract, OnnxRuntime

FROZEN = Path(__file__).parent / "frozen"
CONTRACTS = {"landmarks": LANDMARK_CONTRACT, "detector": DETECTOR_CONTRACT}
SHAPES = {"landmarks": (2, 1, 128, 128), "detector": (1, 1, 96, 128)}


def network_input(name: str) -> np.ndarray:
    """Return a smooth input of the right shape, the same on every machine."""
    batch, _, height, width = SHAPES[name]
    k, y, x = np.mgrid[0:batch, 0:height, 0:width]
    waves = np.cos(x / 9 + k) * np.sin(y / 7) + 0.5 * np.cos((x + 2 * y) / 23)
    return (0.4 * waves).astype(np.float32)[:, None]


def answers(name: str, contract: Contract) -> dict[str, np.ndarray]:
    row = find(name)
    network = OnnxRuntime(read_bundled(row), contract=contract, source=row.file, threads=1)
    return dict(zip(contract.output_names, network(network_input(name)), strict=True))


def main() -> None:
    FROZEN.mkdir(exist_ok=True)
    for name, contract in CONTRACTS.items():
        found = answers(name, contract)
        np.savez_compressed(FROZEN / f"{name}.npz", sha256=find(name).sha256, **found)


if __name__ == "__main__":
    main()
