"""From a configuration to a finished training and its written results."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import cast

import torch

from tfan.errors import InputError
from tfan.io.files import replace_file, replace_text
from tfan.train.checkpoints import CHECKPOINT, read_checkpoint
from tfan.train.config import TrainConfig, config_text
from tfan.train.landmark_task import LandmarkTask
from tfan.train.loop import Task, train
from tfan.train.reports import write_curve, write_json
from tfan.train.setting import Setting

logger = logging.getLogger(__name__)


def open_device(name: str) -> torch.device:
    """Return the device called name, or say why it cannot be had."""
    if name not in ("cpu", "cuda"):
        raise InputError("device", expected="cpu or cuda", got=repr(name))
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("device", expected="cpu", got="'cuda'",
                         fix=f"torch {torch.__version__} sees no CUDA device here.")  # fmt: skip
    return torch.device(name)


def run(
    config: TrainConfig, *, data: Path, held_out: Path | None, out: Path,
    docs: Path | None = None, device: str = "cpu", resume: bool = False,
) -> dict[str, float]:  # fmt: skip
    """Train as config says; return the scores on held_out.

    Args:
        config: what to train, and how long.
        data: folder of shards.
        held_out: folder of shards that are never trained on.
        out: folder of the checkpoint and the learning curve.
        docs: folder that gets NAME/config.toml, curve.jsonl, curve.png and scores.json; None
            for out.
        device: "cpu" or "cuda".
        resume: go on from the checkpoint in out; other data are drawn than at the beginning.
    """
    where = open_device(device)
    _check_out(out, resume=resume)
    torch.set_num_threads(config.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(config.seed)
    done = _steps_done(config, out) if resume else 0
    if not resume:
        (out / "curve.jsonl").unlink(missing_ok=True)
    task = _task(Setting(config, data, held_out, where, config.seed + done))
    scores = train(task, config, out=out, device=where, resume=resume)
    _write_results(config, scores, out=out, folder=(docs or out) / config.name)
    return scores


def _check_out(out: Path, *, resume: bool) -> None:
    """Refuse to overwrite a training, or to go on from none."""
    if resume == (out / CHECKPOINT).is_file():
        return
    if resume:
        raise InputError("checkpoint", expected="a file of an earlier training",
                         got=f"no file {out / CHECKPOINT}",
                         fix="Start without --resume.")  # fmt: skip
    raise InputError("output folder", expected="one without a training",
                     got=f"{out} with a {CHECKPOINT}",
                     fix="Add --resume or choose another --out.")  # fmt: skip


def _steps_done(config: TrainConfig, out: Path) -> int:
    """Return the steps of the checkpoint in out, or say why config cannot go on from it."""
    checkpoint = read_checkpoint(out / CHECKPOINT)
    stored = checkpoint.config
    fix = "Give --config the config.toml beside it, or choose another --out."
    if stored.task != config.task:
        raise InputError("resuming", expected=f"a checkpoint of the task {config.task}",
                         got=f"one of {stored.task}", fix=fix)  # fmt: skip
    if stored.network != config.network:
        raise InputError("resuming", expected=f"[network] {config.network}",
                         got=str(stored.network), fix=fix)  # fmt: skip
    return int(checkpoint.progress["step"])


def _task(setting: Setting) -> Task:
    if setting.config.task == "detector":
        from tfan.train.detector_task import DetectorTask

        return cast(Task, DetectorTask(setting))
    return cast(Task, LandmarkTask(setting))


def _write_results(
    config: TrainConfig, scores: dict[str, float], *, out: Path, folder: Path
) -> None:
    replace_text(folder / "config.toml", config_text(config))
    replace_file(folder / "curve.jsonl", lambda path: shutil.copyfile(out / "curve.jsonl", path))
    write_curve(folder / "curve.jsonl", folder / "curve.png")
    write_json(folder / "scores.json", scores)
    logger.info("results are in %s", folder)
