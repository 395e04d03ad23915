"""How each data set is counted unless the caller says otherwise: a row of data a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tfan.evaluate.benchmark.marks import Protocol
from tfan.evaluate.metrics import MIN_IOU

_LOW = 0.01  # least score for average precision where others publish one


@dataclass(frozen=True, slots=True)
class Custom:
    """What is usual for one data set.

    Attributes:
        normaliser: that of the numbers published on it, as far as it is known.
        min_iou: least overlap that finds a face.
        ap_from: least score of what counts for average precision; None takes the model's own.
        why: why that is usual, in words.
    """

    normaliser: str = "box"
    min_iou: float = MIN_IOU
    ap_from: float | None = None
    why: str = ""

    def protocol(self, **wanted: Any) -> Protocol:
        """Return the protocol; what is wanted otherwise (and not None) replaces the usual."""
        usual = Protocol(self.normaliser, min_iou=self.min_iou)
        return replace(usual, **{k: value for k, value in wanted.items() if value is not None})


_EYES = "numbers on sets of 68 and 54 points are published by the outer corners of the eyes"
CUSTOMS: Mapping[str, Custom] = {
    "tfan": Custom(why="the numbers of `tfan evaluate`"),
    "charlotte": Custom("box-sides", why='T-FAKE publishes "NME W/H" without its formula'),
    "tfw": Custom(min_iou=0.5, ap_from=_LOW, why="AP50 is what is published on it"),
    "yolo-face": Custom(min_iou=0.5, ap_from=_LOW, why="a form of boxes"),
    "sf-tl54": Custom("outer-eyes", why=_EYES),
    "aachen": Custom("outer-eyes", why=_EYES),
    "pts": Custom("outer-eyes", why=_EYES),
}


def custom_of(dataset: str) -> Custom:
    """Return what is usual for a data set: sqrt(w h) where nothing else is."""
    return CUSTOMS.get(dataset, Custom())
