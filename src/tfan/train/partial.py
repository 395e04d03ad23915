"""Labels that hold fewer points than the network answers: which of its 548 they speak of.

A data set's point may be one landmark of the network, a weighted sum of several, or nothing that
the network knows. What it is not, does not count. Points that both of the network's schemes have
count for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tfan.errors import InputError
from tfan.evaluate.named_points import NAMES
from tfan.evaluate.sample import NAMED
from tfan.geometry.head_pose import mean_head
from tfan.landmarks import load_scheme
from tfan.landmarks.convert import correspondence, named_sums
from tfan.landmarks.schemes import N_NETWORK, NETWORK_SCHEMES

Floats = npt.NDArray[np.float64]

N_GUESSED = 478
_DENSE = "mediapipe478"
_STIFF = 0.02  # of the spread of the points: how little the mean head turns away for few points
_SWAP = {"right": "left", "left": "right"}


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What one scheme's labels say of the network's answers.

    Attributes:
        scheme: of the labels.
        points: (T,) which point of the scheme each target is; a point may be two targets.
        matrix: (T, 548) each target as a weighted sum of the network's landmarks.
        mirror: (T,) permutation: target i of a mirrored image is target mirror[i]; None where
            the scheme's mirror was never published.
    """

    scheme: str
    points: npt.NDArray[np.int64]
    matrix: Floats
    mirror: npt.NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.points)


@cache
def targets_of(scheme: str) -> Targets:
    """Return what labels of a scheme ("named" for named points) say of the network's answers.

    Raises:
        InputError: the network has none of the scheme's points.
    """
    points, rows = [], []
    for network, span in NETWORK_SCHEMES.items():
        matrix = _matrix(network, scheme)
        for point in np.flatnonzero(matrix.any(axis=1)):
            points.append(int(point))
            rows.append(np.zeros(N_NETWORK))
            rows[-1][span] = matrix[point]
    if not points:
        raise InputError(
            f"labels of {scheme}", expected="points that the network has, too", got="none",
            fix="Which point is which was never published for it, so it cannot be trained on.",
        )  # fmt: skip
    matrix = np.stack(rows)
    mirror = _mirror(scheme)
    keys = [(p, bool(row[:N_GUESSED].any())) for p, row in zip(points, matrix, strict=True)]
    swapped = None
    if mirror is not None:
        swapped = np.array([keys.index((int(mirror[p]), dense)) for p, dense in keys])
    return Targets(scheme, np.array(points), matrix, swapped)


def _matrix(network: str, scheme: str, *, near: bool = False) -> Floats:
    """Return (K, S) a scheme's points as sums of one network scheme's."""
    if scheme != NAMED:
        return correspondence(network, scheme, near=near).matrix
    matrix = np.zeros((len(NAMES), load_scheme(network).n_points))
    for name, sums in named_sums(network).items():
        for index, weight in sums.items():
            matrix[NAMES.index(name), int(index)] = weight
    return matrix


def _mirror(scheme: str) -> npt.NDArray[np.int64] | None:
    if scheme != NAMED:
        mirror = load_scheme(scheme).mirror
        return mirror if len(mirror) else None
    swapped = ["_".join(_SWAP.get(word, word) for word in name.split("_")) for name in NAMES]
    return np.array([NAMES.index(name) for name in swapped])


def answers_for(
    targets: Targets, points: Tensor, log_sigma: Tensor, visibility: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return what the network says of T targets.

    The error of a sum is taken to be as large as if all its landmarks erred the same way: that is
    never too small.

    Args:
        targets: what is asked for.
        points: (B, 548, 2).
        log_sigma: (B, 548).
        visibility: (B, 548) logits.
    """
    matrix = torch.as_tensor(targets.matrix, dtype=points.dtype, device=points.device)
    sigma = log_sigma.exp() @ matrix.abs().T
    return torch.einsum("tn,bnc->btc", matrix, points), sigma.log(), visibility @ matrix.T


def guess_478(scheme: str, points_px: Floats) -> Floats:
    """Return (478, 2) where MediaPipe's landmarks of a face about are, from some of its points.

    The mean head is laid on them: shift, turn and size first, then as much of any other map of
    its three dimensions as the points speak for. Good enough to say where to cut and which way is
    up; nothing is learnt from it.

    Args:
        scheme: of the points.
        points_px: (K, 2) the scheme's points; NaN where one is missing.

    Raises:
        InputError: fewer than three of the points lie on the mean head.
    """
    matrix = _matrix(_DENSE, scheme, near=True)
    known = matrix.any(1) & np.isfinite(points_px).all(1)
    if known.sum() < 3:
        raise InputError(f"points of {scheme}", expected="three or more of one face",
                         got=str(int(known.sum())))  # fmt: skip
    head = mean_head().points_cm * [1.0, -1.0, 1.0]  # y downwards, as in images
    there, here = matrix[known] @ head, points_px[known]
    middle_there, middle_here = there.mean(0), here.mean(0)
    there, here = there - middle_there, here - middle_here
    # similarity: the complex number that turns and scales
    plane = there[:, 0] + 1j * there[:, 1]
    turn = (plane.conj() @ (here[:, 0] + 1j * here[:, 1])) / max(np.vdot(plane, plane).real, 1e-9)
    map_ = np.array([[turn.real, -turn.imag, 0.0], [turn.imag, turn.real, 0.0]])
    rest = here - there @ map_.T
    spread = there.T @ there
    stiff = _STIFF * np.trace(spread) * np.eye(3)
    map_ = map_ + np.linalg.solve(spread + stiff, there.T @ rest).T
    guessed: Floats = (head - middle_there) @ map_.T + middle_here
    return guessed
