"""Where a training starts: from nothing, or from weights that are already good.

An ONNX file has its batch norms folded into the convolutions. They are unfolded again: each
convolution gets the file's weights, and its batch norm the mean and the variance that the
convolution's answers have on the first training crops, with the scale and the shift that undo them.
So the network answers at prediction as the file does, and in training nearly so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from tfan.errors import InputError, WeightsError
from tfan.models.registry import WEIGHTS, bundled_path
from tfan.train.checkpoints import read_checkpoint
from tfan.train.config import Network, TrainConfig
from tfan.train.export import fold
from tfan.train.nets import network_for
from tfan.train.onnx_weights import Weights, network_of, read_onnx_weights

logger = logging.getLogger(__name__)

BUNDLED = "bundled"


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Weights to train on from.

    Attributes:
        source: where they come from, for people.
        network: widths of the network.
        weights: state of the network, or of the folded network.
        folded: which of the two.
    """

    source: str
    network: Network
    weights: Weights
    folded: bool


def read_start(given: str, *, task: str) -> Start:
    """Return the weights that given names: "bundled", an ONNX file or a checkpoint.pt.

    Raises:
        InputError: no such file, or a checkpoint of another task.
        WeightsError: the file holds no network of that task.
    """
    if task not in WEIGHTS and (given == BUNDLED or given.endswith(".onnx")):
        raise InputError("the start", expected=f"a checkpoint.pt of the task {task}", got=given)
    path = bundled_path(WEIGHTS[task]) if given == BUNDLED else Path(given)
    if not path.is_file():
        expected = f"'{BUNDLED}', an ONNX file or a checkpoint.pt"
        raise InputError("the start", expected=expected, got=f"no file {given}")
    if path.suffix == ".onnx":
        weights = read_onnx_weights(path)
        start = Start(given, network_of(weights, source=path.name), weights, folded=True)
    else:
        checkpoint = read_checkpoint(path)
        if checkpoint.config.task != task:
            raise InputError("the start", expected=f"a checkpoint of the task {task}",
                             got=f"one of {checkpoint.config.task}")  # fmt: skip
        start = Start(given, checkpoint.config.network, checkpoint.average, folded=False)
    return start


def with_network(config: TrainConfig, start: Start) -> TrainConfig:
    """Return config with the network that start is of."""
    if _same(config.network, start.network):
        return config
    logger.info("the network is that of %s: %s", start.source, start.network)
    return replace(config, network=start.network)


def _same(one: Network, other: Network) -> bool:
    """Say whether two networks are built alike; inner channels without blocks are void."""
    used = [replace(n, inner=tuple(i * bool(b) for i, b in zip(n.inner, n.blocks, strict=True)))
            for n in (one, other)]  # fmt: skip
    return used[0] == used[1]


def start_net(task: str, start: Start, images: Tensor) -> nn.Module:
    """Return the network of start, ready to be trained.

    Args:
        task: of the training.
        start: what it starts from.
        images: (B, 1, H, W) as the training shows them: what the batch norms are set by.
    """
    net = network_for(task, start.network)
    if not start.folded:
        load_start(net, start)
        return net
    folded = fold(net)
    load_start(folded, start)
    unfold(folded, net, images)
    return net


def load_start(net: nn.Module, start: Start) -> None:
    """Give net the weights of start, or say which of them does not fit."""
    try:
        net.load_state_dict(start.weights)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip()
        msg = f"{start.source} holds another network than this task's: {first}"
        raise WeightsError(msg) from error


@torch.no_grad()
def unfold(folded: nn.Module, net: nn.Module, images: Tensor) -> None:
    """Give net, which has batch norms, the answers of folded, which has none.

    Args:
        folded: with the weights; of `export.fold`.
        net: of the same build; its weights are replaced.
        images: (B, 1, H, W) whose features set the statistics of the batch norms.
    """
    state = net.state_dict()
    state.update({name: value for name, value in folded.state_dict().items() if name in state})
    net.load_state_dict(state)
    parts = dict(folded.named_modules())
    handles = []
    for name, convolution, norm in _normed(net):
        bias = parts[name].bias
        assert isinstance(bias, Tensor)
        handles.append(convolution.register_forward_hook(_Settling(norm, bias)))
    net.eval()(images.to(next(net.parameters()).device))
    for handle in handles:
        handle.remove()


class _Settling:
    """Sets a batch norm by what comes out of its convolution, before it is passed on."""

    def __init__(self, norm: nn.BatchNorm2d, bias: Tensor) -> None:
        self._norm, self._bias = norm, bias

    def __call__(self, _module: nn.Module, _inputs: object, answers: Tensor) -> None:
        variance, mean = torch.var_mean(answers, (0, 2, 3), unbiased=False)
        norm = self._norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(self._bias + mean)


def _normed(net: nn.Module) -> Iterator[tuple[str, nn.Conv2d, nn.BatchNorm2d]]:
    """Yield the name, the convolution and its batch norm, for each pair of them."""
    for place, part in net.named_modules():
        if not isinstance(part, nn.Sequential):
            continue
        for (number, first), (_, second) in pairwise(part.named_children()):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                yield f"{place}.{number}" if place else number, first, second
