"""A small recording, and a follower that needs no networks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from tfan.io import Frame
from tfan.landmarks.schemes import scheme_for
from tfan.recordings import FrameRow, Heading, PersonRow
from tfan.rois import choose_regions, load_regions
from tfan.rois.mean_face import flat, mean_face
from tfan.thermal.interpret import Reading
from tfan.tracking import Followed, FrameNote, TrackedFace
from tfan.types import Face

HW = (120, 160)
SKIN, ROOM = 34.0, 21.0
RATE_HZ = 10.0
FACE_PX = 60.0


def face_at(x: float, y: float, n: int = 478) -> Face:
    """A face that looks into the camera, its middle at x, y."""
    scheme = scheme_for(n)
    points = flat(mean_face(scheme.name))
    points = points / np.ptp(points[:, 1]) * FACE_PX
    points = (points - points.mean(axis=0) + [x, y]).astype(np.float32)
    every = np.ones(n, np.float32)
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return Face(
        box_px=box,
        score=0.9,
        points_px=points,
        sigma_px=every * 0.5,
        confidence=every * 0.75,
        visibility=every * 0.9,
        scheme=scheme.name,
        five_px=points[scheme.five],
        quality=0.8,
        pose_deg=np.float32([1, 2, 3]),
    )


@dataclass
class Stand:
    """A source of frames that say they were taken at some times; some of these may be guesses."""

    times: tuple
    make_frame: object
    guessed: tuple = ()
    name: str = "clip.npy"

    def frames(self, start=0):
        values = np.full((12, 16), SKIN, np.float32)
        for index, time_s in list(enumerate(self.times))[start:]:
            frame = self.make_frame(values, index, time_s)
            yield replace(frame, time_guessed=index in self.guessed)


@dataclass(frozen=True)
class FakeFollower:
    """Says that one person walks to the right; a second one is there from frame 10 on.

    The first is held in frames 5 and 6 and missing in 7; a black frame shows nobody.
    """

    n_landmarks: int = 478
    device: str = "cpu"
    threads: int | None = None
    stop_at: int | None = None  # raises there, as if Ctrl-C was pressed

    @property
    def scheme(self) -> str:
        return scheme_for(self.n_landmarks).name

    def __call__(self, frames, mode):
        for number, frame in enumerate(frames):
            index = frame.index
            if index == self.stop_at:
                raise KeyboardInterrupt
            time_s = number / 30 if frame.time_s is None else frame.time_s
            event = "first" if number == 0 else "cut" if index == 12 else "none"
            yield Followed(
                frame, self.faces(frame, time_s), FrameNote(number, time_s, event, 0.0, True)
            )

    def faces(self, frame, time_s):
        index = frame.index
        if float(np.nanmax(frame.values)) == 0:
            return []
        found = []
        if index != 7:
            found.append((1, face_at(40 + 0.5 * index, 60, self.n_landmarks), index in (5, 6)))
        if index >= 10:
            found.append((2, face_at(120, 60, self.n_landmarks), False))
        return [
            TrackedFace(face, number, time_s, index, held, face.points_px)
            for number, face, held in found
        ]


def stack(n: int = 20) -> np.ndarray:
    """(n, 120, 160) degC: skin in the left and the right, a room above."""
    frames = np.full((n, *HW), SKIN, np.float32)
    frames[:, :10] = ROOM
    return frames + 0.01 * np.arange(n, dtype=np.float32)[:, None, None]


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "clip.npy"
    np.save(path, stack())
    return path


@pytest.fixture
def regions():
    return choose_regions(["nose_tip", "forehead"], load_regions("mediapipe478"))


def frame_of(values, index=0, time_s=None) -> Frame:
    reading = Reading("temperature", "degrees Celsius", "said so", scale=1.0, offset=0.0)
    return Frame(values, reading, index, time_s, "clip.npy")


@dataclass(frozen=True)
class Kept:
    """Rows in memory with a heading."""

    heading: Heading
    rows: tuple[FrameRow, ...]

    def __iter__(self):
        return iter(self.rows)


def heading(scheme="facesynthetics70", regions=(), meaning="temperature") -> Heading:
    return Heading(
        "folder/clip.npy", "NPY", HW, meaning, "degrees Celsius", "said so", scheme,
        tuple(regions), 3, {"fps": 10.0},
    )  # fmt: skip


@pytest.fixture
def kept():
    """Three frames of a 70-point face: seen, held, and nobody."""
    face = face_at(50, 60, 70)
    face = replace(face, visibility=np.where(np.arange(70) < 2, 0.1, 0.9).astype(np.float32))
    celsius = np.where(face.visibility > 0.5, np.float32(34.125), np.float32(np.nan))
    rows = (
        FrameRow(0, 0.0, "first", 0.0, (PersonRow(3, False, face, celsius, ()),)),
        FrameRow(2, 0.2, "step", 0.5, (PersonRow(3, True, face, celsius, ()),)),
        FrameRow(3, 0.3, "none", 0.0, ()),
    )
    return Kept(heading(), rows)


@pytest.fixture
def fake():
    return FakeFollower


@pytest.fixture
def make_face():
    return face_at


@pytest.fixture
def make_frame():
    return frame_of


@pytest.fixture
def make_kept():
    """A maker of rows in memory: (heading's fields, rows)."""

    def make(rows, **facts):
        return Kept(heading(**facts), tuple(rows))

    return make
