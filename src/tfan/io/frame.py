"""One frame of a recording as it travels from a source to whoever measures in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tfan.errors import InputError
from tfan.thermal.interpret import Reading
from tfan.types import AnyArray, Array

Fact = str | float | int


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays have no single truth
class Frame:
    """One image of a source with its meaning and its time.

    Attributes:
        values: (H, W) or (H, W, 3) as stored, or degrees Celsius where the file says how.
        reading: what the values mean, and why.
        index: number of the frame in its source, from 0; gaps are frames that could not be read.
        time_s: seconds from the first frame of the source, None where the source has no times.
        source: name of the file, folder or camera.
        camera: what the file says about the camera: model, emissivity, distance_m and so on.
        time_guessed: whether the frame told no time, others did, and time_s is 1 ms after the last.
    """

    values: AnyArray
    reading: Reading
    index: int
    time_s: float | None = None
    source: str = ""
    camera: Mapping[str, Fact] = field(default_factory=dict)
    time_guessed: bool = False

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.values.shape[0], self.values.shape[1]

    def celsius(self) -> Array:
        """Return (H, W) degrees Celsius in float32, NaN where nothing was measured.

        Raises:
            InputError: the values are no temperatures.
        """
        scale, offset = self.reading.scale, self.reading.offset
        if scale is None or offset is None or self.values.ndim != 2:
            raise InputError(
                f"frame {self.index} of {self.source or 'this source'}",
                expected="temperatures",
                got=self.reading.unit,
                fix="Say what the values are, such as unit='centikelvin'.",
            )
        if (scale, offset) == (1, 0):
            return self.values.astype(np.float32)
        degrees: Array = (self.values.astype(np.float64) * scale + offset).astype(np.float32)
        return degrees
