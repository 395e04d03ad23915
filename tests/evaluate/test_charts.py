from __future__ import annotations

import numpy as np
import pytest

from tfan.evaluate.charts import COLOURS, GREY, Axes, Curve, line_chart, place, ticks

AXES = Axes("title", "x", "y", x_range=(0, 2), y_range=(0, 10), legend="upper right")
NEAR = 60  # levels a colour may be off where lines are smoothed


def painted(picture, colour, at) -> bool:
    """Whether the colour stands within two pixels of (x, y)."""
    x, y = np.rint(at).astype(int)
    around = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).astype(int)
    return bool((np.abs(around - colour).max(axis=1) < NEAR).any())


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.2, [0, 0.05, 0.1, 0.15, 0.2]),
        (-60, 60, [-60, -40, -20, 0, 20, 40, 60]),
        (3, 47, [10, 20, 30, 40]),
    ],
)
def test_ticks_are_round_numbers(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


def test_a_curve_is_drawn_where_its_values_are():
    x = np.array([0.0, 1.0, 2.0])
    curve = Curve("line", x, np.array([0.0, 8.0, 4.0]), COLOURS[0])
    picture = line_chart([curve], AXES)
    for px, py in ((0.5, 4.0), (1.0, 8.0), (1.5, 6.0)):
        assert painted(picture, COLOURS[0], place([px], [py], AXES)[0])
    assert not painted(picture, COLOURS[0], place([0.5], [7.0], AXES)[0])


def test_higher_values_are_higher_up():
    corners = place([0, 2], [0, 10], AXES)
    assert corners[0, 0] < corners[1, 0]
    assert corners[0, 1] > corners[1, 1]


def test_an_unknown_value_breaks_the_line():
    x = np.linspace(0, 2, 5)
    curve = Curve("gap", x, np.array([5, 5, np.nan, 5, 5.0]), COLOURS[1])
    picture = line_chart([curve], AXES)
    assert painted(picture, COLOURS[1], place([0.25], [5], AXES)[0])
    assert not painted(picture, COLOURS[1], place([1.0], [5], AXES)[0])


def test_a_dashed_line_has_gaps():
    x = np.array([0.0, 2.0])
    columns = np.linspace(*place(x, [5, 5], AXES)[:, 0], 200).astype(int)[5:-5]

    def share(*, dashed):
        picture = line_chart([Curve("d", x, np.array([5.0, 5]), GREY, dashed=dashed)], AXES)
        row = int(place([0], [5], AXES)[0, 1])
        return np.mean(picture[row, columns].max(axis=1) < 200)

    assert share(dashed=False) == 1
    assert 0.5 < share(dashed=True) < 1


def test_values_beyond_the_axes_stay_in_the_frame():
    curve = Curve("high", np.array([0.0, 2.0]), np.array([50.0, 50.0]), COLOURS[2])
    assert painted(line_chart([curve], AXES), COLOURS[2], place([0.5], [10], AXES)[0])


def test_a_chart_without_curves_has_its_axes():
    assert line_chart([], AXES).shape[2] == 3
