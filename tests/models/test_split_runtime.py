"""A batch dealt out among devices comes back in its order."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.runtime import OnnxRuntime
from tfan.models.split_runtime import SplitRuntime


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 1, 128, 128)).astype(np.float32)


@pytest.fixture
def split(landmark_bytes) -> SplitRuntime:
    settings = {"contract": LANDMARK_CONTRACT, "source": "own.onnx", "threads": 1}
    return SplitRuntime(tuple(OnnxRuntime(landmark_bytes, **settings) for _ in range(3)))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_answers_are_those_of_one_device(split, count):
    alone = split.parts[0]
    for one, other in zip(split(crops(count)), alone(crops(count)), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)  # sums over other batches


class Noting:
    """A runtime that notes its batches and answers with them."""

    backend = "noting"

    def __init__(self, device):
        self.device, self.seen = device, []

    def __call__(self, batch):
        self.seen.append(batch.tolist())
        return (batch, 2 * batch)

    def output_shapes(self):
        return {"same": ["B"], "twice": ["B"]}


@pytest.mark.parametrize(
    ("count", "shares"),
    [
        (0, [[[]], []]),
        (1, [[[0]], []]),
        (2, [[[0]], [[1]]]),
        (5, [[[0, 1, 2]], [[3, 4]]]),
    ],
)
def test_shares_are_equal_and_in_order(count, shares):
    parts = Noting("cuda:0"), Noting("cuda:1")
    split = SplitRuntime(parts)
    same, twice = split(np.arange(count))
    assert [part.seen for part in parts] == shares
    assert (same.tolist(), twice.tolist()) == ([*range(count)], [*range(0, 2 * count, 2)])
    assert (split.device, split.backend) == ("cuda:0+cuda:1", "noting")
    assert split.output_shapes() == {"same": ["B"], "twice": ["B"]}


def test_an_error_of_one_device_is_the_callers():
    class Broken(Noting):
        def __call__(self, batch):
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        SplitRuntime((Noting("cuda:0"), Broken("cuda:1")))(np.arange(4))


def test_threads_get_their_own_answers(split):
    expected = [split(crops(n))[0] for n in range(1, 7)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [(n, pool.submit(split, crops(n))) for _ in range(3) for n in range(1, 7)]
        for n, job in jobs:
            np.testing.assert_array_equal(job.result()[0], expected[n - 1])


def test_pickle_keeps_the_answers(split):
    again = pickle.loads(pickle.dumps(split))
    assert again.device == "cpu+cpu+cpu"
    for one, other in zip(split(crops(4)), again(crops(4)), strict=True):
        np.testing.assert_array_equal(one, other)
