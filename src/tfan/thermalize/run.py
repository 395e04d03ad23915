"""From a configuration and folders to a trained thermalizer and its written results."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from tfan.errors import InputError
from tfan.io.files import claim_writable, replace_file, replace_text
from tfan.thermalize.batches import Scenes, Strays
from tfan.thermalize.checkpoints import read_checkpoint
from tfan.thermalize.config import ThermalizeConfig, config_text
from tfan.thermalize.judge import (
    Held,
    Verdict,
    by_grey,
    by_network,
    by_painting,
    compare,
    hold,
    judge,
)
from tfan.thermalize.network import ThermalNet, load_encoder
from tfan.thermalize.pairs import open_pairs, open_patches, split
from tfan.thermalize.report import write_report
from tfan.thermalize.training import Material, Trainer, train
from tfan.train.checkpoints import CHECKPOINT
from tfan.train.reports import write_curve
from tfan.train.run import open_device

logger = logging.getLogger(__name__)

_QUICK, _WHOLE = 24, 200  # held-out scenes that are judged while training, and at its end


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a training finds its images.

    Attributes:
        data: colour images with what belongs to them, see tfan.thermalize.pairs.
        thermal: folder of the thermal images; None for data.
        held_out: folder of scenes that are never trained on; None holds out some of data.
        patches: folder of thermal images without colour ones, for the patches; None takes those
            of data.
    """

    data: Path
    thermal: Path | None = None
    held_out: Path | None = None
    patches: Path | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a training begins with; nothing = drawn weights.

    Attributes:
        encoder: state dict of a ResNet.
        start: checkpoint.pt of another training; its network must be of the same widths.
    """

    encoder: Path | None = None
    start: Path | None = None


def run(
    config: ThermalizeConfig, folders: Folders, *, out: Path, docs: Path | None = None,
    begin: Beginning = Beginning(), device: str = "cpu", resume: bool = False,
) -> Verdict:  # fmt: skip
    """Train as config says; return the verdict on the held-out scenes.

    Args:
        config: what to train, and how long.
        folders: of images.
        out: folder of the checkpoint and the learning curve.
        docs: folder that gets CONDITION/config.toml, curve.jsonl, curve.png, scores.json,
            scores.md and pictures.jpg; None for out.
        begin: weights to begin with.
        device: "cpu" or "cuda".
        resume: go on from the checkpoint in out; other scenes are drawn than at the beginning.
    """
    where = open_device(device)
    claim_writable(out)
    done = _steps_done(config, out, resume=resume)
    torch.set_num_threads(config.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(config.seed)
    net = _begun(config, begin)
    scenes, held, strays = _material(config, folders)
    logger.info("%d scenes to train on, %d held out", len(scenes.numbers), len(held.pairs))
    before = judge(by_network(net.to(where), where), held, config)
    trainer = Trainer(config, Material(scenes, strays), net, device=where, seed=config.seed + done)
    if resume:
        trainer.load(read_checkpoint(out / CHECKPOINT))
    else:
        (out / "curve.jsonl").unlink(missing_ok=True)
    few = Held(held.pairs[:_QUICK], held.thermal[:_QUICK], held.segments[:_QUICK], held.real)
    train(trainer, out=out, judge=lambda network: _quick(network, few, config, where))
    return _write_results(config, trainer.average, held, before, device=where, out=out,
                          folder=(docs or out) / config.condition)  # fmt: skip


def _begun(config: ThermalizeConfig, begin: Beginning) -> ThermalNet:
    net = ThermalNet(config.network)
    if begin.start is not None:
        stored = read_checkpoint(begin.start)
        if stored.config.network != config.network:
            raise InputError("--start", expected=f"a network of {config.network}",
                             got=str(stored.config.network))  # fmt: skip
        net.load_state_dict(stored.average)
    if begin.encoder is not None:
        load_encoder(net, begin.encoder)
    return net


def _steps_done(config: ThermalizeConfig, out: Path, *, resume: bool) -> int:
    """Return the steps of the checkpoint in out; refuse to overwrite one or to go on from none."""
    there = (out / CHECKPOINT).is_file()
    if not resume and there:
        raise InputError("output folder", expected="one without a training",
                         got=f"{out} with a {CHECKPOINT}",
                         fix="Add --resume or choose another --out.")  # fmt: skip
    if not resume:
        return 0
    if not there:
        raise InputError("checkpoint", expected="a file of an earlier training",
                         got=f"no file {out / CHECKPOINT}",
                         fix="Start without --resume.")  # fmt: skip
    stored = read_checkpoint(out / CHECKPOINT)
    for what in ("network", "condition"):
        old, new = getattr(stored.config, what), getattr(config, what)
        if old != new:
            raise InputError(f"resuming, {what}", expected=str(old), got=str(new),
                             fix="Give --config the config.toml beside it.")  # fmt: skip
    return stored.progress.step


def _material(config: ThermalizeConfig, folders: Folders) -> tuple[Scenes, Held, Strays | None]:
    """Return the scenes to train on, the held-out ones, and thermal images without colour ones."""
    pairs = open_pairs(folders.data, thermal=folders.thermal)
    numbers, kept = split(len(pairs), every=0 if folders.held_out else config.held_out)
    held_pairs = pairs
    if folders.held_out is not None:
        held_pairs = open_pairs(folders.held_out)
        kept = list(range(len(held_pairs)))
    if not numbers or not kept:
        raise InputError("data", expected="scenes to train on and held-out ones",
                         got=f"{len(numbers)} and {len(kept)} of them",
                         fix="Give more images, or held-out ones with --val.")  # fmt: skip
    scenes, others = (
        Scenes(group, chosen, side_px=config.size_px)
        for group, chosen in ((pairs, numbers), (held_pairs, kept))
    )
    strays = None
    if folders.patches is not None:
        strays = Strays(open_patches(folders.patches), side_px=config.size_px)
    return scenes, hold(others, most=_WHOLE, strays=strays), strays


def _quick(
    net: nn.Module, held: Held, config: ThermalizeConfig, device: torch.device
) -> dict[str, float]:
    keys = ("paired_rmse_celsius", "prior_rmse_celsius", "patch_celsius")
    numbers = judge(by_network(net, device), held, config).numbers
    return {key: numbers[key] for key in keys}


def _write_results(
    config: ThermalizeConfig, net: nn.Module, held: Held, before: Verdict, *,
    device: torch.device, out: Path, folder: Path,
) -> Verdict:  # fmt: skip
    made = by_network(net, device)(held.pairs)
    trained = compare(made, held, config)
    verdicts = {
        "before": before,
        "grey": judge(by_grey, held, config),
        "painted": judge(by_painting(config), held, config),
        "trained": trained,
        "true": compare(held.thermal, held, config),
    }
    write_report(verdicts, held, made, condition=config.wanted, folder=folder)
    replace_text(folder / "config.toml", config_text(config))
    if (out / "curve.jsonl").is_file():
        curve = folder / "curve.jsonl"
        replace_file(curve, lambda path: shutil.copyfile(out / "curve.jsonl", path))
        write_curve(curve, folder / "curve.png")
    logger.info("results are in %s", folder)
    return trained
