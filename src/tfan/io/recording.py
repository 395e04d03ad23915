"""What every reader of a format offers: its frames as stored, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from tfan.io.frame import Fact
from tfan.thermal.interpret import Unit
from tfan.types import AnyArray


class UnreadableError(Exception):
    """A frame or file that cannot be read; the message is what came in its place."""


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays have no single truth
class Stored:
    """One frame as it stands in a file.

    Attributes:
        index: number of the frame in its file, from 0.
        values: (H, W) or (H, W, 3).
        clock_s: when it was taken, on any clock that runs through the file.
        epoch: whether clock_s counts from 1970, and so compares between files.
        said: the unit that the file states; None leaves it to the values.
        counts: whether they are known to be no temperatures in any unit, whatever they look like.
        why: one clause on how the file states it, or what it does not hold.
        corrected: whether emissivity, distance and reflected temperature went into the values.
        camera: what the file says about the camera.
    """

    index: int
    values: AnyArray
    clock_s: float | None = None
    epoch: bool = False
    said: Unit | None = None
    counts: bool = False
    why: str = ""
    corrected: bool = False
    camera: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Damage:
    """A frame that could not be read: its number, and what came in its place."""

    index: int
    got: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller knows better than the file.

    Attributes:
        unit: "auto" or a name of `tfan.io.units.UNIT_NAMES`.
        emissivity: 0..1 of the object.
        distance_m: between object and camera.
        reflected_celsius: what the object reflects.
        dataset: name of the array in an HDF5 or NPZ file.
    """

    unit: str = "auto"
    emissivity: float | None = None
    distance_m: float | None = None
    reflected_celsius: float | None = None
    dataset: str | None = None

    @property
    def scene(self) -> dict[str, float]:
        """The conditions that were given, by their names in `Scene`."""
        given = {name: getattr(self, name) for name in SCENE_WISHES}
        return {name: value for name, value in given.items() if value is not None}


SCENE_WISHES = ("emissivity", "distance_m", "reflected_celsius")


class Recording(Protocol):
    """An opened file, folder or camera."""

    @property
    def kind(self) -> str:
        """Name of the format, for people."""

    @property
    def n_frames(self) -> int | None:
        """Number of frames, None where only reading on tells."""

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the frames from a number on, each once and in order."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass(slots=True)
class Indexed:
    """A recording whose frames can be fetched in any order.

    Attributes:
        kind: name of the format.
        n_frames: number of frames that the file holds or promises.
        fetch: frame by number; raises UnreadableError where it cannot be read.
        close: lets go of the file.
    """

    kind: str
    n_frames: int
    fetch: Callable[[int], Stored]
    close: Callable[[], None] = lambda: None

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield the frames from a number on; an unreadable one is a Damage."""
        for index in range(start, self.n_frames):
            try:
                frame: Stored | Damage = self.fetch(index)
            except UnreadableError as error:
                frame = Damage(index, str(error))
            yield frame


def split_shape(shape: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """Return the number of frames in an array and the shape of one.

    (H, W), (H, W, C), (N, H, W), (N, H, W, C) with C = 1, 3 or 4, and (N, 1, H, W).

    Raises:
        UnreadableError: no frames are stored so.
    """
    if len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4)):
        return 1, shape
    if len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3, 4)):
        return shape[0], shape[1:]
    if len(shape) == 4 and shape[1] == 1:
        return shape[0], shape[2:]
    raise UnreadableError(f"an array of shape {shape}, which is no frames")


def as_frame(values: AnyArray) -> AnyArray:
    """Return (H, W) or (H, W, 3): alpha is dropped, a single channel loses its axis."""
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    elif values.ndim == 3 and values.shape[2] == 4:
        values = values[:, :, :3]
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    return np.ascontiguousarray(values)
