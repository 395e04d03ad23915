"""Face and temperatures -> readings of regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.rois.coverage import Coverage, Floats, cover
from tfan.rois.margin import margins_celsius
from tfan.rois.pixels import Moments, Pixels, moments_of
from tfan.rois.plan import Placed, place
from tfan.rois.quantiles import quantiles
from tfan.rois.reading import RegionReading, unseen
from tfan.rois.regions import Region, Regions, choose_regions, load_regions
from tfan.rois.visibility import seen_weights, turned_away
from tfan.types import AnyArray, Face

_QUANTILES = (0.5, 0.9)
_LEAST_SHARE = 1e-6  # of a pixel: less is rounding
_TINY = 1e-9


def measure(
    celsius: Any,
    face: Face,
    regions: Sequence[Region | str] | None = None,
    *,
    min_visible: float = 0.6,
    min_pixels: float = 2.0,
    max_margin_celsius: float = 1.5,
) -> tuple[RegionReading, ...]:
    """Return the temperatures of regions of one face, in the order of the regions.

    Args:
        celsius: (H, W) degrees Celsius of the image in which the face was found, NaN = no value;
            `Frame.celsius()` gives it.
        face: its points say where the regions are.
        regions: of the face's landmark convention, or names of those that ship with tfan; None
            takes all that ship.
        min_visible: least share of a region that must be seen, else its temperatures are NaN.
        min_pixels: least area in pixels that must be measured, else they are NaN.
        max_margin_celsius: where the mean may be off by more than that (`margin_celsius`), all but
            the margin is NaN: the rim lies on something else, such as glasses or the background.

    Raises:
        InputError: the temperatures are no (H, W) numbers, a region is of another convention, or
            no region has that name.
    """
    degrees = _degrees(celsius)
    chosen = _chosen(face, regions)
    if not chosen:
        return ()
    placed = place(chosen, face.points_px)
    whole = (placed.area_px > 0) & ~turned_away(placed.plan, face)  # and finite
    hw = (degrees.shape[0], degrees.shape[1])
    covered = cover(placed.outlines, hw, wanted=whole, least_share=_LEAST_SHARE)
    pixels, expected = _pixels(degrees, face, placed, covered)
    shares = np.minimum(expected / np.where(whole, np.maximum(placed.area_px, _TINY), 1), 1)
    moments = moments_of(pixels)
    margins = margins_celsius(pixels, moments, shares, placed=placed, covered=covered, face=face)
    areas = moments.area_px
    columns = [*_degrees_of(pixels, moments), margins, areas, shares]
    seen = (shares >= min_visible) & (areas >= max(min_pixels, _LEAST_SHARE))
    sure = margins <= max_margin_celsius
    return tuple(
        RegionReading(region.name, *row) if there and told
        else unseen(region.name, row[6] if there else np.nan, *row[7:])
        for region, row, there, told in zip(
            chosen, np.array(columns).T.tolist(), seen.tolist(), sure.tolist(), strict=True
        )
    )  # fmt: skip


def _degrees(celsius: Any) -> AnyArray:
    degrees = np.asarray(celsius)
    if degrees.ndim != 2 or degrees.dtype.kind not in "fiu":
        got = f"{degrees.dtype} {degrees.shape}"
        raise InputError(
            "temperatures", expected="(height, width) degrees Celsius", got=got,
            fix="Frame.celsius() returns them.",
        )  # fmt: skip
    return degrees


def _chosen(face: Face, regions: Sequence[Region | str] | None) -> Regions:
    if regions is None:
        return load_regions(face.scheme)
    chosen: list[Region] = []
    for region in regions:
        if isinstance(region, str):
            chosen += choose_regions([region], load_regions(face.scheme))
        elif not isinstance(region, Region):
            raise InputError("regions", expected="regions or their names", got=repr(region))
        elif region.scheme != face.scheme:
            raise InputError(
                f"region {region.name!r}", expected=f"one of {face.scheme}, as the face is",
                got=region.scheme, fix="Names instead of regions fit either convention.",
            )  # fmt: skip
        else:
            chosen.append(region)
    return tuple(chosen)


def _pixels(
    degrees: AnyArray, face: Face, placed: Placed, covered: Coverage
) -> tuple[Pixels, Floats]:
    """Return the pixels that are seen and measured, and the area (S,) expected to be seen."""
    values, weights = covered.spread(degrees), covered.shares
    finite = np.isfinite(values)
    if not finite.all():
        weights = weights * finite
        values[~finite] = 0
    weights, expected = seen_weights(weights, placed, face, covered, degrees.shape)
    starts = covered.starts
    return Pixels(starts[:-1], starts[1:] - starts[:-1], values, weights), expected


def _degrees_of(pixels: Pixels, moments: Moments) -> tuple[Floats, ...]:
    """Return (S,) means, medians, 90 %, largest, least and standard deviations."""
    median, p90 = quantiles(pixels, moments, _QUANTILES)
    least, most = pixels.extremes()
    least, most = np.fmin(least, median), np.fmax(most, p90)  # the rim of a few pixels weighs more
    return moments.mean, median, p90, most, least, moments.deviation
