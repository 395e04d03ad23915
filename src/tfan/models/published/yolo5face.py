"""YOLO5Face, built from the list of parts that a published checkpoint carries: its `model_cfg`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tfan.errors import WeightsError
from tfan.models.published import yolo5face_parts as parts
from tfan.models.published.checkpoint_file import check_entries

_MAX_PARTS, _MAX_COUNT, _MAX_CHANNELS = 200, 100, 4096  # a damaged file must not fill the memory
_CHANNEL_STEP = 8
_WRAPPER, _PARTS = "module.", "model."  # before each name; before the number of each part
# What odd numbers, words and lists in a configuration raise, here and in torch.
_UNBUILDABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_WORDS = {"None": None, "True": True, "False": False}  # as careless YAML leaves them

# The published "n", for files that say nothing of use; from, count, part, arguments.
PUBLISHED_CONFIG: dict[str, Any] = {
    "nc": 1,
    "anchors": [
        [4, 5, 8, 10, 13, 16],
        [23, 29, 43, 55, 73, 105],
        [146, 217, 231, 300, 335, 433],
    ],
    "backbone": [
        [-1, 1, "StemBlock", [32, 3, 2]],
        [-1, 1, "ShuffleV2Block", [128, 2]],
        [-1, 3, "ShuffleV2Block", [128, 1]],
        [-1, 1, "ShuffleV2Block", [256, 2]],
        [-1, 7, "ShuffleV2Block", [256, 1]],
        [-1, 1, "ShuffleV2Block", [512, 2]],
        [-1, 3, "ShuffleV2Block", [512, 1]],
    ],
    "head": [
        [-1, 1, "Conv", [128, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 4], 1, "Concat", [1]],
        [-1, 1, "C3", [128, False]],
        [-1, 1, "Conv", [128, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 2], 1, "Concat", [1]],
        [-1, 1, "C3", [128, False]],
        [-1, 1, "Conv", [128, 3, 2]],
        [[-1, 11], 1, "Concat", [1]],
        [-1, 1, "C3", [128, False]],
        [-1, 1, "Conv", [128, 3, 2]],
        [[-1, 7], 1, "Concat", [1]],
        [-1, 1, "C3", [128, False]],
        [[14, 17, 20], 1, "Detect", ["nc", "anchors"]],
    ],
}


@dataclass(frozen=True, slots=True)
class _Fed:
    """What a part is given.

    Attributes:
        channels: of each of its inputs.
        strides: of each of its inputs, against the image.
        arguments: its own, from the list.
        count: how often it is repeated.
        width: factor of its channels.
        n_anchors: of each level.
    """

    channels: list[int]
    strides: list[int]
    arguments: list[Any]
    count: int
    width: float
    n_anchors: int

    def c_out(self) -> int:
        """Return the first argument as a number of channels."""
        wanted = self.arguments[0] * self.width
        channels = -(-int(wanted) // _CHANNEL_STEP) * _CHANNEL_STEP
        if not 0 < channels <= _MAX_CHANNELS:
            raise ValueError(f"{wanted:g} channels")
        return channels


_Made = tuple[nn.Module, int, int]  # the part, its channels, its stride against the image


def build_detector(
    state: Mapping[str, Tensor], model_cfg: Mapping[str, Any] | None, *, source: str
) -> parts.Network:
    """Return the network of a published detector with its weights, for prediction.

    A configuration that is missing, cannot be built or does not fit the weights is replaced by
    the published one, whose names and shapes are checked as strictly.

    Args:
        state: name -> weights, "model.0.stem_1.conv.weight" and so on, or with what wrappers put
            before every name.
        model_cfg: the configuration that stands beside them in the file.
        source: of the weights, for messages.

    Returns:
        (B, 3, H, W) red, green, blue 0..1, H and W multiples of 32 -> (B, R, 16) rows: centre x, y,
        width, height in pixels of the input, objectness, five x, y in pixels, score of the class.

    Raises:
        WeightsError: names the first wrong entry.
    """
    tries = [config for config in (model_cfg, PUBLISHED_CONFIG) if config]
    state = _named_as_published(state)
    problems = []
    for config in tries:
        try:
            return _load(config, state, source)
        except WeightsError as error:
            problems.append(error)
    raise problems[0]


def build_network(config: Mapping[str, Any], *, source: str) -> parts.Network:
    """Return the network that a configuration describes, with weights of chance."""
    try:
        listed = [*config["backbone"], *config["head"]]
        depth, width = (float(config.get(f"{what}_multiple", 1)) for what in ("depth", "width"))
        n_anchors = _anchor_count(config["anchors"])
        if int(config.get("nc", 1)) != 1 or not 0 < len(listed) <= _MAX_PARTS:
            raise ValueError(f"{config.get('nc')} classes and {len(listed)} parts")
    except _UNBUILDABLE as error:
        raise WeightsError(f"{source}: model_cfg describes no face detector: {error!r}") from error
    modules: list[nn.Module] = []
    sources: list[list[int]] = []
    channels, strides = {-1: 3}, {-1: 1}
    for number, row in enumerate(listed):
        try:
            froms, count, name, arguments = row
            froms = [number + one if one < 0 else one for one in _as_list(froms)]
            fed = _Fed(
                channels=[channels[one] for one in froms],
                strides=[strides[one] for one in froms],
                arguments=[_WORDS.get(str(one), one) for one in arguments],
                count=_repeats(count, depth),
                width=width,
                n_anchors=n_anchors,
            )
            part, channels[number], strides[number] = _MAKERS[name](fed)
        except _UNBUILDABLE as error:
            msg = f"{source}: part {number} of model_cfg cannot be built: {str(row)[:80]}"
            raise WeightsError(msg) from error
        modules.append(part)
        sources.append(froms)
    if not isinstance(modules[-1], parts.Detect):
        raise WeightsError(f"{source}: expected model_cfg to end in Detect, got {listed[-1][2]}")
    return parts.Network(modules, sources)


def _load(config: Mapping[str, Any], state: Mapping[str, Tensor], source: str) -> parts.Network:
    with torch.device("meta"):
        net = build_network(config, source=source)
    expected = net.state_dict()
    check_entries(state, expected, source=source, network="the published face detector")
    typed = {name: value.to(expected[name].dtype) for name, value in state.items()}
    net.load_state_dict(typed, assign=True)
    return net.requires_grad_(False).eval()


def _named_as_published(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Take off what wrappers put before every name."""
    for before, kept in ((_WRAPPER, ""), (_PARTS * 2, _PARTS)):
        while state and all(name.startswith(before) for name in state):
            state = {kept + name.removeprefix(before): value for name, value in state.items()}
    if all(name[:1].isdigit() for name in state):
        state = {_PARTS + name: value for name, value in state.items()}
    return state


def _anchor_count(anchors: Any) -> int:
    return int(anchors) if isinstance(anchors, int) else len(anchors[0]) // 2


def _repeats(count: int, depth: float) -> int:
    times = max(round(count * depth), 1) if count > 1 else int(count)
    if not 0 < times <= _MAX_COUNT:
        raise ValueError(f"{times} times")
    return times


def _as_list(value: Any) -> list[int]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _repeated(fed: _Fed, kind: Callable[..., nn.Module], stride: int) -> _Made:
    c_in, c_out, settings = fed.channels[0], fed.c_out(), fed.arguments[1:]
    made = [kind(c_in if i == 0 else c_out, c_out, *settings) for i in range(fed.count)]
    part = made[0] if fed.count == 1 else nn.Sequential(*made)
    return part, c_out, fed.strides[0] * stride**fed.count


def _stem(fed: _Fed) -> _Made:
    return _repeated(fed, parts.StemBlock, 2 * _argument(fed, 2, 2))


def _shuffle(fed: _Fed) -> _Made:
    return _repeated(fed, parts.ShuffleV2Block, _argument(fed, 1, 1))


def _conv(fed: _Fed) -> _Made:
    return _repeated(fed, parts.Conv, _argument(fed, 2, 1))


def _c3(fed: _Fed) -> _Made:
    shortcut = bool(_argument(fed, 1, 1))
    c_out = fed.c_out()
    return parts.C3(fed.channels[0], c_out, shortcut, count=fed.count), c_out, fed.strides[0]


def _upsample(fed: _Fed) -> _Made:
    _, factor, how = fed.arguments
    if how != "nearest" or fed.count != 1:
        raise ValueError(f"upsampling {how}")
    part = nn.Upsample(scale_factor=float(factor), mode="nearest")
    return part, fed.channels[0], fed.strides[0] // int(factor)


def _concat(fed: _Fed) -> _Made:
    if fed.arguments != [1] or len(set(fed.strides)) != 1:
        raise ValueError(f"joining strides {fed.strides}")
    return parts.Concat(), sum(fed.channels), fed.strides[0]


def _detect(fed: _Fed) -> _Made:
    return parts.Detect(fed.channels, fed.strides, fed.n_anchors), parts.ROW_NUMBERS, 1


def _argument(fed: _Fed, place: int, usual: int) -> int:
    return int(fed.arguments[place]) if len(fed.arguments) > place else usual


_MAKERS: dict[str, Callable[[_Fed], _Made]] = {
    "StemBlock": _stem,
    "ShuffleV2Block": _shuffle,
    "Conv": _conv,
    "nn.Upsample": _upsample,
    "Concat": _concat,
    "C3": _c3,
    "Detect": _detect,
}
