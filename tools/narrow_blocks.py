"""Make a landmark network faster: keep only the channels that say most, training on mends the rest.

    python tools/narrow_blocks.py runs/landmarks/checkpoint.pt --inner 16 32 64 64 --local 40 \
        --out runs/narrow
    tfan train landmarks --from runs/narrow/checkpoint.pt --config narrow.toml --data ...

Narrowed are the channels inside the residual blocks and those of the local head. What one says is
the size of its answers times that of the weights that read it. The checkpoint that is written holds
the averaged weights and no state of the optimiser.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from tfan.train.checkpoints import Checkpoint, read_checkpoint, write_weights
from tfan.train.config import Network
from tfan.train.local_head import UNITS

State = Mapping[str, Tensor]
_NORM = ("weight", "bias", "running_mean", "running_var")


def strongest(strength: Tensor, count: int) -> Tensor:
    """Return the sorted places of the count greatest of (C,) strengths."""
    return strength.topk(count).indices.sort().values


def size_of_answers(state: State, norm: str) -> Tensor:
    """Return (C,) how large the channels behind a batch norm become, root mean square."""
    return (state[f"{norm}.weight"].square() + state[f"{norm}.bias"].square()).sqrt()


def narrow_block(state: State, block: str, count: int) -> dict[str, Tensor]:
    """Return the entries of a residual block with count channels between its convolutions."""
    first, norm, second = f"{block}.first.0", f"{block}.first.1", f"{block}.second.0"
    reading = state[f"{second}.weight"].square().sum((0, 2, 3)).sqrt()
    kept = strongest(size_of_answers(state, norm) * reading, count)
    narrow = {f"{norm}.{part}": state[f"{norm}.{part}"][kept] for part in _NORM}
    narrow[f"{first}.weight"] = state[f"{first}.weight"][kept]
    narrow[f"{second}.weight"] = state[f"{second}.weight"][:, kept]
    return narrow


def narrow_local(state: State, count: int) -> dict[str, Tensor]:
    """Return the entries of the local head with count channels before and after its mixing."""
    sides = sorted({name.rpartition(".")[0] for name in state if name.startswith("local.sides.")})
    norms = [side for side in sides if f"{side}.running_mean" in state]
    seen = torch.stack([size_of_answers(state, norm) for norm in norms]).square().sum(0).sqrt()
    mix = state["local.mix.weight"]
    taken = strongest(seen * mix.square().sum(0).sqrt(), count)
    reading = (state["local.output"] * mix.new_tensor(UNITS)).square().mean((0, 2)).sqrt()
    said = (mix.square().sum(1) + state["local.place"].square().mean(0)).sqrt()
    given = strongest(said * reading, count)
    narrow = {
        "local.mix.weight": mix[given][:, taken],
        "local.mix.bias": state["local.mix.bias"][given],
        "local.context.weight": state["local.context.weight"][given],
        "local.place": state["local.place"][:, given],
        "local.output": state["local.output"][:, given],
    }
    for name in state:
        if name.startswith("local.sides.") and state[name].ndim:
            narrow[name] = state[name][taken]
    return narrow


def narrowed(sizes: Network, inner: tuple[int, ...], local: int) -> Network:
    """Return the sizes of the narrower network.

    Raises:
        ValueError: a width is greater than now, or there is not one for each stage.
    """
    widths, old = (*inner, local), (*sizes.inner, sizes.local)
    fits = len(widths) == len(old) and all(a <= b for a, b in zip(widths, old, strict=True))
    if not fits:
        raise ValueError(f"widths {inner} and {local} for a network of {sizes}")
    return replace(sizes, inner=inner, local=local)


def narrow_state(state: State, sizes: Network) -> dict[str, Tensor]:
    """Return the weights of the network with those widths, from weights of a wider one."""
    narrow = dict(state)
    for stage, (count, width) in enumerate(zip(sizes.blocks, sizes.inner, strict=True)):
        for place in range(1, count + 1):
            narrow |= narrow_block(state, f"backbone.stages.{stage}.{place}", width)
    if sizes.local:
        return narrow | narrow_local(state, sizes.local)
    return {name: value for name, value in narrow.items() if not name.startswith("local.")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--inner", type=int, nargs="+", required=True, metavar="CHANNELS")
    parser.add_argument("--local", type=int, required=True, metavar="CHANNELS")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    old = read_checkpoint(asked.checkpoint)
    sizes = narrowed(old.config.network, tuple(asked.inner), asked.local)
    weights = narrow_state(old.average, sizes)
    config = replace(old.config, network=sizes)
    write_weights(Checkpoint(config, weights, weights, {}, old.progress), asked.out)


if __name__ == "__main__":
    main()
