"""Join trainings that went on from one another: the mean of their averaged weights.

    python tools/average_checkpoints.py runs/first/checkpoint.pt runs/second/checkpoint.pt \
        --out runs/joined
    tfan train export runs/joined/checkpoint.pt --out detector.onnx

What the first learnt is kept where the second, trained on harder pictures, gave some of it up:
"model soups", Wortsman et al., ICML 2022. That works only along one line of training, where the
networks lie in one valley of the loss; measure before you use it. The checkpoint that is written
holds the configuration and the progress of the last one and no state of the optimiser.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from tfan.errors import InputError
from tfan.train.checkpoints import Checkpoint, read_checkpoint, write_weights
from tfan.train.config import Network


def averaged(checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """Return the checkpoint between several of one task and one network.

    Raises:
        InputError: they are of different tasks or networks.
    """
    last = checkpoints[-1]
    for each in checkpoints:
        if _built(each) != _built(last):
            got = f"{_built(each)} and {_built(last)}"
            raise InputError("the checkpoints", expected="one task and one network", got=got)
    states = [each.average for each in checkpoints]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for name, value in last.average.items()
    }
    return replace(last, net=dict(mean), average=mean)


def _built(checkpoint: Checkpoint) -> tuple[str, Network, int]:
    config = checkpoint.config
    return config.task, config.network, config.published.points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    joined = averaged([read_checkpoint(path) for path in asked.checkpoints])
    print(write_weights(joined, asked.out))


if __name__ == "__main__":
    main()
