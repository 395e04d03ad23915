"""The training of a thermalizer: batch, step, average; now and then judge and save."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from tfan.thermalize.batches import Batch, Scenes, Strays, collate
from tfan.thermalize.changes import change_colours, draw_changes, move, move_segments
from tfan.thermalize.checkpoints import Checkpoint, write_checkpoint
from tfan.thermalize.config import LossShares, ThermalizeConfig
from tfan.thermalize.losses import clinical_means, paired_error, temperature_prior
from tfan.thermalize.network import ThermalNet
from tfan.thermalize.patches import Places, draw_places, patch_distances
from tfan.train.chance import Chance
from tfan.train.clocks import Clock, Every, stop_requests
from tfan.train.loop import Progress, descend, move_average, rate_at, spent
from tfan.train.reports import append_record

logger = logging.getLogger(__name__)

LOG_S = 30.0

Judge = Callable[[nn.Module], dict[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What is learnt from.

    Attributes:
        scenes: to train on.
        strays: thermal images for the patches; None takes those of the scenes.
    """

    scenes: Scenes
    strays: Strays | None = None

    def draw(self, count: int, generator: torch.Generator) -> Batch:
        """Return the next batch."""
        pairs = self.scenes.draw(count, generator)
        strays = None if self.strays is None else self.strays.draw(count, generator)
        return collate(pairs, strays=strays)


def thermal_loss(
    made: Tensor, batch: Batch, places: tuple[Places, ...], *, wanted: Tensor, shares: LossShares
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss and its parts, each before its weight.

    Args:
        made: (B, 1, S, S) of the network.
        batch: the truth.
        places: of patches; none, where no real image is known: then they cost nothing.
        wanted: (18,) region means.
        shares: weights of the parts.
    """
    parts = {
        "paired": paired_error(made, batch.thermal),
        "prior": temperature_prior(made, batch.segments, wanted),
        "patches": made.new_zeros(()),
    }
    if places:
        scales = patch_distances(made, batch.real, places, blur=shares.patch_blur)
        parts["patches"] = scales.mean()
    loss = sum((getattr(shares, name) * part for name, part in parts.items()), made.new_zeros(()))
    return loss, parts


class Trainer:
    """One thermalizer in training."""

    def __init__(self, config: ThermalizeConfig, material: Material, net: ThermalNet,
                 *, device: torch.device, seed: int) -> None:  # fmt: skip
        self.config = config
        self.device = device
        # not in channels_last: there torch 2.13 writes past its memory in the gradient of narrow
        # 1 x 1 convolutions of stride 2 on a CPU (heap corruption), for a gain of a fifth
        self.net = net.to(device).train()
        self.average = copy.deepcopy(self.net).eval()
        self.progress = Progress()
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), lr=config.schedule.rate, betas=config.schedule.betas,
            weight_decay=config.schedule.weight_decay,
        )  # fmt: skip
        self._material = material
        self._wanted = clinical_means(config.wanted).to(device)
        self._order = torch.Generator().manual_seed(seed)
        self._chance = torch.Generator(device).manual_seed(seed)

    def _batch(self) -> Batch:
        """Return the next batch on the device, changed."""
        drawn = self._material.draw(self.config.schedule.batch, self._order)
        parts = (drawn.rgb, drawn.thermal, drawn.segments)
        rgb, thermal, segments = (part.to(self.device) for part in parts)
        strays = None if drawn.strays is None else drawn.strays.to(self.device)
        changes = draw_changes(self.config.changes, Chance(len(rgb), self._chance))
        return Batch(
            move(change_colours(rgb, changes), changes), move(thermal, changes),
            move_segments(segments, changes), strays,
        )  # fmt: skip

    def step(self) -> dict[str, Tensor]:
        """Learn from one batch; return the loss and its parts."""
        schedule, shares = self.config.schedule, self.config.loss
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(spent(self.progress, schedule), schedule)
        batch = self._batch()
        made = self.net(batch.rgb)
        places: tuple[Places, ...] = ()
        real = len(batch.real)
        if real and shares.patches > 0:
            places = draw_places(shares, self._chance, made=len(made), real=real)
        loss, parts = thermal_loss(made, batch, places, wanted=self._wanted, shares=shares)
        descend(self.net, self.optimiser, loss, longest=schedule.gradient_norm)
        step = self.progress.step + 1
        move_average(self.average, self.net, keep=min(schedule.keep, (1 + step) / (10 + step)))
        images = self.progress.images + schedule.batch
        self.progress = replace(self.progress, step=step, images=images)
        return {"loss": loss.detach(), **{k: v.detach() for k, v in parts.items()}}

    def checkpoint(self) -> Checkpoint:
        """Return everything that a resumed training needs."""
        return Checkpoint(self.config, self.net.state_dict(), self.average.state_dict(),
                          self.optimiser.state_dict(), self.progress)  # fmt: skip

    def load(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint."""
        self.net.load_state_dict(checkpoint.net)
        self.average.load_state_dict(checkpoint.average)
        self.optimiser.load_state_dict(checkpoint.optimiser)
        self.progress = checkpoint.progress


def train(trainer: Trainer, *, out: Path, judge: Judge) -> None:
    """Train until the budget is spent or the process is asked to end.

    Writes checkpoint.pt, config.toml and curve.jsonl into out.

    Args:
        trainer: what is trained, from where it stands.
        out: folder.
        judge: returns scores of the averaged network, for the learning curve.
    """
    schedule = trainer.config.schedule
    clock = Clock(trainer.progress.elapsed_s)
    periods = (LOG_S, 60 * schedule.checkpoint_minutes, 60 * schedule.validate_minutes)
    log, save, look = (Every(seconds, now_s=clock.now_s()) for seconds in periods)
    recent: list[dict[str, Tensor]] = []
    with stop_requests() as stopped:
        while spent(trainer.progress, schedule) < 1.0 and not stopped():
            recent.append(trainer.step())
            now_s = clock.now_s()
            trainer.progress = replace(trainer.progress, elapsed_s=now_s)
            scores = judge(trainer.average) if look.due(now_s) else {}
            if log.due(now_s) or scores:
                _record(trainer, recent, scores, out)
                recent = []
            if save.due(now_s):
                write_checkpoint(trainer.checkpoint(), out)
    write_checkpoint(trainer.checkpoint(), out)
    if recent:
        _record(trainer, recent, {}, out)


def _record(
    trainer: Trainer, recent: list[dict[str, Tensor]], scores: dict[str, float], out: Path
) -> None:
    """Append one line to the learning curve and say it."""
    now, schedule = trainer.progress, trainer.config.schedule
    share = spent(now, schedule)
    means = {key: float(torch.stack([one[key] for one in recent]).mean()) for key in recent[0]}
    record = {
        "elapsed_s": round(now.elapsed_s, 1), "share": round(share, 4), "step": now.step,
        "images": now.images, "rate": round(rate_at(share, schedule), 7),
        **means, **({"scores": scores} if scores else {}),
    }  # fmt: skip
    append_record(out / "curve.jsonl", record)
    said = {k: f"{v:.4g}" for k, v in {**record, **scores}.items() if isinstance(v, float | int)}
    logger.info("%s", "  ".join(f"{key} {value}" for key, value in said.items()))
