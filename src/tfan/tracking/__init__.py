"""People followed over the frames of a recording, and their points smoothed."""

from tfan.tracking.follow import Followed, follow
from tfan.tracking.one_euro import EuroSettings
from tfan.tracking.settings import TrackSettings
from tfan.tracking.smooth import TwoSided
from tfan.tracking.tracker import Tracker
from tfan.tracking.types import FrameNote, TrackedFace

__all__ = [
    "EuroSettings",
    "Followed",
    "FrameNote",
    "TrackSettings",
    "TrackedFace",
    "Tracker",
    "TwoSided",
    "follow",
]
