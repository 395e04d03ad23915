"""What a tracker hands out: faces with a number that stays, and what happened to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tfan.types import Array, Face

Event = Literal["none", "first", "cut", "freeze", "step"]


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays have no single truth
class TrackedFace:
    """One person's face in one frame.

    Attributes:
        face: where it is; smoothed where the tracker or `follow` smooths.
        track_id: the person's number, from 1; never given twice before `reset`.
        time_s: time of the frame.
        frame: number of the frame since the start or `reset`, from 0.
        held: not measured in this frame: predicted over a short gap (no point of it is then
            visible and sigma has grown), or the camera repeated its last frame.
        measured_px: (N, 2) points before smoothing, in image coordinates.
        serial: of the track on which the face was followed, from 1; where the numbers of two
            people who met are set right, they change tracks. 0: not told.
    """

    face: Face
    track_id: int
    time_s: float
    frame: int
    held: bool
    measured_px: Array
    serial: int = 0


@dataclass(frozen=True, slots=True)
class FrameNote:
    """What a tracker did with its last frame.

    Attributes:
        frame: its number, from 0.
        time_s: its time.
        event: "first" frame, "cut" to another scene, "freeze" (the frame before came again, as
            while a shutter is closed), "step" (the same scene, all of it warmer or cooler at
            once: a NUC), or "none".
        step: change of the frame's median since the frame before, in the frame's unit.
        detected: whether the detector ran.
    """

    frame: int
    time_s: float
    event: Event
    step: float
    detected: bool
