"""The range that a picture's colours show can be given: videos do not flicker."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.viz import colourise, shown_span

VALUES = np.linspace(20, 40, 400, dtype=np.float32).reshape(20, 20)


def test_span_is_where_the_colours_begin_and_end():
    low, high = shown_span(VALUES)
    assert (low, high) == pytest.approx((20.1, 39.9), abs=0.01)
    np.testing.assert_array_equal(colourise(VALUES, span=(low, high)), colourise(VALUES))


def test_a_given_span_is_kept():
    picture = colourise(VALUES, span=(30.0, 35.0))
    assert (picture[VALUES <= 30] == 0).all()
    assert (picture[VALUES >= 35] == 255).all()
    assert 0 < picture[(VALUES > 31) & (VALUES < 34)].mean() < 255


def test_nothing_measured_has_a_span_all_the_same():
    assert shown_span(np.full((4, 4), np.nan)) == (0.0, 1.0)
