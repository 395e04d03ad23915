"""What is kept of a recording: one row a frame, in it the people, their points and regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tfan.rois import RegionReading
from tfan.types import Array, Face


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays have no single truth
class PersonRow:
    """One person in one frame.

    Attributes:
        track_id: the person's number in the recording, from 1.
        held: not measured in this frame but predicted, or the camera repeated its last frame.
        face: where it is, smoothed.
        celsius: (N,) degrees Celsius of the pixels under the points; NaN where a point is hidden,
            outside, or the recording has no temperatures.
        readings: of the regions of `Heading.regions`; empty without temperatures.
    """

    track_id: int
    held: bool
    face: Face
    celsius: Array
    readings: tuple[RegionReading, ...]


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One frame of a recording.

    Attributes:
        frame: its number in the source, from 0; numbers that miss could not be read.
        time_s: since the first frame; NaN where the source tells no times.
        event: "none", "first", "cut", "freeze" or "step", see `tfan.tracking.FrameNote`.
        step: change of the median since the frame before, in degrees Celsius where the frame has
            temperatures, else in stored numbers.
        people: by track_id.
        time_guessed: whether the source did not tell time_s, so that nothing is computed from it.
    """

    frame: int
    time_s: float
    event: str
    step: float
    people: tuple[PersonRow, ...]
    time_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What all rows of a recording have in common.

    Attributes:
        source: name of the file, folder or camera.
        kind: of the format.
        hw: height and width of the frames in pixels.
        meaning: "temperature" or "pixel".
        unit: of the stored numbers.
        why: why they are read so.
        scheme: of the landmarks.
        regions: names of the regions that are measured.
        n_frames: that the source promises, None where nobody knows.
        asked: options that change what is measured; two runs that differ in them do not mix.
        files: of the source when it was opened, see `tfan.recordings.origin.files_told`.
        corners: of the regions, see `tfan.recordings.origin.corners_told`.
    """

    source: str
    kind: str
    hw: tuple[int, int]
    meaning: str
    unit: str
    why: str
    scheme: str
    regions: tuple[str, ...]
    n_frames: int | None
    asked: dict[str, Any]
    files: dict[str, int] = field(default_factory=dict)
    corners: dict[str, str] = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether there are temperatures."""
        return self.meaning == "temperature"
