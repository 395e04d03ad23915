"""Recordings to results: who is where in which frame, how warm, in tables, pictures and videos."""

from tfan.recordings.finish import Wanted
from tfan.recordings.formats import FORMATS
from tfan.recordings.journal import Journal, JournalWriter
from tfan.recordings.people_signals import SIGNALS
from tfan.recordings.rows import FrameRow, Heading, PersonRow
from tfan.recordings.run import Asked, Follower, PipelineFollower, record
from tfan.recordings.tracks import Person, Summary, summarise

__all__ = [
    "FORMATS",
    "SIGNALS",
    "Asked",
    "Follower",
    "FrameRow",
    "Heading",
    "Journal",
    "JournalWriter",
    "Person",
    "PersonRow",
    "PipelineFollower",
    "Summary",
    "Wanted",
    "record",
    "summarise",
]
