"""Which faces and points are judged together. A new group is a new row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tfan.calibration.observe import Bools, Observed
from tfan.landmarks.schemes import NETWORK_SCHEMES
from tfan.types import AnyArray

Masks = dict[str, Bools]


@dataclass(frozen=True, slots=True)
class Bands:
    """Faces parted by a number.

    Attributes:
        name: of the group.
        edges: from each to below the next; what lies beyond belongs to the last band.
        value: (B,) of observed faces.
    """

    name: str
    edges: tuple[float, ...]
    value: Callable[[Observed], AnyArray]

    def masks(self, seen: Observed) -> Masks:
        """Return label -> (B, 1) whether a face belongs to it."""
        values = self.value(seen)[:, None]
        low = [-np.inf, *self.edges[1:-1]]
        high = [*self.edges[1:-1], np.inf]
        labels = [f"{a:g} to {b:g}" for a, b in pairwise(self.edges)]
        return {
            label: (values >= a) & (values < b)
            for label, a, b in zip(labels, low, high, strict=True)
        }


BANDS = (
    Bands("yaw, deg", (0, 15, 30, 60, 90), lambda seen: np.abs(seen.pose_deg[:, 0])),
    Bands("pitch, deg", (-45, -15, 15, 45), lambda seen: seen.pose_deg[:, 1]),
    Bands("face size, sensor px", (16, 32, 64, 128, 200), lambda seen: seen.face_px),
    Bands("air, °C", (-15, 15, 27, 45), lambda seen: seen.ambient_celsius),
)
YAW = BANDS[0]


def groups(seen: Observed) -> dict[str, Masks]:
    """Return group -> label -> mask that broadcasts over (B, N); labels may overlap."""
    everything = {"all": np.ones((len(seen.hw), 1), bool)}
    bare = ~np.any(list(seen.worn.values()), axis=0)
    worn = {name: there[:, None] for name, there in seen.worn.items()} | {"none": bare[:, None]}
    return {
        "all": everything,
        **{bands.name: bands.masks(seen) for bands in BANDS},
        "worn or before the face": worn,
        "frame": {"whole": ~seen.cut[:, None], "cut": seen.cut[:, None]},
        "points": _points(seen),
        "points, as said": _said(seen),
        "convention": _conventions(seen),
    }


def _points(seen: Observed) -> Masks:
    outside = _outside(seen.true_px, seen.hw)
    return {"visible": seen.visible, "hidden": ~outside & ~seen.visible, "outside": outside}


def _said(seen: Observed) -> Masks:
    """Part the points by the network's own answers: no error decides where one belongs."""
    outside = _outside(seen.said.points_px, seen.hw)
    hidden = seen.said.visibility_logit < 0
    return {"visible": ~outside & ~hidden, "hidden": ~outside & hidden, "outside": outside}


def _outside(points_px: AnyArray, hw: AnyArray) -> Bools:
    edges = hw[:, None, ::-1] - 0.5
    return np.asarray(((points_px < -0.5) | (points_px >= edges)).any(axis=-1))


def _conventions(seen: Observed) -> Masks:
    count = seen.true_px.shape[1]
    masks = {}
    for name, rows in NETWORK_SCHEMES.items():
        mask = np.zeros((1, count), bool)
        mask[:, rows] = True
        masks[name] = mask
    return masks
