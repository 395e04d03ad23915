"""Checkpoints of the published face detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from tfan.models.published.checkpoint_file import read_checkpoint, tensors_of
from tfan.models.published.yolo5face import build_detector


@dataclass(frozen=True, slots=True, eq=False)
class DetectorCheckpoint:
    """What a file says of a published face detector.

    Attributes:
        state: name -> weights.
        model_cfg: its list of parts; None where the file has none.
    """

    state: dict[str, Tensor]
    model_cfg: Mapping[str, Any] | None


def read_detector_checkpoint(path: str | Path) -> DetectorCheckpoint:
    """Read a dict with state_dict and model_cfg, or a bare state dict; no code in it is run.

    Args:
        path: `.pt`, `.pth` or `.safetensors`.

    Raises:
        WeightsError: the file cannot be read, holds more than plain data, or no state dict.
        MissingExtraError: safetensors is not installed.
    """
    held = read_checkpoint(Path(path))
    config = held.get("model_cfg")
    return DetectorCheckpoint(
        state=tensors_of(held, source=str(path)),
        model_cfg=config if isinstance(config, Mapping) else None,
    )


def load_detector_network(path: str | Path) -> nn.Module:
    """Return the network of a checkpoint; see `yolo5face.build_detector`.

    Raises:
        WeightsError: names the first wrong entry.
    """
    checkpoint = read_detector_checkpoint(path)
    return build_detector(checkpoint.state, checkpoint.model_cfg, source=str(path))


def check_detector_file(path: str | Path) -> None:
    """Say what is wrong with a file of the published face detector, if anything is."""
    load_detector_network(path)
