"""Training an adaptation network: pairs in, an ONNX file and its held-out scores out."""

from __future__ import annotations

import hashlib
import logging
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tfan._optional import require
from tfan.errors import InputError, WeightsError
from tfan.io.files import claim_writable, replace_file, replace_text
from tfan.models.adapter import (
    ADAPTER_CONTRACT,
    SOURCE_PROPERTY,
    TARGET_PROPERTY,
    Adapter,
    load_adapter,
)
from tfan.train.adapt_config import AdaptConfig, adapt_config_text
from tfan.train.adapt_net import AdaptNet, upright
from tfan.train.adapt_pairs import Pairs
from tfan.train.adapt_scores import Score, as_numbers, scores, table
from tfan.train.chance import Chance
from tfan.train.reports import append_record, write_curve, write_json

logger = logging.getLogger(__name__)

ONNX_NAME = "adapter.onnx"
_OPSET = 17
_RECORDS = 60  # points of the curve
_KEEP = 0.995  # of the moving average of the weights
_TOLERANCE = 1e-4  # of ONNX against torch, in canonical units
_SMOOTH = 0.01  # canonical units: below it the loss is quadratic
_LAST_RATE = 0.01
_BATCH = 4096  # of held-out faces at a time


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """What happens to a batch of B faces: all the chance of the training.

    Attributes:
        rows: (B,) which pairs.
        noise: (B, S, 2) errors of the given points, in spreads of the face.
        stretch: (B, 1, 2) factors of x and y.
    """

    rows: Tensor
    noise: Tensor
    stretch: Tensor


def draw(config: AdaptConfig, n: int, n_points: int, generator: torch.Generator) -> Draw:
    """Draw one batch of n pairs of n_points."""
    chance = Chance(config.batch, generator)
    rows = (chance.uniform() * n).long().clamp(max=n - 1)
    spread = chance.uniform(shape=(1, 1))  # a network is sure of one face, unsure of another
    noise = config.noise * 2 * spread * chance.normal(shape=(n_points, 2))
    stretch = chance.uniform(-config.stretch, config.stretch, shape=(1, 2)).exp()
    return Draw(rows, noise, stretch)


def changed(given: Tensor, wanted: Tensor, drawn: Draw) -> tuple[Tensor, Tensor]:
    """Return the batch (B, S, 2), (B, T, 2) that a draw makes of pairs in canonical units."""
    one, other = given[drawn.rows] * drawn.stretch, wanted[drawn.rows] * drawn.stretch
    return one + drawn.noise, other


def loss_of(net: AdaptNet, given: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean smooth distance of known points, in canonical units."""
    frame = upright(given, net.shape)
    answer = net.canonical_answer(frame.to_canonical(given))
    true = frame.to_canonical(wanted)
    known = true.isfinite().all(-1)
    away = (answer - torch.where(known[..., None], true, answer)).square().sum(-1)
    return ((away + _SMOOTH**2).sqrt() - _SMOOTH)[known].mean()


def run_adapt(
    config: AdaptConfig, *, pairs: Pairs, held_out: Pairs, out: Path, docs: Path | None = None
) -> dict[str, Score]:
    """Train as config says, write OUT/adapter.onnx, and return its scores on held_out.

    Args:
        config: from which scheme to which, and how long.
        pairs: what is learnt from.
        held_out: faces of other people.
        out: folder of the network and its curve.
        docs: folder that gets NAME/config.toml, curve.jsonl, curve.png, scores.json and
            scores.md; None for out.

    Raises:
        InputError: out holds a network already, or cannot be written to.
        WeightsError: the written network does not answer as the trained one.
    """
    if (out / ONNX_NAME).exists():
        raise InputError("output folder", expected="one without a network",
                         got=str(out / ONNX_NAME), fix="Choose another --out.")  # fmt: skip
    for what, some in (("pairs", pairs), ("held-out pairs", held_out)):
        if not len(some):
            raise InputError(what, expected="at least one face", got="none")
    for folder in {out, (docs or out) / config.name}:
        claim_writable(folder)
    curve = out / "curve.jsonl"
    curve.unlink(missing_ok=True)
    net = trained(config, pairs, curve)
    path = write_adapter(net, config, out / ONNX_NAME)
    adapter = load_adapter(path)
    _compare(net, adapter, held_out)
    found = scores(held_out, _answers(adapter, held_out), config.source, config.target)
    _write_results(config, found, path, (docs or out) / config.name, len(pairs))
    return found


def trained(config: AdaptConfig, pairs: Pairs, curve: Path) -> AdaptNet:
    """Return a network trained on pairs; losses go into the file curve."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    net = AdaptNet(config.source, config.target, width=config.width, keep_same=config.keep_same)
    net.begin_with(pairs.given, pairs.wanted)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=config.rate, weight_decay=config.weight_decay
    )
    mean = 0.0
    for step, loss in enumerate(_steps(config, net, pairs, optimiser), 1):
        keep = min(_KEEP, step / (step + 10))
        _average(average, net, keep)
        mean = loss if step == 1 else 0.98 * mean + 0.02 * loss
        if step % max(config.steps // _RECORDS, 1) == 0 or step in (1, config.steps):
            append_record(curve, {"images": step * config.batch, "loss": mean})
            logger.info("step %d of %d: loss %.5f", step, config.steps, mean)
    net.load_state_dict(average)
    return net.eval()


def _average(average: dict[str, Tensor], net: AdaptNet, keep: float) -> None:
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value, 1 - keep)


def _steps(
    config: AdaptConfig, net: AdaptNet, pairs: Pairs, optimiser: torch.optim.Optimizer
) -> Iterator[float]:
    given, wanted = torch.from_numpy(pairs.given), torch.from_numpy(pairs.wanted)
    frame = upright(given, net.shape)
    given, wanted = frame.to_canonical(given), frame.to_canonical(wanted)
    generator = torch.Generator().manual_seed(config.seed)
    for step in range(config.steps):
        share = step / config.steps
        rate = _LAST_RATE + (1 - _LAST_RATE) * (1 + math.cos(math.pi * share)) / 2
        for group in optimiser.param_groups:
            group["lr"] = config.rate * rate
        drawn = draw(config, len(given), given.shape[1], generator)
        loss = loss_of(net, *changed(given, wanted, drawn))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        yield float(loss.detach())


def write_adapter(net: AdaptNet, config: AdaptConfig, path: Path) -> Path:
    """Write a network as ONNX that says from which scheme to which it goes."""
    onnx: Any = require("onnx", extra="train", purpose="Writing an ONNX file")
    example = net.shape[None].repeat(2, 1, 1)
    contract = ADAPTER_CONTRACT
    names = [contract.input_name, *contract.output_names]

    def write(beside: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the newer exporter needs one more package
            torch.onnx.export(
                net, (example,), beside, dynamo=False, opset_version=_OPSET,
                input_names=names[:1], output_names=names[1:],
                dynamic_axes={name: {0: "batch"} for name in names},
            )  # fmt: skip
        model = onnx.load(beside)
        for key, value in ((SOURCE_PROPERTY, config.source), (TARGET_PROPERTY, config.target)):
            model.metadata_props.add(key=key, value=value)
        onnx.checker.check_model(model)
        onnx.save(model, beside)

    replace_file(path, write)
    return path


@torch.no_grad()
def _compare(net: AdaptNet, adapter: Adapter, pairs: Pairs) -> None:
    some = pairs[: min(len(pairs), 64)]
    frame = upright(torch.from_numpy(some.given), net.shape)
    expected = net(torch.from_numpy(some.given))
    away = (expected - torch.from_numpy(adapter(some.given))) / frame.spread
    worst = float(away.abs().max())
    if not worst <= _TOLERANCE:  # a NaN must not pass
        msg = f"{adapter.where} differs from its training by {worst:.2g}, allowed {_TOLERANCE:g}"
        raise WeightsError(msg)


def _answers(adapter: Adapter, pairs: Pairs) -> np.ndarray[Any, np.dtype[np.float32]]:
    starts = range(0, len(pairs), _BATCH)
    return np.concatenate([adapter(pairs.given[start : start + _BATCH]) for start in starts])


def _write_results(
    config: AdaptConfig, found: dict[str, Score], path: Path, folder: Path, n_pairs: int
) -> None:
    replace_text(folder / "config.toml", adapt_config_text(config))
    curve = path.with_name("curve.jsonl").read_text(encoding="utf-8")
    replace_text(folder / "curve.jsonl", curve)
    write_curve(folder / "curve.jsonl", folder / "curve.png")
    about = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size_bytes": path.stat().st_size,
        "pairs": n_pairs,
        "scores": as_numbers(found),
    }
    write_json(folder / "scores.json", about)
    replace_text(folder / "scores.md", table(found))
    logger.info("results are in %s", folder)
