"""Smooth shifts of single features: noses, mouths and eyes lie further apart in life than in scans.

The identities of the morphable head move all features together. A network that saw only those
lays the mean face over a real one; one that saw each feature move alone looks where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from tfan.synth.head import Floats, Head
from tfan.synth.landmark_rows import N_MEDIAPIPE

_LIMIT = 2.2  # deviations


@dataclass(frozen=True, slots=True)
class Move:
    """One shift of the mean head.

    Attributes:
        name: what moves, and where to when positive.
        around: indices of the 70 points whose groups' means are the centres, one group a centre.
        radius_cm: half width of what follows.
        power: of the super-Gaussian; 4 moves the middle as one piece.
        direction: centimetres (x, y, z) for amplitude 1.
        kind: "all" alike, "apart": x mirrored on the subject's right, or "wider": in proportion to
            the distance from the centre in each axis.
        deviation: standard deviation of the amplitude.
        mean: of the amplitude: where the mean head itself differs from the people in thermal
            pictures (docs/models/log.md).
    """

    name: str
    around: tuple[tuple[int, ...], ...]
    radius_cm: float
    power: float
    direction: tuple[float, float, float]
    kind: Literal["all", "apart", "wider"]
    deviation: float
    mean: float = 0.0


_EYES = (tuple(range(36, 42)), tuple(range(42, 48)))
_BROWS = (tuple(range(17, 22)), tuple(range(22, 27)))
_LIPS = (tuple(range(48, 60)),)
MOVES = (
    Move("eyes apart", _EYES, 2.6, 4, (1, 0, 0), "apart", 0.22, 0.2),
    Move("eyes up", ((*range(36, 48), *range(17, 27)),), 5.5, 4, (0, 1, 0), "all", 0.2),
    Move("brows up", _BROWS, 1.7, 3, (0, 1, 0), "all", 0.18),
    Move("nose down", ((30, 33),), 2.3, 3, (0, -1, 0), "all", 0.32, 0.2),
    Move("nose out", ((30, 30, 33),), 2.0, 2.5, (0, 0, 1), "all", 0.32, 0.12),
    Move("nose wide", ((30, 33),), 2.0, 3, (1, 0, 0), "wider", 0.10),
    Move("mouth down", _LIPS, 3.0, 4, (0, -1, 0), "all", 0.38, -0.08),
    Move("mouth wide", _LIPS, 3.6, 4, (1, 0, 0), "wider", 0.09, -0.02),
    Move("mouth out", _LIPS, 3.0, 3, (0, 0, 1), "all", 0.22),
    Move("chin down", ((8,),), 3.6, 3, (0, -1, 0), "all", 0.5),
    Move("jaw wide", ((4, 12),), 8.0, 4, (1, 0, 0), "wider", 0.05),
)


def draw_moves(rng: np.random.Generator) -> tuple[float, ...]:
    """Draw the amplitude of each of MOVES; a quarter of all people have the means."""
    amplitudes = np.clip(rng.normal(size=len(MOVES)), -_LIMIT, _LIMIT)
    amplitudes *= [move.deviation for move in MOVES]
    share = 0.0 if rng.random() < 0.25 else rng.uniform(0.4, 1.3)
    means = [move.mean for move in MOVES]
    return tuple(round(float(m + a * share), 4) for m, a in zip(means, amplitudes, strict=True))


def moved(bare: Floats, head: Head, amplitudes: tuple[float, ...]) -> Floats:
    """Return vertices (V, 3) of a head with its features shifted by amplitudes of MOVES."""
    if not any(amplitudes):
        return bare
    fields = _fields(head)
    return np.asarray(bare + np.tensordot(np.array(amplitudes, np.float32), fields, 1), np.float32)


@lru_cache(maxsize=2)
def _fields(head: Head) -> Floats:
    """Return (M, V, 3) centimetres of each vertex for amplitude 1."""
    points = head.rows.points(head.mean)[N_MEDIAPIPE:]
    return np.stack([_field(move, head.mean, points) for move in MOVES]).astype(np.float32)


def _field(move: Move, mean: Floats, points: Floats) -> Floats:
    centres = np.stack([points[list(group)].mean(0) for group in move.around])
    away = mean[:, None] - centres[None]  # (V, C, 3)
    distance = np.linalg.norm(away, axis=2)
    nearest = distance.argmin(1)
    rows = np.arange(len(mean))
    weight = np.exp(-((distance[rows, nearest] / move.radius_cm) ** move.power))
    direction = np.array(move.direction, np.float32)
    if move.kind == "apart":
        step = np.sign(centres[nearest, 0])[:, None] * direction
    elif move.kind == "wider":
        step = away[rows, nearest] * direction
    else:
        step = np.broadcast_to(direction, mean.shape)
    return np.asarray(weight[:, None] * step)
