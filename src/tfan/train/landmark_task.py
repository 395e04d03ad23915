"""The landmark network as a task of the training loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tfan.train.cropping import apply_crops
from tfan.train.crops import CropBatch, draw_crops
from tfan.train.face_pools import FacePool, GatheredPool, SynthPool, targets_only
from tfan.train.landmark_validation import Forward, score_landmarks, score_partial
from tfan.train.losses import LandmarkOutputs, landmark_loss
from tfan.train.nets import CROP_PX, LandmarkNet
from tfan.train.partial import Targets, answers_for, targets_of
from tfan.train.setting import Setting
from tfan.train.sources import SYNTH, Source, dealer_for
from tfan.train.starting import start_net

_PLAIN_UNTIL, _LIKELY_FROM = 0.05, 0.10  # shares of the budget: distances alone, likelihood alone
_QUICK = 500
_SETTLING = 4  # batches by which the batch norms of weights from a file are set


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Crops of one source, and what its labels say of the network's answers (None: all)."""

    batch: CropBatch
    targets: Targets | None


class LandmarkTask:
    """Batches, loss and validation of the landmark network."""

    def __init__(self, setting: Setting) -> None:
        config, device = setting.config, setting.device
        self.example = torch.zeros(1, 1, CROP_PX, CROP_PX)
        self._setting = setting
        self._pools = [_pool(setting, i) for i in range(len(setting.data))]
        self._dealer = dealer_for(setting.data)
        self._generator = setting.generator()
        self.net: nn.Module
        if setting.start is None:
            net = LandmarkNet(config.network).to(device)
            whole = [pool for pool in self._pools if pool.targets is None]
            net.start_from((whole or self._pools)[0].mean_points().to(device))
            self.net = net
        else:
            crops = torch.cat([_crops(self.next_batch()) for _ in range(_SETTLING)])
            self.net = start_net(config.task, setting.start, crops.cpu()).to(device)

    def next_batch(self) -> list[Part]:
        """Return the next augmented batch, by source; some of it may show no face."""
        counts = self._dealer.deal(self._setting.config.schedule.batch)
        return [
            self._part(pool, count)
            for pool, count in zip(self._pools, counts, strict=True)
            if count
        ]

    def _part(self, pool: FacePool, count: int) -> Part:
        faces = pool.deal(count)
        draw = draw_crops(faces, pool.numbers, generator=self._generator)
        batch = apply_crops(faces, draw, mirror=pool.mirror)
        return Part(batch if pool.targets is None else targets_only(batch), pool.targets)

    def loss(
        self, forward: Forward, batch: list[Part], *, share: float
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss when share of the budget is spent: each crop counts the same."""
        likelihood = (share - _PLAIN_UNTIL) / (_LIKELY_FROM - _PLAIN_UNTIL)
        if self._setting.fine:
            likelihood = 1.0  # what comes from good weights need not be led there
        return mixed_loss(forward, batch, likelihood=min(1.0, max(0.0, likelihood)))

    def validate(self, forward: Forward, *, quick: bool) -> dict[str, float]:
        """Return the scores on held-out crops; nothing while there are none."""
        limit, device = _QUICK if quick else None, self._setting.device
        scores: dict[str, float] = {}
        for name, (folder, scheme) in self._setting.tests.items():
            if scheme:
                found = score_partial(
                    forward, folder, targets_of(scheme), device=device, limit=limit
                )
            else:
                found = score_landmarks(forward, folder, device=device, limit=limit)
            scores |= {f"{key} of {name}" if name else key: value for key, value in found.items()}
        return scores


def mixed_loss(
    forward: Callable[[Tensor], LandmarkOutputs], batch: list[Part], *, likelihood: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss of crops of several sources and its parts, each crop counting the same."""
    outputs = forward(_crops(batch))
    sizes = [len(part.batch.crops) for part in batch]
    pieces = [torch.split(output, sizes) for output in outputs]
    total, parts = outputs[0].new_zeros(()), dict[str, Tensor]()
    for part, size, *mine in zip(batch, sizes, *pieces, strict=True):
        loss, said = _part_loss(part, (mine[0], mine[1], mine[2], mine[3]), likelihood=likelihood)
        share = size / sum(sizes)
        total = total + share * loss
        for name, value in said.items():
            parts[name] = parts.get(name, 0.0) + share * value
    return total, parts


def _part_loss(
    part: Part, outputs: LandmarkOutputs, *, likelihood: float
) -> tuple[Tensor, dict[str, Tensor]]:
    if part.targets is None:
        return landmark_loss(outputs, part.batch, likelihood=likelihood)
    points, log_sigma, visibility = answers_for(part.targets, *outputs[:3])
    return landmark_loss(
        (points, log_sigma, visibility, outputs[3]), part.batch, likelihood=likelihood,
        weights=torch.ones(len(part.targets), device=points.device),
    )  # fmt: skip


def _crops(batch: list[Part]) -> Tensor:
    return torch.cat([part.batch.crops for part in batch])


def _pool(setting: Setting, number: int) -> FacePool:
    source: Source = setting.data[number]
    numbers, dealing = setting.config.crops, setting.dealing(number)
    if source.kind == SYNTH:
        return SynthPool(source.folder, numbers, dealing)
    return GatheredPool(setting.gathered[source], source, numbers, dealing)
