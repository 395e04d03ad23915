"""Halving: exact means, and it never goes too far."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.geometry.shrink import halve_towards


@pytest.mark.parametrize(
    ("factor", "hw"),
    [(1.9, (48, 64)), (2.0, (24, 32)), (3.9, (24, 32)), (4.0, (12, 16)), (1e9, (3, 4))],
)
def test_halves_as_often_as_allowed(factor, hw):
    assert halve_towards(np.zeros((48, 64), np.float32), factor).shape == hw


def test_halving_is_the_mean_of_four():
    values = np.float32([[0, 4, 1, 1], [8, 4, 1, 1]])
    assert halve_towards(values, 2).tolist() == [[4, 1]]


def test_odd_sides_stay():
    assert halve_towards(np.zeros((51, 64), np.uint8), 8).shape == (51, 64)
