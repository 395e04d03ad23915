"""The constants of a calibration, fitted to what a network said of faces whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.calibration.observe import Bools, Observed
from tfan.calibration.result import result
from tfan.models.calibration import (
    NEAR_SHARE,
    PLAIN_CALIBRATION,
    Calibration,
    log_density,
    logit,
)
from tfan.models.landmarker import face_size_px

Floats = npt.NDArray[np.float64]

_EVERY = 5  # point: neighbours say nearly the same
_STEPS = 30
_STIFFNESS = 1e-6  # keeps a step finite where a column is constant
_SHAPES = range(1, 7)
# The pivot balances precision and recall, but where the network is so poor that this would call a
# point hidden that is likelier seen than this, or the reverse, it stays at that.
_HONEST = 0.6
_LEAST_SLOPE = 0.01
_DIGITS = 4


def fit(seen: Observed) -> Calibration:
    """Return the calibration that fits observed faces best."""
    calibration = _with_visibility(seen)
    calibration = _with_sigma(seen, calibration)
    return _rounded(_with_quality(seen, calibration))


def _with_visibility(seen: Observed) -> Calibration:
    """Fit pivot and slopes on the points that the image holds as far as is known."""
    there = (result(seen, PLAIN_CALIBRATION).visibility > 0)[:, ::_EVERY]
    logits = seen.said.visibility_logit[:, ::_EVERY][there].astype(np.float64)
    visible = seen.visible[:, ::_EVERY][there]
    offset, slope = _logistic(np.column_stack([np.ones_like(logits), logits]), visible)
    if slope < _LEAST_SLOPE:  # what is said has nothing to do with what is
        return PLAIN_CALIBRATION
    honest = np.sort([(z - offset) / slope for z in (logit(_HONEST), logit(1 - _HONEST))])
    balanced = np.quantile(logits, 1 - visible.mean())  # as many are called hidden as are
    pivot = float(np.clip(balanced, *honest))
    slopes = [
        float(_logistic((logits[side] - pivot)[:, None], visible[side])[0])
        for side in (logits < pivot, logits >= pivot)
    ]
    return Calibration(pivot=pivot, slopes=(max(slopes[0], 0.0), max(slopes[1], 0.0)))


def _with_sigma(seen: Observed, calibration: Calibration) -> Calibration:
    """Fit the mean distance by the logarithmic link, then the shape by likelihood."""
    found = result(seen, calibration)
    size_px = face_size_px(seen.said.points_px)[:, None]
    said = seen.said.sigma_px / size_px
    rows = np.stack(
        [np.ones_like(said), np.log(said), 1 - found.visibility, found.visibility == 0], axis=-1
    )[:, ::_EVERY].reshape(-1, 4).astype(np.float64)  # fmt: skip
    away = (found.ratio * said)[:, ::_EVERY].ravel().astype(np.float64)
    level, power, hidden, outside = _log_linear(rows, away, start=np.array([0.0, 1, 0, 0]))
    calibration = replace(
        calibration,
        factor=float(np.exp(level)), power=float(power), hidden=float(hidden),
        outside=float(outside),
    )  # fmt: skip
    ratio = result(seen, calibration).ratio[:, ::_EVERY]
    likely = [float(log_density(ratio, shape=shape).mean()) for shape in _SHAPES]
    return replace(calibration, shape=_SHAPES[int(np.argmax(likely))])


def _with_quality(seen: Observed, calibration: Calibration) -> Calibration:
    found = result(seen, calibration)
    size_px = face_size_px(seen.said.points_px)[:, None]
    said = seen.said.sigma_px / size_px
    sigma = calibration.sigma(said, visibility=found.visibility, outside=found.visibility == 0)
    whole = np.log(sigma).mean(axis=1).astype(np.float64)
    rows = np.column_stack([np.ones_like(whole), whole])
    level, slope = _logistic(rows, found.nme < NEAR_SHARE)
    steepness = max(-float(slope), 0.1)
    return replace(calibration, half_sigma=float(np.exp(level / steepness)), steepness=steepness)


def _logistic(rows: Floats, true: Bools) -> Floats:
    """Return the weights (K,) of a logistic function of rows (M, K), by Newton's method."""
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(rows @ weights, -60, 60)))
        slope = rows.T @ (true - p) - _STIFFNESS * len(rows) * weights
        curve = (rows * (p * (1 - p))[:, None]).T @ rows
        weights += np.linalg.solve(curve + _STIFFNESS * len(rows) * np.eye(len(weights)), slope)
    return weights


def _log_linear(rows: Floats, values: Floats, *, start: Floats) -> Floats:
    """Return the weights for which exp(rows @ weights) is the mean of values (M,) >= 0.

    The first column of rows is 1.

    Each value counts by its share of that mean, so that large errors do not decide alone.
    """
    weights = start.copy()
    weights[0] += np.log(values.mean() / np.exp(rows @ weights).mean())  # Newton wants to be near
    for _ in range(_STEPS):
        share = values * np.exp(-rows @ weights)
        slope = rows.T @ (share - 1)
        curve = (rows * share[:, None]).T @ rows
        weights += np.linalg.solve(curve + _STIFFNESS * len(rows) * np.eye(len(weights)), slope)
    return weights


def _rounded(calibration: Calibration) -> Calibration:
    def digits(value: float) -> float:
        return float(f"{value:.{_DIGITS}g}")

    below, above = calibration.slopes
    names = ("factor", "power", "hidden", "outside", "pivot", "half_sigma", "steepness")
    changes: dict[str, Any] = {name: digits(getattr(calibration, name)) for name in names}
    return replace(calibration, slopes=(digits(below), digits(above)), **changes)
