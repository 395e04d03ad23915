"""What the networks are asked to make small. Tensors in, scalars out."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from tfan.train.crops import CropBatch
from tfan.train.nets import N_LANDMARKS

LandmarkOutputs = tuple[Tensor, Tensor, Tensor, Tensor]

_N_DENSE = 478
_SPARSE_WEIGHT = 3.0  # of each of the 70 points, against 1 of the 478
_OUTSIDE_WEIGHT = 0.3  # of points that the crop or the frame does not show
_DISTANCE_WEIGHT = 20.0  # brings the plain distance to the size of the likelihood
_VISIBILITY_WEIGHT = 20.0
_PRESENCE_WEIGHT = 0.2


def point_weights(device: torch.device) -> Tensor:
    """Return (548,) weights of the landmarks, 1 on average."""
    weights = torch.ones(N_LANDMARKS, device=device)
    weights[_N_DENSE:] = _SPARSE_WEIGHT
    return weights / weights.mean()


def laplace(distance: Tensor, log_sigma: Tensor) -> Tensor:
    """Return -log of the density exp(-r / s) / s^2 in the plane, without its constant.

    sigma is the standard deviation along one axis: the mean square of r is 6 s^2, half of
    it along each axis, so s = sigma / sqrt(3).
    """
    log_s = log_sigma - 0.5 * math.log(3.0)
    return distance * torch.exp(-log_s) + 2.0 * log_s


def landmark_loss(
    outputs: LandmarkOutputs, batch: CropBatch, *, likelihood: float, weights: Tensor | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss and its parts.

    Args:
        outputs: of `LandmarkNet`.
        batch: the truth.
        likelihood: 0 = plain distances (to start with), 1 = the likelihood alone.
        weights: (N,) of the points, `point_weights` by default; what the labels lack does not
            count at all.
    """
    weights = point_weights(outputs[0].device) if weights is None else weights
    points, log_sigma, visibility, presence = outputs
    distance = ((points - batch.points).square().sum(-1) + 1e-6).sqrt()  # (B, 548)
    each = likelihood * laplace(distance, log_sigma)
    each = each + (1.0 - likelihood) * (_DISTANCE_WEIGHT * distance + (log_sigma + 2.0).square())
    face = batch.present.float()[:, None]
    seen = torch.where(batch.inside, 1.0, _OUTSIDE_WEIGHT)
    weight = face * seen * weights
    counted = batch.inside if batch.known is None else batch.inside & batch.known
    if batch.known is not None:
        weight = weight * batch.known
    where = (weight * each).sum() / weight.sum().clamp(min=1.0)
    bce = functional.binary_cross_entropy_with_logits
    asked = face.expand_as(visibility) if batch.judged is None else face * batch.judged
    hidden = bce(visibility, batch.visible.float(), reduction="none") * asked
    hidden = hidden.sum() / asked.sum().clamp(min=1.0)
    absent = bce(presence, batch.present.float())
    loss = where + _VISIBILITY_WEIGHT * hidden + _PRESENCE_WEIGHT * absent
    near = (distance * face * counted).sum() / (face * counted).sum().clamp(min=1.0)
    return loss, {"distance": near, "where": where, "visibility": hidden, "presence": absent}
