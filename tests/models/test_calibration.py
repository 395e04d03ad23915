"""From the network's certainties to true ones: laws of each constant."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.models.calibration import (
    PLAIN_CALIBRATION,
    Calibration,
    log_density,
    logit,
    nominal_share,
    within,
)

DRAWS = 20_000
SHARE_ATOL = 0.012  # of so many draws
SAID = np.linspace(0.01, 0.99, 25, dtype=np.float32)[None]
NOWHERE = np.zeros_like(SAID, bool)


@pytest.mark.parametrize("shape", [1, 2, 3, 5])
def test_within_is_the_share_of_draws(shape):
    radius = np.random.default_rng(12).gamma(shape, 1.7 / shape, DRAWS)  # of mean 1.7
    for limit in (0.5, 2.0, 6.0):
        share = within(limit, 1.7, shape=shape)
        assert share == pytest.approx((radius < limit).mean(), abs=SHARE_ATOL)


@pytest.mark.parametrize("shape", [2, 3])
def test_density_is_the_slope_of_within(shape):
    ratio, step = np.array([0.3, 1.0, 2.5]), 1e-5
    slope = (within(ratio + step, 1, shape=shape) - within(ratio - step, 1, shape=shape)) / 2 / step
    np.testing.assert_allclose(np.exp(log_density(ratio, shape=shape)), slope, rtol=1e-6)


def test_nominal_shares_of_the_density_of_the_training():
    assert nominal_share(1, shape=2) == pytest.approx(1 - 3 * np.exp(-2))  # exp(-r / s), sigma 2 s
    assert nominal_share(2, shape=2) == pytest.approx(1 - 5 * np.exp(-4))


def test_the_plain_one_changes_nothing():
    np.testing.assert_allclose(PLAIN_CALIBRATION.visibility(logit(SAID)), SAID, atol=1e-6)
    sigma = PLAIN_CALIBRATION.sigma(SAID, visibility=SAID, outside=~NOWHERE)
    np.testing.assert_array_equal(sigma, SAID)


def test_visibility_turns_at_the_pivot_and_never_falls():
    steep = Calibration(pivot=1.0, slopes=(2.0, 0.5))
    found = steep.visibility(logit(SAID))
    assert (np.diff(found) > 0).all()
    assert steep.visibility(np.ones((1, 1))) == pytest.approx(0.5, abs=1e-6)
    np.testing.assert_allclose(logit(steep.visibility(np.zeros(1))), -2, rtol=1e-4)
    np.testing.assert_allclose(logit(steep.visibility(np.full(1, 3.0))), 1, rtol=1e-4)


def test_sigma_by_hand():
    one = Calibration(factor=2.0, power=1.5, hidden=0.3, outside=0.7)
    sigma = one.sigma(
        np.array([[0.04, 0.04, 0.04]]),
        visibility=np.array([[1.0, 0.0, 0.0]]),
        outside=np.array([[False, False, True]]),
    )
    np.testing.assert_allclose(sigma[0], 2 * 0.04**1.5 * np.exp([0, 0.3, 1.0]), rtol=1e-6)


def test_quality_is_half_at_its_sigma_and_falls():
    one = Calibration(half_sigma=0.06, steepness=5.0)
    sigma = np.full((3, 8), [[0.03], [0.06], [0.12]])
    quality = one.quality(sigma, np.ones(3))
    np.testing.assert_allclose(quality, [1 / (1 + 2**-5), 0.5, 1 / (1 + 2**5)], rtol=1e-5)
    np.testing.assert_allclose(one.quality(sigma, np.full(3, 0.1)), 0.1 * quality, rtol=1e-5)
