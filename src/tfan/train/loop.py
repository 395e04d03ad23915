"""The training loop, for every task: batch, step, average; now and then validate and save."""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from tfan.train.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from tfan.train.clocks import Clock, Every, stop_requests
from tfan.train.config import Schedule, TrainConfig
from tfan.train.reports import append_record

logger = logging.getLogger(__name__)

LOG_S = 30.0


class Task(Protocol):
    """What differs between trainings."""

    net: nn.Module

    def next_batch(self) -> Any:
        """Return the next batch, on the device."""

    def loss(
        self, forward: Callable[..., Any], batch: Any, *, share: float
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss when share of the budget is spent, and its parts."""

    def validate(self, forward: Callable[..., Any], *, quick: bool) -> dict[str, float]:
        """Return scores on held-out data; empty while there is none."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is; a resumed one goes on from here."""

    step: int = 0
    images: int = 0
    elapsed_s: float = 0.0


def spent(progress: Progress, schedule: Schedule) -> float:
    """Return the spent share of the budget; 1 or more means finished."""
    if schedule.images is not None:
        return progress.images / schedule.images
    assert schedule.minutes is not None  # Schedule refuses to exist with neither
    return progress.elapsed_s / (60.0 * schedule.minutes)


def rate_at(share: float, schedule: Schedule) -> float:
    """Return the learning rate: a linear rise, then half a cosine or a line down."""
    if schedule.shape == "linear":
        return schedule.rate * _on_lines(share, schedule)
    if share < schedule.warm_up:
        return schedule.rate * max(share / schedule.warm_up, 1e-3)
    rest = (share - schedule.warm_up) / (1.0 - schedule.warm_up)
    falling = 0.5 * (1.0 + math.cos(math.pi * min(1.0, rest)))
    return schedule.rate * (schedule.last_rate + (1.0 - schedule.last_rate) * falling)


def _on_lines(share: float, schedule: Schedule) -> float:
    if share < schedule.warm_up:
        done = share / schedule.warm_up
        return schedule.first_rate + (1.0 - schedule.first_rate) * done
    left = (1.0 - min(1.0, share)) / (1.0 - schedule.warm_up)
    return schedule.last_rate + (1.0 - schedule.last_rate) * left


def fast_bfloat16(device: torch.device) -> bool:
    """Say whether bfloat16 is faster than float32: on a CPU only with its own instructions."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, test, lambda: False)() for test in tests)


class Trainer:
    """One network in training: its weights, their average, the optimiser, the progress."""

    def __init__(self, task: Task, config: TrainConfig, *, device: torch.device) -> None:
        self.task = task
        self.config = config
        self.device = device
        self.progress = Progress()
        net = task.net.to(device)
        self.net = net.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.net).eval()
        self.optimiser = _optimiser(self.net, config.schedule)
        wanted = config.precision == "bfloat16"
        self._half = wanted or (config.precision == "auto" and fast_bfloat16(device))

    def forward(self, net: nn.Module) -> Callable[[Tensor], Any]:
        """Return net as a function in the precision of this training."""

        def run(images: Tensor) -> Any:
            context: AbstractContextManager[object] = nullcontext()
            if self._half:
                context = torch.autocast(self.device.type, torch.bfloat16)
            with context:
                return net(images.contiguous(memory_format=torch.channels_last))

        return run

    def step(self) -> dict[str, Tensor]:
        """Learn from one batch; return the loss and its parts."""
        schedule = self.config.schedule
        share = spent(self.progress, schedule)
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(share, schedule)
        batch = self.task.next_batch()
        loss, parts = self.task.loss(self.forward(self.net), batch, share=share)
        descend(self.net, self.optimiser, loss, longest=schedule.gradient_norm)
        step = self.progress.step + 1
        keep = min(schedule.keep, (1 + step) / (10 + step))
        move_average(self.average, self.net, keep=keep)
        images = self.progress.images + schedule.batch
        self.progress = replace(self.progress, step=step, images=images)
        return {"loss": loss.detach(), **{k: v.detach() for k, v in parts.items()}}

    def checkpoint(self) -> Checkpoint:
        """Return everything that a resumed training needs."""
        return Checkpoint(
            config=self.config, net=self.net.state_dict(), average=self.average.state_dict(),
            optimiser=self.optimiser.state_dict(), progress=asdict(self.progress),
        )  # fmt: skip

    def load(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint."""
        self.net.load_state_dict(checkpoint.net)
        self.average.load_state_dict(checkpoint.average)
        self.optimiser.load_state_dict(checkpoint.optimiser)
        self.progress = Progress(**checkpoint.progress)


def _optimiser(net: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]  # biases and norms do not decay
    groups = [
        {"params": matrices, "weight_decay": schedule.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.rate, betas=schedule.betas, fused=True)


def descend(
    net: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor, *, longest: float
) -> None:
    """Move the weights down the gradient of a loss, which is made no longer than that."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(net.parameters(), longest)
    if torch.isfinite(norm):  # one broken batch must not spoil the weights
        optimiser.step()


@torch.no_grad()
def move_average(average: nn.Module, net: nn.Module, *, keep: float) -> None:
    """Move the average towards net, keeping that share of the old one."""
    torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1.0 - keep)
    for old, new in zip(average.buffers(), net.buffers(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, 1.0 - keep)
        else:
            old.copy_(new)


def train(
    task: Task, config: TrainConfig, *, out: Path, device: torch.device, resume: bool = False
) -> dict[str, float]:
    """Train until the budget is spent or the process is asked to end; return the last scores.

    Writes checkpoint.pt, config.toml and curve.jsonl into out.
    """
    trainer, schedule = Trainer(task, config, device=device), config.schedule
    if resume:
        trainer.load(read_checkpoint(out / "checkpoint.pt"))
        logger.info("resumed at %s", trainer.progress)
    clock = Clock(trainer.progress.elapsed_s)
    recent = _Recent(trainer.progress)
    periods = (LOG_S, 60 * schedule.checkpoint_minutes, 60 * schedule.validate_minutes)
    log, save, look = (Every(seconds, now_s=clock.now_s()) for seconds in periods)
    with stop_requests() as stopped:
        while spent(trainer.progress, schedule) < 1.0 and not stopped():
            recent.add(trainer.step())
            now_s = clock.now_s()
            trainer.progress = replace(trainer.progress, elapsed_s=now_s)
            scores: dict[str, float] = {}
            if look.due(now_s):
                scores = task.validate(trainer.forward(trainer.average), quick=True)
            if log.due(now_s) or scores:
                _record(trainer, recent, out=out, scores=scores)
                recent = _Recent(trainer.progress)
            if save.due(now_s):
                write_checkpoint(trainer.checkpoint(), out)
        write_checkpoint(trainer.checkpoint(), out)
    scores = task.validate(trainer.forward(trainer.average), quick=False)
    _record(trainer, recent, out=out, scores=scores)
    return scores


class _Recent:
    """Losses since the last record."""

    def __init__(self, start: Progress) -> None:
        self.start = start
        self.parts: list[dict[str, Tensor]] = []

    def add(self, parts: dict[str, Tensor]) -> None:
        self.parts.append(parts)

    def means(self) -> dict[str, float]:
        """Return the mean of each part, rounded for reading."""
        names = self.parts[0] if self.parts else {}
        return {k: round(float(torch.stack([p[k] for p in self.parts]).mean()), 5) for k in names}


def _record(trainer: Trainer, recent: _Recent, *, out: Path, scores: dict[str, float]) -> None:
    """Append one line to the learning curve and say it."""
    now, start = trainer.progress, recent.start
    seconds = max(1e-6, now.elapsed_s - start.elapsed_s)
    share = spent(now, trainer.config.schedule)
    record = {
        "elapsed_s": round(now.elapsed_s, 1), "share": round(share, 4), "step": now.step,
        "images": now.images, "images_per_s": round((now.images - start.images) / seconds, 1),
        "rate": round(rate_at(share, trainer.config.schedule), 7),
        **recent.means(), **({"scores": scores} if scores else {}),
    }  # fmt: skip
    append_record(out / "curve.jsonl", record)
    said = {key: value for key, value in record.items() if key != "scores"}
    said |= {key: f"{value:.4g}" for key, value in scores.items()}
    logger.info("%s", "  ".join(f"{key} {value}" for key, value in said.items()))
