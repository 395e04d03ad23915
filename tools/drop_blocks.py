"""Make a landmark network faster: leave out residual blocks, which training on then mends.

    python tools/drop_blocks.py runs/landmarks/checkpoint.pt --drop 1.2 2.2 --out runs/shorter
    tfan train landmarks --from runs/shorter/checkpoint.pt --config shorter.toml --data ...

A block is named by its stage, from 0, and its place there, from 1 (place 0 halves the resolution).
The checkpoint that is written holds the averaged weights and no state of the optimiser.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from tfan.train.checkpoints import Checkpoint, read_checkpoint, write_weights
from tfan.train.config import Network

Block = tuple[int, int]
_PARENT = "backbone.stages"


def parse_block(text: str) -> Block:
    """Return the stage and the place of "stage.place"."""
    stage, place = text.split(".")
    return int(stage), int(place)


def shorter(sizes: Network, dropped: Collection[Block]) -> Network:
    """Return the sizes of a network without some blocks.

    Raises:
        ValueError: the network has no such block.
    """
    for stage, place in dropped:
        if not (0 <= stage < len(sizes.blocks) and 1 <= place <= sizes.blocks[stage]):
            raise ValueError(f"no block {stage}.{place} in a network of blocks {sizes.blocks}")
    counts = [
        count - sum(stage == at for at, _ in dropped) for stage, count in enumerate(sizes.blocks)
    ]
    return replace(sizes, blocks=tuple(counts))


def without(weights: Mapping[str, Tensor], dropped: Collection[Block]) -> dict[str, Tensor]:
    """Return the weights of a network without some blocks, later ones moved up."""
    kept = {}
    for name, value in weights.items():
        if not name.startswith(_PARENT):
            kept[name] = value
            continue
        stage, place, *rest = name.removeprefix(f"{_PARENT}.").split(".")
        at = int(stage), int(place)
        if at not in dropped:
            earlier = sum(one == at[0] and other < at[1] for one, other in dropped)
            kept[".".join([_PARENT, stage, str(at[1] - earlier), *rest])] = value
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--drop", type=parse_block, nargs="+", required=True, metavar="STAGE.PLACE")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    old = read_checkpoint(asked.checkpoint)
    dropped = set(asked.drop)
    config = replace(old.config, network=shorter(old.config.network, dropped))
    weights = without(old.average, dropped)
    write_weights(Checkpoint(config, weights, weights, {}, old.progress), asked.out)


if __name__ == "__main__":
    main()
