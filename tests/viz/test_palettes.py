"""Frames to colours: order kept, gaps shown, and readable again by tfan.thermal."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.thermal.palettes import recognise
from tfan.viz import colourise, confidence_colours


def test_grey_keeps_the_order_of_values_and_shows_gaps_blue():
    values = np.linspace(20, 36, 400, dtype=np.float32).reshape(20, 20)
    values[3, 3] = np.nan
    picture = colourise(values)
    brightness = picture[np.isfinite(values)].astype(int)
    assert (np.diff(brightness[:, 0]) >= 0).all()
    assert brightness.min() == 0
    assert brightness.max() == 255
    assert picture[3, 3].tolist() == [30, 30, 60]


def test_one_burning_pixel_does_not_darken_the_rest():
    values = np.linspace(20, 36, 400, dtype=np.float32).reshape(20, 20)
    burning = values.copy()
    burning[0, 0] = 500
    difference = np.abs(colourise(values).astype(int) - colourise(burning).astype(int))
    assert difference[1:].max() <= 3  # levels: the percentile moves by one of 400 pixels


@pytest.mark.parametrize("fill", [np.nan, 7.0])
def test_frames_without_contrast_give_a_picture(fill):
    assert colourise(np.full((3, 4), fill, np.float32)).shape == (3, 4, 3)


def test_confidence_runs_from_red_to_blue_and_is_clipped():
    low, first, last, high = confidence_colours(np.array([-1.0, 0.0, 1.0, 2.0])).astype(int)
    assert low.tolist() == first.tolist()
    assert high.tolist() == last.tolist()
    assert first[0] > first[2] + 100
    assert last[2] > last[0] + 100


@pytest.mark.parametrize("name", ["iron", "inferno", "rainbow"])
def test_palette_is_recognised_by_the_reader(name):
    rows, columns = np.mgrid[:120, :160].astype(np.float32)
    match = recognise(colourise(rows + columns, palette=name))
    assert (match.name, match.order, match.sure) == (name, "rgb", True)


def test_unknown_palette_is_named():
    with pytest.raises(InputError, match=r"expected one of grey, inferno, .*, got 'puce'"):
        colourise(np.zeros((2, 2), np.float32), palette="puce")
