"""What a tracker can be told, and what each running mode means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tfan.errors import InputError

_FRAMES_APART, _SECONDS_APART = 8, 0.5  # runs of the detector where nothing asks for one

Mode = Literal["image", "video", "live"]


@dataclass(frozen=True, slots=True)
class ModeRow:
    """What a running mode does: follow people from frame to frame, smooth their points at once."""

    follows: bool
    smooths: bool


MODES: dict[str, ModeRow] = {
    "image": ModeRow(follows=False, smooths=False),  # frames have nothing to do with each other
    "video": ModeRow(follows=True, smooths=False),  # `follow` smooths, looking both ways
    "live": ModeRow(follows=True, smooths=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSettings:
    """How people are followed.

    Attributes:
        mode: "image", "video" or "live", see `MODES`.
        detect_every: frames from one run of the detector to the next, where nothing asks for it;
            None: as many as half a second has, and at least 8.
        rate_hz: frames a second of sources that tell no times.
        bridge_s: so long a lost face is handed out as predicted ("held").
        keep_s: so long a lost person keeps the number; 0 < bridge_s <= keep_s.
        stay_share: of the pipeline's least score, with which a face is still followed.
        max_faces: no more people than that are followed at once.
    """

    mode: str = "video"
    detect_every: int | None = None
    rate_hz: float = 30.0
    bridge_s: float = 0.4
    keep_s: float = 2.0
    stay_share: float = 0.5
    max_faces: int = 16

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError("mode", expected=" or ".join(map(repr, MODES)), got=repr(self.mode))
        if self.detect_every is not None and self.detect_every < 1:
            expected, got = "1 or more, or None", str(self.detect_every)
            raise InputError("detect_every", expected=expected, got=got)
        if self.max_faces < 1:
            raise InputError("max_faces", expected="1 or more", got=str(self.max_faces))
        if not self.rate_hz > 0:
            raise InputError("rate_hz", expected="more than 0", got=str(self.rate_hz))
        if not 0 < self.bridge_s <= self.keep_s:
            got = f"bridge_s={self.bridge_s}, keep_s={self.keep_s}"
            raise InputError("times", expected="0 < bridge_s <= keep_s", got=got)

    def is_due(self, frames: int, seconds: float) -> bool:
        """Say whether so many frames and seconds after its last run the detector runs again."""
        if self.detect_every is not None:
            return frames >= self.detect_every
        return frames >= _FRAMES_APART and seconds >= _SECONDS_APART
