"""From a configuration to a finished training and its written results."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import cast

import torch

from tfan.errors import InputError
from tfan.io.files import claim_writable, replace_file, replace_text
from tfan.train.checkpoints import CHECKPOINT, read_checkpoint
from tfan.train.config import TrainConfig, config_text
from tfan.train.landmark_task import LandmarkTask
from tfan.train.loop import Task, train
from tfan.train.reports import write_curve, write_json
from tfan.train.setting import Setting, as_sources
from tfan.train.sources import Source
from tfan.train.starting import read_start, with_network

logger = logging.getLogger(__name__)

SOURCES, NOTHING = "sources.json", "nothing"


def open_device(name: str) -> torch.device:
    """Return the device called name, or say why it cannot be had."""
    if name not in ("cpu", "cuda"):
        raise InputError("device", expected="cpu or cuda", got=repr(name))
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("device", expected="cpu", got="'cuda'",
                         fix=f"torch {torch.__version__} sees no CUDA device here.")  # fmt: skip
    return torch.device(name)


def run(
    config: TrainConfig, *, data: Path | tuple[Source, ...],
    held_out: Path | tuple[Source, ...] | None, out: Path, docs: Path | None = None,
    device: str = "cpu", resume: bool = False, start: str | None = None,
) -> dict[str, float]:  # fmt: skip
    """Train as config says; return the scores on held_out.

    Args:
        config: what to train, and how long.
        data: what to train on; a folder alone holds shards of the generator.
        held_out: what is never trained on.
        out: folder of the checkpoint and the learning curve.
        docs: folder that gets NAME/config.toml, curve.jsonl, curve.png and scores.json; None
            for out.
        device: "cpu" or "cuda".
        resume: go on from the checkpoint in out; other data are drawn than at the beginning.
        start: weights to train on from: "bundled", an ONNX file or a checkpoint.pt; the network is
            then that file's.
    """
    where = open_device(device)
    _check_out(out, resume=resume)
    claim_writable(out)
    torch.set_num_threads(config.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(config.seed)
    begin = None if start is None or resume else read_start(start, task=config.task)
    config = config if begin is None else with_network(config, begin)
    done = _steps_done(config, out) if resume else 0
    if not resume:
        (out / "curve.jsonl").unlink(missing_ok=True)
    began = _began_with(out) if resume else NOTHING if begin is None else begin.source
    setting = Setting(
        config, as_sources(data), as_sources(held_out), where, config.seed + done, out, begin,
        fine=began != NOTHING,
    )  # fmt: skip
    task = _task(setting)
    _write_sources(setting, began, folder=out)
    scores = train(task, config, out=out, device=where, resume=resume)
    folder = (docs or out) / config.name
    _write_results(config, scores, out=out, folder=folder)
    _write_sources(setting, began, folder=folder)
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
    if stored.published.points != config.published.points:
        raise InputError("resuming", expected=f"[published] points = {config.published.points}",
                         got=str(stored.published.points), fix=fix)  # fmt: skip
    if not checkpoint.optimiser:  # written by a tool, not by a training
        raise InputError("resuming", expected="the checkpoint of a training",
                         got="weights alone", fix="Begin a training with --from.")  # fmt: skip
    return int(checkpoint.progress["step"])


def _task(setting: Setting) -> Task:
    if setting.config.task == "detector":
        from tfan.train.detector_task import DetectorTask

        return cast(Task, DetectorTask(setting))
    if setting.config.task == "published":
        from tfan.train.published_task import PublishedTask

        return cast(Task, PublishedTask(setting))
    return cast(Task, LandmarkTask(setting))


def _began_with(out: Path) -> str:
    """Return what the training in out began with."""
    try:
        said = json.loads((out / SOURCES).read_text(encoding="utf-8"))
        return str(said["start"])
    except (OSError, ValueError, KeyError, TypeError):
        return NOTHING  # a training of an earlier tfan


def _write_sources(setting: Setting, began: str, *, folder: Path) -> None:
    """Write what the training began with, what was trained on and what was held out."""
    reports = {source.label: shards.report for source, shards in setting.gathered.items()}
    said = {
        "start": began,
        "data": [asdict(source) | {"folder": str(source.folder)} for source in setting.data],
        "held out": {name or "synth": str(path) for name, (path, _) in setting.tests.items()},
        "gathered": reports,
    }
    replace_text(folder / SOURCES, json.dumps(said, indent=1) + "\n")


def _write_results(
    config: TrainConfig, scores: dict[str, float], *, out: Path, folder: Path
) -> None:
    replace_text(folder / "config.toml", config_text(config))
    replace_file(folder / "curve.jsonl", lambda path: shutil.copyfile(out / "curve.jsonl", path))
    write_curve(folder / "curve.jsonl", folder / "curve.png")
    write_json(folder / "scores.json", scores)
    logger.info("results are in %s", folder)
