"""What is measured is what plain, slow sums over many points a pixel say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.landmarks import NETWORK_SCHEMES
from tfan.rois import measure, outlines
from tfan.rois.coverage import cover
from tfan.rois.margin import ALIKE_SHARE, FACTOR, HIDDEN_SHARE, LEAST_CELSIUS, ROUND_SHARE
from tfan.rois.pixels import Pixels, moments_of
from tfan.rois.plan import place
from tfan.rois.quantiles import quantiles
from tfan.rois.regions import load_regions

FINE = 16  # points a pixel and axis
HW = (150, 160)


def shares_by_force(polygons: tuple[np.ndarray, ...], hw: tuple[int, int] = HW) -> np.ndarray:
    """Shares (H, W) of points inside: a ray to the right crosses the outline an odd time."""
    y, x = (np.arange(n * FINE) / FINE + 0.5 / FINE for n in hw)
    inside = np.zeros((len(y), len(x)), bool)
    for polygon in polygons:
        ends = np.roll(polygon, -1, axis=0)
        for (x0, y0), (x1, y1) in zip(polygon.astype(float), ends.astype(float), strict=True):
            rows = np.flatnonzero((y0 > y) != (y1 > y))
            at = x0 + (y[rows] - y0) * (x1 - x0) / (y1 - y0 or 1)
            inside[rows] ^= x < at[:, None]
    return inside.reshape(hw[0], FINE, hw[1], FINE).mean(axis=(1, 3))


def quantile_by_force(celsius: np.ndarray, weight: np.ndarray, share: float) -> float:
    """Sorted one by one; between the middles of two weights it is interpolated."""
    order = np.argsort(celsius, kind="stable")
    celsius, weight = celsius[order], weight[order]
    middle = np.cumsum(weight) - weight / 2
    return float(np.interp(share * weight.sum(), middle, celsius))


@pytest.fixture
def field() -> np.ndarray:
    y, x = np.mgrid[: HW[0], : HW[1]]
    rng = np.random.default_rng(1)
    return 33 + np.sin(x / 19) + 0.7 * np.cos(y / 13) + rng.normal(0, 0.05, HW)


@pytest.mark.parametrize("scheme", NETWORK_SCHEMES)
@pytest.mark.parametrize(
    ("size_px", "centre_px"), [(45, (80.3, 70.1)), (110, (83.7, 77.2)), (120, (20.0, 140.0))]
)
def test_readings_are_those_of_many_points_a_pixel(make_face, field, scheme, size_px, centre_px):
    field[40:44, 60:100] = np.nan
    face = make_face(scheme, size_px=size_px, centre_px=centre_px)
    drawn = outlines(face.points_px)
    readings = measure(field, face, min_visible=0.3, max_margin_celsius=np.inf)
    assert sum(reading.seen for reading in readings) > 3
    for reading in readings:
        weight = shares_by_force(drawn[reading.name]) * np.isfinite(field)
        used = weight > 0
        assert reading.n_pixels == pytest.approx(weight.sum(), abs=0.4, rel=0.01)
        if not reading.seen:
            continue
        celsius, weight = field[used], weight[used]
        mean = np.average(celsius, weights=weight)
        deviation = np.sqrt(np.average(np.square(celsius - mean), weights=weight))
        assert reading.mean_celsius == pytest.approx(mean, abs=0.01)
        assert reading.sd_celsius == pytest.approx(deviation, abs=0.01)
        for found, share in ((reading.median_celsius, 0.5), (reading.p90_celsius, 0.9)):
            assert found == pytest.approx(quantile_by_force(celsius, weight, share), abs=0.03)


def pixels_of(rng: np.random.Generator, counts: list[int], kind: str) -> Pixels:
    n = sum(counts)
    celsius = {
        "even": rng.normal(33, 1, n),
        "tied": np.round(rng.normal(33, 1, n)),
        "far": np.where(rng.random(n) < 0.1, 1e9, rng.normal(33, 1e-3, n)),
        "same": np.full(n, 33.0),
        "two": np.where(rng.random(n) < 0.5, 10.0, 40.0),
    }[kind]
    weight = np.where(rng.random(n) < 0.3, rng.uniform(1e-6, 1, n), 1.0)
    weight[rng.random(n) < 0.2] = 0
    starts = np.cumsum([0, *counts[:-1]])
    return Pixels(starts, np.array(counts), celsius, weight)


@pytest.mark.parametrize("kind", ["even", "tied", "far", "same", "two"])
@pytest.mark.parametrize("seed", range(6))
def test_quantiles_are_those_of_sorted_pixels(kind, seed):
    rng = np.random.default_rng(seed)
    pixels = pixels_of(rng, [1, 2, 3, 400, 1, 17, 5000, 60, 2], kind)
    found = quantiles(pixels, moments_of(pixels), (0.1, 0.5, 0.9))
    for row, share in zip(found, (0.1, 0.5, 0.9), strict=True):
        for value, start, count in zip(row, pixels.starts, pixels.counts, strict=True):
            here = slice(start, start + count)
            used = pixels.weight[here] > 0
            if not used.any():
                assert np.isnan(value)
                continue
            celsius, weight = pixels.celsius[here][used], pixels.weight[here][used]
            assert value == pytest.approx(quantile_by_force(celsius, weight, share), rel=1e-10)


def test_without_any_pixels_there_are_no_quantiles():
    pixels = Pixels(np.array([0, 2]), np.array([2, 1]), np.zeros(3), np.zeros(3))
    assert np.isnan(quantiles(pixels, moments_of(pixels), (0.5,))).all()


@pytest.mark.parametrize("scheme", NETWORK_SCHEMES)
def test_margins_are_those_of_gradients_by_differences(make_face, field, scheme):
    """Each landmark is moved by itself; the errors of all are alike as their distances say."""
    face = make_face(scheme, size_px=90, centre_px=(80.0, 75.0), sigma_px=1.3)
    regions = load_regions(scheme)[:6]
    readings = measure(field, face, regions)
    points = face.points_px.astype(float)
    used = np.flatnonzero(np.abs(np.concatenate([r.corners for r in regions])).max(axis=0))
    slopes = np.zeros((len(regions), len(used), 2))
    step = 1e-4
    for column, index in enumerate(used):
        for axis in (0, 1):
            sums = []
            for sign in (1, -1):
                moved = points.copy()
                moved[index, axis] += sign * step
                covered = cover(place(regions, moved).outlines, HW)
                pixels = Pixels(
                    covered.starts[:-1], np.diff(covered.starts), covered.spread(field),
                    covered.shares,
                )  # fmt: skip
                sums.append(moments_of(pixels).mean)
            slopes[:, column, axis] = (sums[0] - sums[1]) / (2 * step)
    apart = np.linalg.norm(points[used][:, None] - points[used], axis=-1)
    size_px = np.sqrt(np.prod(np.ptp(points, axis=0)))
    alike = np.exp(-apart / (ALIKE_SHARE * size_px))
    variance = np.einsum("sia,ij,sja->s", slopes, alike, slopes) * 1.3**2
    for region, reading, expected in zip(regions, readings, variance, strict=True):
        polygons = [p.astype(float) for p in region.polygons_px(points)]
        rim = sum(np.linalg.norm(p - np.roll(p, -1, axis=0), axis=1).sum() for p in polygons)
        sigma_px = 1.3 * np.abs(region.corners).sum(axis=1).mean()  # weights may be below 0
        off = ROUND_SHARE * min(sigma_px * rim / reading.n_pixels, 1)
        rest = (off**2 + (HIDDEN_SHARE * (1 - reading.share_visible)) ** 2) * reading.sd_celsius**2
        margin = FACTOR * np.sqrt(expected + rest + LEAST_CELSIUS**2)
        assert reading.margin_celsius == pytest.approx(margin, rel=1e-3), reading.name


def test_hidden_pixels_are_those_whose_nearest_landmark_is(make_face, field):
    face = make_face(size_px=100, centre_px=(80.0, 75.0))
    hidden = np.hypot(*(face.points_px - face.points_px[50]).T) < 25
    face = replace(face, visibility=np.where(hidden, 0.1, 0.9).astype(np.float32))
    y, x = np.mgrid[: HW[0], : HW[1]] + 0.5
    columns, rows = np.floor(face.points_px.T) + 0.5  # as the pixels that hold them
    apart = np.hypot(x[..., None] - columns, y[..., None] - rows)
    nearest = face.visibility.astype(float)[apart.argmin(axis=-1)]
    drawn = outlines(face.points_px)
    for reading in measure(field, face):
        weight = shares_by_force(drawn[reading.name])
        seen = (weight * (nearest >= 0.5)).sum()
        assert reading.n_pixels == pytest.approx(seen, abs=0.5, rel=0.03), reading.name
        expected = (weight * nearest).sum() / weight.sum()
        assert reading.share_visible == pytest.approx(expected, abs=0.08), reading.name
