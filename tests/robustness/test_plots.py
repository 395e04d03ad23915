from __future__ import annotations

import numpy as np
import pytest

from tfan.robustness.plots import BLUE, GREEN, RED, draw_plot


def count(picture, colour):
    return int((picture == np.array(colour)).all(axis=2).sum())


@pytest.mark.parametrize("name", ["yaw", "palette"])
def test_every_line_is_drawn(made_up, name):
    picture = draw_plot(made_up(name))
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3
    assert min(count(picture, colour) for colour in (BLUE, RED, GREEN)) > 200


def test_a_larger_error_stands_higher(made_up):
    def row(run):
        """Mean row of the green line, which only the NME of the 70 has, below its legend."""
        rows = np.flatnonzero((draw_plot(run) == np.array(GREEN)).all(axis=2).any(axis=1))
        return rows[rows > 90].mean()

    flat = made_up("yaw")
    flat.values["nme_70"][:] = 0.01
    high = made_up("yaw")
    high.values["nme_70"][:] = 0.03
    assert row(high) < row(flat) - 50


def test_bars_are_standard_errors(made_up):
    sure, unsure = made_up("yaw"), made_up("yaw")
    for run in (sure, unsure):
        run.values["nme_70"][:] = 0.02
    unsure.values["nme_70"][:, ::2] = 0.005
    assert count(draw_plot(unsure), GREEN) > count(draw_plot(sure), GREEN) + 60


def test_an_earlier_run_is_drawn_pale(made_up):
    new, old = made_up("yaw"), made_up("yaw", nme_70=0.01)
    pale = tuple(round(c + (255 - c) * 0.6) for c in GREEN)
    assert count(draw_plot(new), pale) < 20
    assert count(draw_plot(new, old), pale) > 200
    assert draw_plot(new, made_up("blur")).shape == draw_plot(new).shape


def test_a_step_without_a_number_is_left_out(made_up):
    run = made_up("yaw")
    run.values["nme_70"][3] = np.nan
    assert 0 < count(draw_plot(run), GREEN) < count(draw_plot(made_up("yaw")), GREEN)
