"""The margin is what errors of the landmarks make of the mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tfan.landmarks import NETWORK_SCHEMES
from tfan.rois import choose_regions, measure
from tfan.rois.margin import ALIKE_SHARE, FACTOR, LEAST_CELSIUS, ROUND_SHARE

DRAWS = 300
HW = (240, 320)


def moved(face, rng, sigma_px):
    """Faces whose points have errors of that standard deviation, alike for neighbours."""
    points = face.points_px.astype(float)
    size_px = np.sqrt(np.prod(np.ptp(points, axis=0)))
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    root = np.linalg.cholesky(np.exp(-apart / (ALIKE_SHARE * size_px)) + 1e-9 * np.eye(len(points)))
    for _ in range(DRAWS):
        errors = sigma_px * root @ rng.normal(size=(len(points), 2))
        yield replace(face, points_px=(points + errors).astype(np.float32))


@pytest.mark.parametrize("scheme", NETWORK_SCHEMES)
def test_margins_are_those_of_moved_landmarks(make_face, scheme):
    """The gradient along the rims against moving the points by chance."""
    y, x = np.mgrid[: HW[0], : HW[1]]
    field = 33 + 1.5 * np.sin(x / 31) + np.cos(y / 23)
    face = make_face(scheme, size_px=110, sigma_px=1.0)
    told = measure(field, face)
    rng = np.random.default_rng(5)
    means = np.array([[r.mean_celsius for r in measure(field, f)] for f in moved(face, rng, 1.0)])
    scatter = means.std(axis=0)
    for reading, expected in zip(told, scatter, strict=True):
        whole = (reading.margin_celsius / FACTOR) ** 2 - LEAST_CELSIUS**2
        assert np.sqrt(max(whole, 0)) >= 0.85 * expected, reading.name
        rest = ROUND_SHARE * reading.sd_celsius
        assert np.sqrt(max(whole, 0)) <= np.hypot(1.15 * expected, rest), reading.name


def test_margins_grow_with_sigma_and_with_contrast(make_face, slope):
    region = choose_regions(["forehead"])
    (sure,), (unsure,) = (measure(slope, make_face(sigma_px=s), region) for s in (1.0, 3.0))
    (flat,) = measure(30 + (slope - 30) / 4, make_face(sigma_px=3.0), region)
    assert unsure.margin_celsius > 2 * sure.margin_celsius
    assert flat.margin_celsius < unsure.margin_celsius / 2


@pytest.mark.data
def test_on_synthetic_truth_margins_hold_nine_tenths_of_the_errors(shared, monkeypatch):
    """A small draw of what tools/measure_regions.py measures; the docs hold the large one."""
    head_file = shared / "data" / "ict_face_model.npz"
    if not head_file.is_file():
        pytest.skip("no morphable head in 'shared'")
    pytest.importorskip("numba", reason="heads are rendered with numba")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "tools"))
    import measure_regions as tool

    from tfan.pipeline import load_pipeline
    from tfan.synth.head import load_head

    made = tool.shots(load_head(head_file), load_pipeline(), 77, 30)
    rows = np.concatenate([tool.rows_of(shot) for shot in made if shot.found])
    size, _, mean, margin, true, _, _ = rows.T
    both = np.isfinite(mean) & np.isfinite(true)
    error = np.abs(mean - true)
    assert both.sum() > 200
    assert error[both & (size >= 60)].mean() <= 0.2
    assert 0.8 <= (error[both] <= margin[both]).mean() <= 0.99
