"""From what a landmark network says to numbers that can be trusted: a few constants, as data.

The network is trained with a density of which only the mean distance is used here: `sigma_px` is
that mean, whatever the tail. How the distances scatter about it is the law of `within`, whose shape
is measured. `tfan calibration` fits the constants on synthetic faces and proves them on others.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np

from tfan.types import AnyArray, Array

NEAR_SHARE = 0.05  # "confidence" is the probability to lie within that share of the face's size
LAPLACE_SHAPE = 2  # of the density exp(-r / s) in the plane, with which networks are trained
_LEAST, _MOST = 1e-6, 1 - 1e-6  # probabilities beyond say no more
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one network's answers become `sigma_px`, `confidence`, `visibility` and `quality`.

    The defaults change nothing of a network of one's own. Lengths are over the face's size.

    Attributes:
        factor, power: sigma becomes factor * sigma^power.
        hidden: sigma grows by exp(hidden) where a point is surely hidden, in part where maybe.
        outside: and by exp(outside) where it lies outside the image.
        shape: of the law of the distances, see `within`.
        pivot: the network's logit of visibility at which a point is as likely seen as hidden.
        slopes: what logits below and above it are multiplied with.
        half_sigma: face-wide sigma at which half of the faces have a mean error above 5 %.
        steepness: of that share's fall: it goes with sigma^steepness.
    """

    factor: float = 1.0
    power: float = 1.0
    hidden: float = 0.0
    outside: float = 0.0
    shape: int = LAPLACE_SHAPE
    pivot: float = 0.0
    slopes: tuple[float, float] = (1.0, 1.0)
    half_sigma: float = 0.05
    steepness: float = 4.0

    def visibility(self, said: AnyArray) -> Array:
        """Return the probability (F, N) that points are seen, from the network's logits."""
        logits = said - np.float32(self.pivot)
        below, above = self.slopes
        return sigmoid(logits * np.where(logits < 0, np.float32(below), np.float32(above)))

    def sigma(self, said: AnyArray, *, visibility: AnyArray, outside: AnyArray | bool) -> Array:
        """Return expected distances (F, N) over the face's size.

        Args:
            said: (F, N) the network's expected distances over the face's size.
            visibility: (F, N) as `visibility` returns it.
            outside: (F, N) bool, whether a point lies outside the image; or one for all.
        """
        grown = np.exp(self.hidden * (1 - visibility) + np.float32(self.outside) * outside)
        powered = said if self.power == 1 else np.maximum(said, _TINY) ** self.power
        sigma: Array = (self.factor * powered * grown).astype(np.float32, copy=False)
        return sigma

    def quality(self, sigma: AnyArray, presence: AnyArray) -> Array:
        """Return the probability (F,) that there is a face and that its mean error is below 5 %.

        Args:
            sigma: (F, N) as `sigma` returns it; its geometric mean over the points counts.
            presence: (F,) probability that there is a face.
        """
        logs = np.log(np.maximum(sigma, _TINY))
        whole = np.exp(np.add.reduce(logs, axis=1) / logs.shape[1])
        share = 1 / (1 + (whole / self.half_sigma) ** self.steepness)
        likely: Array = (share * presence).astype(np.float32, copy=False)
        return likely


PLAIN_CALIBRATION = Calibration()


def within(distance: AnyArray | float, sigma: AnyArray | float, *, shape: int) -> AnyArray:
    """Return the probability that a point lies within a distance of its true place.

    Distances r of mean sigma follow the density r^(shape - 1) exp(-r shape / sigma) (Erlang's law).
    Shape 2 is the Laplace density of the plane; larger shapes have shorter tails.

    Args:
        distance: radius around the true place.
        sigma: expected distance, in the same unit.
        shape: 1, 2, 3 and so on.
    """
    ratio = np.asarray(shape * distance / np.maximum(sigma, _TINY))
    terms: AnyArray | float = 1.0
    for k in range(shape - 1, 0, -1):  # 1 + t + t^2 / 2 + ..., after Horner
        terms = terms * ratio
        terms /= k
        terms += 1
    share: AnyArray = 1 - terms * np.exp(-ratio)
    return share


def log_density(ratio: AnyArray, *, shape: int) -> AnyArray:
    """Return the logarithm of the density of r / sigma under the law of `within`."""
    scaled = shape * np.maximum(ratio, _TINY)
    logs: AnyArray = (shape - 1) * np.log(scaled) - scaled + np.log(shape / factorial(shape - 1))
    return logs


def nominal_share(sigmas: float, *, shape: int) -> float:
    """Return the share of errors that lie within so many sigma where calibration is perfect."""
    return float(within(sigmas, 1.0, shape=shape))


def logit(probability: AnyArray | float) -> AnyArray:
    """Return log(p / (1 - p)) of probabilities, bounded."""
    p = np.clip(np.asarray(probability, np.float64), _LEAST, _MOST)
    odds: AnyArray = np.log(p / (1 - p))
    return odds


def sigmoid(logits: AnyArray) -> Array:
    """Return 1 / (1 + exp(-z)) of logits, bounded."""
    shares: AnyArray = 1 / (1 + np.exp(np.minimum(-logits, 60)))
    return shares.astype(np.float32, copy=False)
