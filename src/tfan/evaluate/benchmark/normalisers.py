"""What a distance in pixels is divided by, so that errors of small and large faces compare.

Published numbers differ in this alone by a factor of two: a number without its normaliser says
nothing. Each row has its formula, which reports print.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.benchmark.corners import outer_eye_corners
from tfan.evaluate.sample import Floats, TrueFace

_PUPILS = ("right_eye", "left_eye")


@dataclass(frozen=True, slots=True)
class Normaliser:
    """One way to measure a face.

    Attributes:
        name: as `--normaliser` takes it.
        formula: in words and signs; dx, dy are the offsets of a point from its true place, w and
            h the width and height of the annotated box.
        measure: face -> (2,) pixels by which offsets along x and y are divided; NaN where the
            face cannot be measured so.
        source: who counts so.
    """

    name: str
    formula: str
    measure: Callable[[TrueFace], Floats]
    source: str


def scaled_error(found: Floats, true: Floats, *, scale_px: Floats) -> float:
    """Return the mean length of (P, 2) offsets, each axis over its scale (2,).

    True points that are NaN do not count; NaN without any.
    """
    lengths = np.linalg.norm((found - true) / scale_px, axis=1)
    given = np.isfinite(true).all(axis=1)
    return float(lengths[given].mean()) if given.any() else float("nan")


def _sides(face: TrueFace) -> Floats:
    sides: Floats = np.asarray(face.box_px[2:] - face.box_px[:2], np.float64)
    return sides


def _alike(length: float) -> Floats:
    """Return one length for both axes; NaN where it is none."""
    return np.full(2, length if length > 0 else np.nan)


def _between(ends: Floats) -> Floats:
    return _alike(float(np.linalg.norm(ends[1] - ends[0])))


_ROWS = (
    Normaliser(
        "box", "|d| / sqrt(w h)", lambda face: _alike(face.size_px),
        "Bulat and Tzimiropoulos (ICCV 2017); tfan's own nme5",
    ),
    Normaliser(
        "box-sides", "sqrt((dx / w)^2 + (dy / h)^2)", _sides,
        'one reading of T-FAKE\'s "NME W/H", whose formula is not published',
    ),
    Normaliser(
        "box-mean", "|d| / ((w + h) / 2)", lambda face: _alike(float(_sides(face).mean())),
        'another reading of T-FAKE\'s "NME W/H"',
    ),
    Normaliser(
        "box-diagonal", "|d| / sqrt(w^2 + h^2)",
        lambda face: _alike(float(np.linalg.norm(_sides(face)))),
        "agreement between the annotators of D5050 (PyraMoT, FG 2024)",
    ),
    Normaliser(
        "outer-eyes", "|d| / distance of the outer corners of the eyes",
        lambda face: _between(outer_eye_corners(face)),
        "300-W challenge; PyraMoT (FG 2024)",
    ),
    Normaliser(
        "pupils", "|d| / distance of the centres of the eyes",
        lambda face: _between(face.points(_PUPILS)),
        "papers on 300-W that divide by the distance of the pupils",
    ),
)  # fmt: skip
NORMALISERS: Mapping[str, Normaliser] = {row.name: row for row in _ROWS}


def find_normaliser(name: str) -> Normaliser:
    """Return the normaliser called name, or say which names exist."""
    if name not in NORMALISERS:
        known = " or ".join(map(repr, NORMALISERS))
        raise InputError("normaliser", expected=known, got=repr(name))
    return NORMALISERS[name]
