from __future__ import annotations

import numpy as np
import pytest
import torch

from tfan.thermal.normalise import normalise_crop
from tfan.train.normalise import normalise_crops

TOLERANCE = 2e-6  # float32, two orders of the same few operations


@pytest.mark.parametrize("side", [17, 128])
def test_torch_and_numpy_normalise_alike(side):
    rng = np.random.default_rng(3)
    crops = rng.normal(30, 4, (5, 1, side, side)).astype(np.float32)
    crops[1] = 7.0
    floor = np.array([0.1, 0.2, 3.0, 0.0, 1.0], np.float32)
    ours = normalise_crops(torch.from_numpy(crops), torch.from_numpy(floor)).numpy()
    theirs = normalise_crop(crops[:, 0], floor)
    np.testing.assert_allclose(ours[:, 0], theirs, atol=TOLERANCE)
    assert np.abs(ours).max() <= 2.0
    assert not ours[1].any()
