"""Points of whole recordings smoothed looking both ways, by true times and by sigma: no lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.errors import InputError
from tfan.types import AnyArray, Array

_LEAST_WEIGHT = 1e-9
_HELD_WEIGHT = 1e-3  # of frames that were predicted, not measured
_ALL = slice(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSided:
    """A local line, weighted by closeness in time and by certainty, through the points of a face.

    Where a narrow window's line departs from the wide one's by more than noise explains, the face
    moves in a way that the wide one would flatten: the narrow one takes over step by step.

    Attributes:
        wide_s: standard deviation of the weights in time, of a face at rest.
        narrow_s: of a face in sudden motion.
        reach_s: no frame farther away than this is looked at; what `follow` lags behind.
        noise_share: of sigma that changes from frame to frame.
    """

    wide_s: float = 0.15
    narrow_s: float = 0.02
    reach_s: float = 0.4
    noise_share: float = 0.25

    def __post_init__(self) -> None:
        if not 0 < self.narrow_s <= self.wide_s <= self.reach_s:
            got = f"{self.narrow_s}, {self.wide_s}, {self.reach_s}"
            raise InputError("times", expected="0 < narrow_s <= wide_s <= reach_s", got=got)

    def __call__(
        self,
        times_s: AnyArray,
        points_px: AnyArray,
        sigma_px: AnyArray,
        held: AnyArray,
        row: int,
        *,
        whole: slice = _ALL,
    ) -> Array:
        """Return the points (N, 2) of one frame, smoothed.

        Args:
            times_s: (T,) of the frames around it.
            points_px: (T, N, 2) as measured.
            sigma_px: (T, N).
            held: (T,) whether the frame was predicted.
            row: of the frame.
            whole: the points that tell how the face moves as a whole; the rest goes with them.
        """
        passed = times_s - times_s[row]
        near = np.abs(passed) <= self.reach_s
        passed, held = passed[near], held[near]
        points = np.asarray(points_px[near], np.float64)
        sure = 1 / np.maximum(np.asarray(sigma_px[near], np.float64), 1e-3) ** 2
        sure *= np.where(held, _HELD_WEIGHT, 1.0)[:, None]
        wide = _line(passed, points, sure, self.wide_s)
        if (~held).sum() <= 2:
            flat: Array = wide.astype(np.float32)
            return flat
        narrow = _line(passed, points, sure, self.narrow_s)
        noise = self.noise_share * np.asarray(sigma_px[near], np.float64).min(axis=0)
        apart = (narrow - wide)[whole].mean(axis=0)  # noise of single points cancels
        level = np.maximum(noise[whole].mean(), 1e-3)
        share = np.clip(np.linalg.norm(apart) / level - 1, 0, 1)
        smooth: Array = (wide + share * (narrow - wide)).astype(np.float32)
        return smooth


def _line(passed_s: AnyArray, points: AnyArray, sure: AnyArray, width_s: float) -> AnyArray:
    """Return the values (N, 2) at time 0 of lines through points (T, N, 2)."""
    close = np.exp(-0.5 * (passed_s / width_s) ** 2)
    weights = close[:, None] * sure + _LEAST_WEIGHT  # (T, N)
    total = weights.sum(axis=0)
    first = np.einsum("tn,t->n", weights, passed_s) / total
    centred = passed_s[:, None] - first
    spread = (weights * centred**2).sum(axis=0)
    mean = np.einsum("tn,tnk->nk", weights, points) / total[:, None]
    slope = np.einsum("tn,tnk->nk", weights * centred, points) / np.maximum(spread, 1e-12)[:, None]
    value: AnyArray = mean - slope * first[:, None]
    return value
