from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tfan.evaluate.benchmark.contenders import Contender
from tfan.evaluate.sample import NAMED, Sample, TrueFace
from tfan.landmarks.schemes import load_scheme

BOX = (20.0, 10.0, 40.0, 50.0)  # 20 x 40


def truth_of(scheme="facesynthetics70", *, box=BOX, seed=1, **more) -> TrueFace:
    """A face whose points lie at random in its box; the same seed gives the same points."""
    names = load_scheme(scheme).names
    rng = np.random.default_rng(seed)
    corner, side = np.array(box[:2]), np.array(box[2:]) - box[:2]
    points = corner + side * rng.uniform(0.1, 0.9, (len(names), 2))
    return TrueFace(np.array(box), names, points, scheme=scheme, **more)


def named_truth(points: dict[str, tuple[float, float]], *, box=BOX) -> TrueFace:
    return TrueFace(
        np.array(box), tuple(points), np.array(list(points.values()), float).reshape(-1, 2)
    )


def found_of(truth: TrueFace, *, shift=(0.0, 0.0), score=0.9, box=None, **more):
    """An answer in the truth's own scheme, shifted."""
    assert truth.scheme != NAMED
    return SimpleNamespace(
        box_px=truth.box_px if box is None else np.array(box, float), score=score,
        points_px=truth.points_px + shift, scheme=truth.scheme, **more,
    )  # fmt: skip


def sample_of(*faces, name="one", image=None, **more) -> Sample:
    values = np.zeros((60, 80), np.uint8) if image is None else image
    return Sample(name, lambda: values, tuple(faces), **more)


@pytest.fixture
def make() -> SimpleNamespace:
    """What makes small truths, answers, samples and contenders; see the functions above."""
    return SimpleNamespace(
        BOX=BOX, truth=truth_of, named=named_truth, found=found_of, sample=sample_of,
        contender=lambda find, **more: Contender("fake", find, {}, **more),
    )  # fmt: skip
