from __future__ import annotations

import numpy as np
import pytest

from tfan.robustness.axes import AXES
from tfan.robustness.measures import MEASURES
from tfan.robustness.store import Provenance
from tfan.robustness.suite import AxisResult

SEED = 7


@pytest.fixture(scope="session")
def head():
    from tfan.synth.head import default_head_path, load_head

    if not default_head_path().is_file():
        pytest.skip("no packed head model: set TFAN_HEAD (see tfan synth pack)")
    return load_head()


@pytest.fixture(scope="session")
def subject(head):
    from tfan.robustness.subjects import draw_subject

    return draw_subject(head, 1, seed=SEED)


@pytest.fixture(scope="session")
def darkroom(head):
    from tfan.robustness.shots import Darkroom

    return Darkroom(head)


@pytest.fixture(scope="session")
def made_up():
    """A maker of runs without rendering anything."""
    return _made_up


def _made_up(name: str, *, faces: int = 40, seed: int = 0, **shift: float) -> AxisResult:
    """Numbers as a run might give them; shift is added to measures, pictures are always alike."""
    rng = np.random.default_rng(seed)
    shape = (len(AXES[name].values), faces)
    values = {key: rng.uniform(0.01, 0.05, shape).astype(np.float32) for key in MEASURES}
    values["recall"] = (rng.random(shape) < 0.8).astype(np.float32)
    for key, by in shift.items():
        values[key] = (values[key] + np.float32(by)).astype(np.float32)
    pictures = np.arange(shape[0] * faces, dtype=np.uint32).reshape(shape)
    return AxisResult(name, tuple(AXES[name].labels()), values, pictures)


@pytest.fixture
def provenance() -> Provenance:
    files = {name: (f"{name}.onnx", name[0] * 64) for name in ("landmarks", "detector")}
    return Provenance("tfan robustness --out new", "1.2.3", SEED, 40, files)
