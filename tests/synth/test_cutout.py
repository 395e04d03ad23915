"""Faces cut from their surroundings: what the cut removes is hidden, and a trim only removes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.synth.cutout import Cutout, cut_mask, cut_out
from tfan.synth.face_sample import draw_crop, render_crop

WHOLE = Cutout(neck=0.2, hair=True, trim=0.0, level=0)
TRIMMED = replace(WHOLE, trim=0.1)


@pytest.fixture(scope="module")
def params():
    drawn = draw_crop(np.random.default_rng([9, 1]))
    return replace(drawn, before=(), cutout=None)


def test_a_trim_only_removes(head, params):
    render = render_crop(head, params).render
    zoomed = replace(render, box_px=render.box_px * (len(render.coverage) / 176))
    whole, trimmed = cut_mask(zoomed, WHOLE), cut_mask(zoomed, TRIMMED)
    assert np.all(trimmed <= whole)
    assert 0.3 * whole.sum() < trimmed.sum() < 0.95 * whole.sum()


def test_points_that_the_cut_removes_are_hidden(head, params):
    plain = render_crop(head, params).render.visible
    deep = replace(WHOLE, hair=False, trim=0.2)
    cut = render_crop(head, replace(params, cutout=deep)).render.visible
    assert np.all(cut <= plain)
    assert cut.sum() < plain.sum()


def test_what_is_cut_away_has_one_level():
    image = np.full((8, 8), 200, np.uint8)
    mask = np.zeros((4, 4), np.uint8)
    mask[1:3, 1:3] = 1
    out = cut_out(image, mask, 7)
    assert np.all(out[2:6, 2:6] == 200)
    assert np.all(out[:2] == 7)
