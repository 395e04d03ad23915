"""What is known of one image: its faces, their named points, and words about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.types import AnyArray

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TrueFace:
    """One annotated face, in image coordinates (tfan.types).

    Attributes:
        box_px: (4,) left, top, right, bottom.
        names: (N,) names of the points, such as "nose"; left and right are the subject's.
        points_px: (N, 2) x, y; NaN where a point was not given.
        sure: whether who annotated it was sure.
        attributes: words about this face alone, such as {"pose": "profile"}.
    """

    box_px: Floats
    names: tuple[str, ...] = ()
    points_px: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    sure: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.points_px.shape != (len(self.names), 2):
            wanted = f"shape ({len(self.names)}, 2), one row a name"
            raise InputError("points_px", expected=wanted, got=str(self.points_px.shape))

    @property
    def size_px(self) -> float:
        """The normaliser of errors: sqrt(box width * box height)."""
        left, top, right, bottom = map(float, self.box_px)
        return float(np.sqrt((right - left) * (bottom - top)))

    def points(self, names: tuple[str, ...]) -> Floats:
        """Return the (len(names), 2) points of these names, NaN where there is none."""
        rows = {name: self.points_px[i] for i, name in enumerate(self.names)}
        nowhere = np.full(2, np.nan)
        return np.array([rows.get(name, nowhere) for name in names]).reshape(-1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One image and what is known of it.

    Attributes:
        name: what reports call it.
        read: returns the image, as `tfan.io.read_image` does; raises InputError if it cannot.
        faces: every annotated face.
        partial: whether the image holds faces that are not annotated; then nothing that is
            found in it counts as false.
        attributes: words about the image, such as {"camera": "FLIR T540"}.
    """

    name: str
    read: Callable[[], AnyArray]
    faces: tuple[TrueFace, ...]
    partial: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
