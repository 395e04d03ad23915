"""The published landmarker's recipe as a task of the training loop (T-FAKE, CVPR 2025).

The network is the published one (`tfan.models.published.mobilenet`), so what comes out runs where
the published weights run. Which share of a batch is thermal, warm or cold, is said by the weights
of the sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tfan.models.published.mobilenet import DEVIATION, LEAST_VARIANCE, MEAN, PublishedNet
from tfan.train.landmark_validation import FAIL_AT
from tfan.train.pictures import (
    COLUMNS,
    GatheredPictures,
    PicturePool,
    SynthPictures,
    gathered_pictures,
    weights_to,
)
from tfan.train.published_crops import (
    Pictures,
    apply_published,
    draw_published,
    plain_published,
)
from tfan.train.setting import Setting
from tfan.train.shards import load_shards
from tfan.train.sources import SYNTH, Source, dealer_for
from tfan.train.starting import load_start

Floats = npt.NDArray[np.floating]
Forward = Callable[[Tensor], Tensor]

_QUICK, _BATCH = 200, 50


@dataclass(frozen=True, slots=True, eq=False)
class PublishedBatch:
    """Crops (B, 3, 224, 224) as the network takes them; points (B, N, 2) in 0..1, known (B, N)."""

    images: Tensor
    points: Tensor
    known: Tensor


class PublishedTask:
    """Batches, loss and validation of the published recipe."""

    def __init__(self, setting: Setting) -> None:
        recipe, device = setting.config.published, setting.device
        self._setting, self._recipe = setting, recipe
        self._pools = [_pool(setting, number) for number in range(len(setting.data))]
        self._dealer = dealer_for(setting.data)
        self._generator = setting.generator()
        self.net: nn.Module = PublishedNet(recipe.points).to(device)
        if setting.start is not None:
            load_start(self.net, setting.start)

    def next_batch(self) -> PublishedBatch:
        """Return the next augmented batch."""
        counts = self._dealer.deal(self._setting.config.schedule.batch)
        parts = [
            self._part(pool.deal(count))
            for pool, count in zip(self._pools, counts, strict=True)
            if count
        ]
        crops, points, known = (torch.cat(column) for column in zip(*parts, strict=True))
        return PublishedBatch(coloured(crops), points, known)

    def _part(self, pictures: Pictures) -> tuple[Tensor, Tensor, Tensor]:
        draw = draw_published(pictures, self._recipe, generator=self._generator)
        return apply_published(pictures, draw, self._recipe)

    def loss(
        self,
        forward: Forward,
        batch: PublishedBatch,
        *,
        share: float,  # noqa: ARG002  the same loss from beginning to end
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss and its parts."""
        return gaussian_loss(forward(batch.images).float(), batch.points, batch.known)

    def validate(self, forward: Forward, *, quick: bool) -> dict[str, float]:
        """Return the scores on whole held-out pictures; nothing while there are none."""
        scores: dict[str, float] = {}
        for name, (folder, scheme) in self._setting.tests.items():
            if scheme:  # the generator's crops are no whole pictures
                errors = self._errors(forward, folder, scheme, limit=_QUICK if quick else None)
                found = {
                    "pictures": len(errors),
                    "nme": float(errors.mean()),
                    "failed_10_percent": float((errors > FAIL_AT).mean()),
                }
                scores |= {f"{key} of {name}": value for key, value in found.items()}
        return scores

    @torch.no_grad()
    def _errors(self, forward: Forward, folder: Path, scheme: str, *, limit: int | None) -> Floats:
        shards = load_shards(folder, "pictures", names=COLUMNS, limit=limit)
        weights, parts = weights_to(scheme, self._recipe.points), []
        for start in range(0, len(shards), _BATCH):
            rows = torch.arange(start, min(start + _BATCH, len(shards)))
            pictures = gathered_pictures(shards, rows, weights, device=self._setting.device)
            draw = plain_published(pictures)
            crops, points, known = apply_published(pictures, draw, self._recipe)
            answers = forward(coloured(crops))[..., :2].float()
            said = known.any(1)  # what has none of the network's points has no error either
            parts.append(relative_errors(answers[said], points[said], known[said]))
        return np.concatenate(parts)


def coloured(crops: Tensor) -> Tensor:
    """Return grey crops (B, 1, H, W) of 0..1 as (B, 3, H, W), normalised as on ImageNet."""
    mean, deviation = (crops.new_tensor(v).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    return (crops - mean) / deviation


def gaussian_loss(
    outputs: Tensor, points: Tensor, known: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return -log of a normal density in the plane, without its constant, and its parts.

    Args:
        outputs: (B, N, 3) x, y and variance along an axis, which is raised to 1e-6 at least.
        points: (B, N, 2) truth.
        known: (B, N) bool; what the labels lack does not count.
    """
    variance = outputs[..., 2].clamp(min=LEAST_VARIANCE)
    squared = (outputs[..., :2] - torch.where(known[..., None], points, 0.0)).square().sum(-1)
    count = known.sum().clamp(min=1)
    loss = ((squared / variance / 2 + variance.log()) * known).sum() / count
    return loss, {"distance": ((squared + 1e-12).sqrt() * known).sum() / count}


def relative_errors(answers: Tensor, points: Tensor, known: Tensor) -> Floats:
    """Return (B,) mean distances over sqrt(width x height) of the hull of the known points."""
    far = torch.where(known[..., None], points, torch.inf)
    near = torch.where(known[..., None], points, -torch.inf)
    sizes = (near.amax(1) - far.amin(1)).prod(1).sqrt()
    distance = (answers - points).norm(dim=-1) * known
    errors = distance.sum(1) / known.sum(1).clamp(min=1) / sizes.clamp(min=1e-6)
    return np.asarray(errors.cpu())


def _pool(setting: Setting, number: int) -> PicturePool:
    source: Source = setting.data[number]
    points, dealing = setting.config.published.points, setting.dealing(number)
    if source.kind == SYNTH:
        return SynthPictures(source.folder, points, dealing)
    return GatheredPictures(setting.gathered[source], points, dealing)
