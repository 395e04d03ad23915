"""Published weights of the landmark network, refused by name where they are others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from tfan.models.published.checkpoint_file import check_entries, read_checkpoint, tensors_of
from tfan.models.published.face_detector_file import check_detector_file
from tfan.models.published.mobilenet import PublishedNet

__all__ = ["check_detector_file", "check_landmark_file", "landmark_net", "read_state_dict"]

PREFIX = "module."
KNOWN_LANDMARKS = (70, 478)
_OUTPUTS = "fc.weight"


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Return name, without the prefix `module.` -> tensor of a file.

    Raises:
        WeightsError: the file cannot be read, or holds no state dict.
    """
    state = tensors_of(read_checkpoint(path), source=str(path))
    return {name.removeprefix(PREFIX): value for name, value in state.items()}


def landmark_net(state: Mapping[str, Tensor], *, source: str) -> PublishedNet:
    """Return the landmark network with the weights of a state dict.

    Raises:
        WeightsError: it is of another network; the first entry that differs is named.
    """
    with torch.device("meta"):
        net = PublishedNet(_count(state))
    check_entries(state, net.state_dict(), source=source, network="the published landmark network")
    floats = {
        name: value.to(torch.float32) if value.is_floating_point() else value
        for name, value in state.items()
    }
    net.load_state_dict(floats, assign=True)
    return net.requires_grad_(False).eval()


def check_landmark_file(path: Path) -> int:
    """Return the number of landmarks of a published weights file, or say what is wrong with it."""
    net = landmark_net(read_state_dict(path), source=str(path))
    return net.fc.out_features // 3


def _count(state: Mapping[str, Tensor]) -> int:
    """Return the number of landmarks that the last layer tells; a usual one where it is missing."""
    rows = state[_OUTPUTS].shape[0] if _OUTPUTS in state and state[_OUTPUTS].ndim else 0
    return rows // 3 if rows in {3 * n for n in KNOWN_LANDMARKS} else KNOWN_LANDMARKS[-1]
