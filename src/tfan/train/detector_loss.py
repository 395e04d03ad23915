"""What the detector is asked to make small."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tfan.train.cells import UNDECIDED, Cells, decode, generalised_iou

_BOX_WEIGHT = 1.5
_POINT_WEIGHT = 3.0
_POINT_BEND = 0.05  # of the face size: below it the error counts squared
_LOWEST_TARGET = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class SceneBatch:
    """What the detector learns from, in edge coordinates of the tile.

    Attributes:
        images: (B, 1, T, T) normalised.
        boxes: (B, K, 4).
        five: (B, K, 5, 2).
        kinds: (B, K) FACE, IGNORED or EMPTY.
        answers: (B, N) from `cells.assign`.
        boxed: (B, K) bool, whether the set gave the box; a guessed one says where a face is, not
            how large. None for all.

    Points that are NaN do not count.
    """

    images: Tensor
    boxes: Tensor
    five: Tensor
    kinds: Tensor
    answers: Tensor
    boxed: Tensor | None = None


def detector_loss(
    raw: Tensor, batch: SceneBatch, *, cells: Cells
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss of raw cells (B, N, 15) and its parts."""
    image, cell = torch.nonzero(batch.answers >= 0, as_tuple=True)
    label = batch.answers[image, cell]
    mine = Cells(cells.centres[cell], cells.strides[cell], cells.sizes_px[cell])
    boxes, five = decode(raw[image, cell], mine)
    true_boxes, true_five = batch.boxes[image, label], batch.five[image, label]
    iou, overlap = generalised_iou(boxes, true_boxes)
    size = (true_boxes[:, 2:] - true_boxes[:, :2]).prod(1).sqrt()
    error = (five - true_five) / size[:, None, None]
    error = torch.where(error.isfinite(), error, 0.0)
    count = max(1, len(label))
    given = torch.ones_like(size) if batch.boxed is None else batch.boxed[image, label].float()
    box = ((1.0 - overlap) * given).sum() / given.sum().clamp(min=1.0)
    point = functional.smooth_l1_loss(
        error, torch.zeros_like(error), beta=_POINT_BEND, reduction="sum"
    ) / true_five.isfinite().sum().clamp(min=1)
    target = torch.zeros_like(raw[..., 0])
    target[image, cell] = score_target(iou.detach())
    score = quality_focal(raw[..., 0], target)
    score = (score * (batch.answers != UNDECIDED)).sum() / count
    loss = score + _BOX_WEIGHT * box + _POINT_WEIGHT * point
    return loss, {"score": score, "box": box, "points": point}


def score_target(iou: Tensor) -> Tensor:
    """Return what a right cell's score should be.

    The root, and a lower end of one half: a score is read as the chance to be a face, and plain
    IoU made right faces of middling fit look doubtful; the order by fit stays.
    """
    return iou.clamp(_LOWEST_TARGET**2, 1.0).sqrt()


def quality_focal(logit: Tensor, target: Tensor) -> Tensor:
    """Return cross entropy weighted by the squared distance between score and target."""
    entropy = functional.binary_cross_entropy_with_logits(logit, target, reduction="none")
    return entropy * (logit.sigmoid() - target).square().detach()
