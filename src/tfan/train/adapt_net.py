"""The adaptation network: points of one scheme in, points of another out, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tfan.landmarks.convert import correspondence
from tfan.landmarks.schemes import load_scheme

_HIDDEN = 4  # and the last layer is the fifth
_TINY = 1e-6  # of a length in canonical units
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """How points were brought into canonical units: centred, of spread 1, turned upright.

    Attributes:
        centre: (B, 1, 2) mean of the points.
        spread: (B, 1, 1) root mean square distance from it.
        turn: (B, 1, 2) cosine and sine of the turn.
    """

    centre: Tensor
    spread: Tensor
    turn: Tensor

    def to_canonical(self, points: Tensor) -> Tensor:
        """Return points (B, N, 2) in canonical units."""
        return _turned((points - self.centre) / self.spread, self.turn)

    def to_given(self, points: Tensor) -> Tensor:
        """Return points (B, N, 2) in the units of what was given."""
        back = torch.cat([self.turn[..., :1], -self.turn[..., 1:]], -1)
        return _turned(points, back) * self.spread + self.centre


def _turned(points: Tensor, turn: Tensor) -> Tensor:
    x, y = points[..., :1], points[..., 1:]
    cos, sin = turn[..., :1], turn[..., 1:]
    return torch.cat([cos * x - sin * y, sin * x + cos * y], -1)


def upright(points: Tensor, shape: Tensor) -> Upright:
    """Return how to bring points (B, N, 2) as near as can be to a centred shape (N, 2)."""
    centre = points.mean(1, keepdim=True)
    flat = points - centre
    spread = (flat * flat).sum(-1, keepdim=True).mean(1, keepdim=True).sqrt().clamp(min=_TINY)
    along = (flat * shape).sum((1, 2))
    across = (flat[..., 0] * shape[:, 1] - flat[..., 1] * shape[:, 0]).sum(1)
    length = (along * along + across * across).sqrt().clamp(min=_TINY)
    turn = torch.stack([along / length, across / length], -1)[:, None]
    return Upright(centre, spread, turn)


class AdaptNet(nn.Module):
    """Five layers on coordinates, for the points of the target that the source does not have.

    The points that both schemes have pass through as they are (unless keep_same is False); to
    those that only lie near (`tfan.landmarks.correspondence`) something is added. Where the points
    lie, how large they are and how they are turned makes no difference, and a mirrored face gets
    the mirrored answer (where both mirrors are known), by construction.
    """

    def __init__(self, source: str, target: str, *, width: int, keep_same: bool = True) -> None:
        super().__init__()
        one, other = load_scheme(source), load_scheme(target)
        self.base: Tensor
        self.place: Tensor
        self.shape: Tensor
        self.mirror_given: Tensor
        self.mirror_wanted: Tensor
        self.mirrors = bool(one.mirror.size and other.mirror.size)
        self.register_buffer("base", _tensor(correspondence(source, target, near=True).matrix))
        free = np.arange(other.n_points)
        if keep_same:
            free = free[~correspondence(source, target).mask]
        self.register_buffer("place", _tensor(np.eye(other.n_points)[:, free]))
        self.register_buffer("shape", torch.zeros(one.n_points, 2))
        self.register_buffer("mirror_given", torch.from_numpy(one.mirror.copy()))
        self.register_buffer("mirror_wanted", torch.from_numpy(other.mirror.copy()))
        sizes = [2 * one.n_points, *[width] * _HIDDEN]
        layers: list[nn.Module] = []
        for wide, narrow in pairwise(sizes):
            layers += [nn.Linear(wide, narrow), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(width, 2 * len(free))
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def begin_with(self, given: Floats, wanted: Floats) -> None:
        """Take the mean shape of given (N, S, 2), and begin with the mean answer of wanted.

        Args:
            given: points of the source.
            wanted: (N, T, 2) of the target, NaN where not known.
        """
        mean = _mean_shape(given)
        if self.mirrors:
            mean = (mean + mean[self.mirror_given.numpy()] * [-1, 1]) / 2
        self.shape.copy_(_tensor(mean / np.sqrt((mean**2).sum(-1).mean())))
        frame = upright(_tensor(given), self.shape)
        canonical = frame.to_canonical(_tensor(given))
        rest = frame.to_canonical(_tensor(wanted)) - self.base @ canonical
        known = rest.isfinite()
        with torch.no_grad():
            middle = rest.where(known, rest.new_zeros(())).sum(0) / known.sum(0).clamp(min=1)
            self.last.bias.copy_((self.place.T @ middle).flatten())

    def forward(self, points: Tensor) -> Tensor:
        frame = upright(points, self.shape)
        canonical = frame.to_canonical(points)
        return frame.to_given(self.canonical_answer(canonical))

    def canonical_answer(self, canonical: Tensor) -> Tensor:
        """Return (B, T, 2) points for (B, S, 2), both in canonical units."""
        added = self._added(canonical)
        if self.mirrors:
            flip = canonical.new_tensor([-1.0, 1.0])
            mirrored = self._added(canonical.index_select(1, self.mirror_given) * flip)
            added = (added + mirrored.index_select(1, self.mirror_wanted) * flip) / 2
        return self.base @ canonical + added

    def _added(self, canonical: Tensor) -> Tensor:
        flat: Tensor = self.last(self.layers(canonical.flatten(1)))
        return self.place @ flat.reshape(-1, self.place.shape[1], 2)


def _mean_shape(given: Floats) -> npt.NDArray[np.float64]:
    centred = given.astype(np.float64) - given.mean(1, keepdims=True)
    sizes = np.sqrt((centred**2).sum(-1).mean(1))[:, None, None]
    mean: npt.NDArray[np.float64] = (centred / np.maximum(sizes, _TINY)).mean(0)
    return mean


def _tensor(values: npt.ArrayLike) -> Tensor:
    return torch.from_numpy(np.array(values, np.float32))
