"""How well answers fit the truth: pure functions on arrays.

Errors are distances over a face's size. Infinity stands for a face that was not found, NaN for
one whose error cannot be known, because it has no annotated point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.geometry.boxes import areas, intersections
from tfan.types import AnyArray

Floats = npt.NDArray[np.float64]

MIN_IOU = 0.4
NOT_MATCHED = -1


def ious(boxes: AnyArray, others: AnyArray) -> Floats:
    """Return the (T, D) intersections over unions of boxes (T, 4) and (D, 4)."""
    first, second = (np.asarray(b, np.float64).reshape(-1, 4) for b in (boxes, others))
    common = np.zeros((len(first), len(second)))
    for row, box in zip(common, first, strict=True):
        row[:] = intersections(box, second)
    union = areas(first)[:, None] + areas(second)[None] - common
    found: Floats = common / np.maximum(union, np.finfo(float).tiny)
    return found


def match(
    true_boxes: AnyArray, boxes: AnyArray, *, scores: AnyArray, min_iou: float = MIN_IOU
) -> npt.NDArray[np.int64]:
    """Return for each of (T, 4) true boxes the index of the box that found it, or -1.

    Best score first, each box takes the free true box that it overlaps most, if by min_iou.

    Args:
        true_boxes: (T, 4).
        boxes: (D, 4).
        scores: (D,) higher is better.
        min_iou: least intersection over union.
    """
    return assign(ious(true_boxes, boxes), scores=scores, min_iou=min_iou)


def assign(overlap: Floats, *, scores: AnyArray, min_iou: float = MIN_IOU) -> npt.NDArray[np.int64]:
    """Return what `match` does, of overlaps (T, D) that are known."""
    taken = np.full(len(overlap), NOT_MATCHED)
    for index in np.argsort(-np.asarray(scores, np.float64), kind="stable"):
        free = np.where(taken == NOT_MATCHED, overlap[:, index], -1.0)
        if len(free) and free.max() >= min_iou:
            taken[free.argmax()] = index
    return taken


def average_precision(hits: AnyArray, scores: AnyArray, *, n_true: int) -> float:
    """Return the area under precision (made monotone) over recall.

    Args:
        hits: (D,) whether each detection is right.
        scores: (D,) higher is better.
        n_true: number of true faces; without any the result is 0.
    """
    if not len(hits):
        return 0.0
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    right = np.cumsum(np.asarray(hits, np.float64)[order])
    precision = right / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    recall = np.concatenate([[0.0], right / max(1, n_true)])
    return float(np.sum(np.diff(recall) * precision))


def mean_error(points: AnyArray, true_points: AnyArray, *, size_px: float) -> float:
    """Return the mean distance of (N, 2) points over size_px; NaN if no true point is given.

    True points that are NaN do not count.
    """
    distances = np.linalg.norm(np.asarray(points, np.float64) - true_points, axis=1)
    given = np.isfinite(np.asarray(true_points)).all(axis=1)
    return float(distances[given].mean() / size_px) if given.any() else float("nan")


def fail_rate(errors: AnyArray, *, above: float = 0.1) -> float:
    """Return the share of errors (F,) that are greater than `above`, not found ones included."""
    known = _known(errors)
    return float((known > above).mean()) if len(known) else float("nan")


def cumulative_shares(errors: AnyArray, *, levels: AnyArray) -> Floats:
    """Return for levels (L,) the share of errors (F,) that are no greater; inf never is."""
    known = np.sort(_known(errors))
    if not len(known):
        return np.full(len(levels), np.nan)
    shares: Floats = np.searchsorted(known, levels, side="right") / len(known)
    return shares


def area_under(errors: AnyArray, *, upto: float) -> float:
    """Return the area 0..1 under the cumulative error curve from 0 to `upto`, over `upto`."""
    known = _known(errors)
    return float(np.clip(1 - known / upto, 0, None).mean()) if len(known) else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class RiskCurve:
    """Mean error of the faces kept, when the least certain are refused.

    Attributes:
        coverage: (F,) share of the faces kept, rising to 1.
        risk: (F,) mean error of those.
        best: (F,) the same, had the faces been refused in the order of their true errors.
    """

    coverage: Floats
    risk: Floats
    best: Floats

    def at(self, coverage: float) -> float:
        """Return the risk when at least that share of the faces is kept."""
        if not len(self.coverage):
            return float("nan")
        return float(self.risk[np.searchsorted(self.coverage, coverage - 1e-9)])


def risk_curve(errors: AnyArray, certainty: AnyArray) -> RiskCurve:
    """Return the risk-coverage curve of finite errors (F,) and their certainty (F,).

    Faces of equal certainty are kept or refused together: each gets the risk of all of them.
    """
    errors, certainty = np.asarray(errors, np.float64), np.asarray(certainty, np.float64)
    count = np.arange(1, len(errors) + 1)
    order = np.argsort(-certainty, kind="stable")
    sums = np.cumsum(errors[order])
    last = np.searchsorted(-certainty[order], -certainty[order], side="right") - 1
    risk = sums[last] / (last + 1) if len(errors) else sums
    return RiskCurve(count / max(1, len(errors)), risk, np.cumsum(np.sort(errors)) / count)


def rank_correlation(first: AnyArray, second: AnyArray) -> float:
    """Return Spearman's correlation of (F,) and (F,); ties share their mean rank."""
    if len(first) < 2:
        return float("nan")
    one, two = _ranks(first), _ranks(second)
    spread = one.std() * two.std()
    shared = ((one - one.mean()) * (two - two.mean())).mean()
    return float(shared / spread) if spread > 0 else float("nan")


def _ranks(values: AnyArray) -> Floats:
    _, place, count = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    ranks: Floats = (ends - (count - 1) / 2)[place.reshape(-1)]
    return ranks


def _known(errors: AnyArray) -> Floats:
    values = np.asarray(errors, np.float64)
    return values[~np.isnan(values)]
