"""What is known of one image: its faces, their named points, and words about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.io.frame import Frame
from tfan.landmarks.convert import named_sums
from tfan.thermal.interpret import interpret
from tfan.types import AnyArray

Floats = npt.NDArray[np.float64]

NAMED = "named"
"""Stands for a scheme where points are known by their own names alone."""


@dataclass(frozen=True, slots=True, eq=False)
class TrueFace:
    """One annotated face, in image coordinates (tfan.types).

    Attributes:
        box_px: (4,) left, top, right, bottom.
        names: (N,) names of the points, such as "nose"; left and right are the subject's.
        points_px: (N, 2) x, y; NaN where a point was not given.
        sure: whether who annotated it was sure.
        attributes: words about this face alone, such as {"pose": "profile"}.
        scheme: landmark scheme (tfan.landmarks) whose points, all and in its order, these are;
            "named" where they are single named points.
        visible: (N,) 1 where a point is seen, 0 where it is hidden, NaN where the set does not
            say; None where the set says nothing of visibility.
        box_given: False where the set has no boxes and box_px is the hull of the points.
    """

    box_px: Floats
    names: tuple[str, ...] = ()
    points_px: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    sure: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict)
    scheme: str = NAMED
    visible: Floats | None = None
    box_given: bool = True

    def __post_init__(self) -> None:
        n = len(self.names)
        if self.points_px.shape != (n, 2):
            wanted = f"shape ({n}, 2), one row a name"
            raise InputError("points_px", expected=wanted, got=str(self.points_px.shape))
        if self.visible is not None and self.visible.shape != (n,):
            raise InputError("visible", expected=f"shape ({n},)", got=str(self.visible.shape))

    @property
    def size_px(self) -> float:
        """The normaliser of errors: sqrt(box width * box height)."""
        left, top, right, bottom = map(float, self.box_px)
        return float(np.sqrt((right - left) * (bottom - top)))

    def points(self, names: tuple[str, ...]) -> Floats:
        """Return the (len(names), 2) points of these names, NaN where there is none.

        A face of a scheme has the five points and the chin too, as sums of its points.
        """
        rows = {name: self.points_px[i] for i, name in enumerate(self.names)}
        if self.scheme != NAMED:
            for name, row in named_sums(self.scheme).items():
                parts = [weight * self.points_px[int(i)] for i, weight in row.items()]
                rows.setdefault(name, np.sum(parts, axis=0))
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
        meaning: mode in which `read`'s array is to be taken, as `detect(image, mode)` takes it:
            "auto", "temperature" (degrees Celsius) or "pixel".
        subject: who is seen, "" where the set does not say.
        split: "train", "val", "test" or the set's own word; "" for none.
        condition: under which the image was taken or made, such as "indoor" or "cold".
        licence: of the data, as its makers state it.
    """

    name: str
    read: Callable[[], AnyArray]
    faces: tuple[TrueFace, ...]
    partial: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    meaning: str = "auto"
    subject: str = ""
    split: str = ""
    condition: str = ""
    licence: str = ""

    def frame(self) -> Frame:
        """Return the image with what its values mean.

        Raises:
            InputError: the image cannot be read.
        """
        values = self.read()
        return Frame(values, interpret(values, self.meaning), 0, source=self.name)
