"""Which frames of Charlotte to keep: a rule that anybody can run, in place of a list by hand.

Its annotations are known to be partly wrong (UNCC-ThermalFace issue 1; PyraMoT, FG 2024, left the
set out for it). Each rule below finds one way of being wrong from the points and the temperatures
alone, without a network, so that no contender is favoured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.charlotte import SIDE
from tfan.evaluate.sample import Floats, Sample, TrueFace
from tfan.types import AnyArray, Array

OUTSIDE_PX = 1.0
DISTINCT_SHARE = 0.6
"""At 6.6 m a face has some 25 pixels, and rounding puts neighbours together; a heap has fewer."""
SMALLEST_PX = 8.0
SIDES_RATIO = (0.3, 2.5)
FAR = 5.0
"""A point so many times the median distance away from the middle belongs to something else."""
SKIN_CELSIUS = 28.0
"""Rooms had 20.5 to 26.5 degrees; skin is warmer than this."""
SKIN_SHARE = 0.6
"""Of right points at least so many lie on skin: glasses and the outline take the others."""
SIDE_CONTRAST_CELSIUS = 1.0

Rule = Callable[[Floats, Array, TrueFace], str]


def reason_against(face: TrueFace, celsius: Array) -> str:
    """Return why a frame is not kept, "" for one that is.

    Args:
        face: its annotation.
        celsius: (H, W) its image.
    """
    points = face.points_px[np.isfinite(face.points_px).all(axis=1)]
    return next(filter(None, (rule(points, celsius, face) for rule in RULES)), "")


def look(folder: Path, sample: Sample, values: AnyArray) -> str:
    """Return why a frame is not kept, "" for one that is; values (H, W) are degrees Celsius."""
    del folder
    return reason_against(sample.faces[0], np.asarray(values, np.float32))


def kept_frames(samples: Iterable[Sample]) -> Iterator[tuple[str, str]]:
    """Yield the name of each sample and why it is not kept; an image that cannot be read is not."""
    for sample in samples:
        try:
            yield sample.name, reason_against(sample.faces[0], sample.frame().celsius())
        except InputError as error:
            yield sample.name, f"unreadable: {error}"


def _outside(points: Floats, celsius: Array, face: TrueFace) -> str:
    del face
    limit = np.array(celsius.shape[::-1]) + OUTSIDE_PX
    n = int(((points < -OUTSIDE_PX) | (points > limit)).any(axis=1).sum())
    return f"{n} points outside the image" if n else ""


def _heap(points: Floats, celsius: Array, face: TrueFace) -> str:
    del celsius, face
    share = len(np.unique(points, axis=0)) / len(points)
    return f"only {share:.0%} of the points are apart" if share < DISTINCT_SHARE else ""


def _shape(points: Floats, celsius: Array, face: TrueFace) -> str:
    del celsius, face
    width, height = np.ptp(points, axis=0)
    if min(width, height) < SMALLEST_PX:
        return f"{width:.0f} x {height:.0f} pixels are no face"
    if not SIDES_RATIO[0] <= width / height <= SIDES_RATIO[1]:
        return f"{width / height:.1f} times as wide as high"
    return ""


def _stray(points: Floats, celsius: Array, face: TrueFace) -> str:
    del celsius, face
    distance = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    n = int((distance > FAR * np.median(distance)).sum())
    return f"{n} points far from the others" if n else ""


def _cold(points: Floats, celsius: Array, face: TrueFace) -> str:
    del face
    columns, rows = np.clip(points, 0, np.array(celsius.shape[::-1]) - 1).astype(int).T
    share = float((celsius[rows, columns] > SKIN_CELSIUS).mean())
    return f"only {share:.0%} of the points lie on skin" if share < SKIN_SHARE else ""


def _side(points: Floats, celsius: Array, face: TrueFace) -> str:
    """Of a profile, the room lies before the nose and the head behind the points."""
    facing = face.attributes.get("facing", "")
    if face.scheme != SIDE or not facing:
        return ""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    width, rows = right - left, slice(int(top), max(int(top) + 1, int(bottom)))
    before = celsius[rows, max(0, int(left - width / 3)) : max(1, int(left))]
    behind = celsius[rows, int(right) + 1 : int(right + width / 3) + 2]
    if facing == "image right":
        before, behind = behind, before
    if not before.size or not behind.size:
        return ""
    gap = float(np.median(before) - np.median(behind))
    return f"it is {gap:.1f} degrees warmer before the face than behind" if (
        gap > SIDE_CONTRAST_CELSIUS
    ) else ""  # fmt: skip


RULES: tuple[Rule, ...] = (_outside, _heap, _shape, _stray, _cold, _side)
