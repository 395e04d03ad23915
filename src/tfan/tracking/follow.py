"""A recording -> its people frame by frame, smoothed looking both ways, at constant memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tfan.tracking.moved import moved
from tfan.tracking.smooth import TwoSided
from tfan.tracking.steady import unwrapped, wrapped
from tfan.tracking.tracker import Tracker
from tfan.tracking.types import FrameNote, TrackedFace
from tfan.types import AnyArray, Array

_BOX_ROWS, _POSE_ROWS = 2, 2  # what is smoothed with the points, each row two numbers


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One frame of a recording and who is in it.

    Attributes:
        frame: as it came from the source.
        faces: by track_id; points and boxes smoothed, `measured_px` as measured.
        note: what the tracker did.
    """

    frame: Any
    faces: list[TrackedFace]
    note: FrameNote


def follow(
    frames: Iterable[Any],
    tracker: Tracker,
    *,
    smoothing: TwoSided | None = None,
    mode: str = "auto",
) -> Iterator[Followed]:
    """Yield each frame with its people, `reach_s` behind the source: that much is kept, no more.

    Args:
        frames: `Frame`s with or without times, images, or pairs of an image and its time.
        tracker: of mode "video"; of the others nothing is smoothed here.
        smoothing: how; None takes `TwoSided()`.
        mode: "auto", "temperature" or "pixel".
    """
    smooth = smoothing or TwoSided()
    if tracker.settings.mode != "video":
        for frame in frames:
            yield _followed(frame, tracker, mode)
        return
    kept: deque[Followed] = deque()
    waiting = 0  # of those kept, that were not yielded
    for frame in frames:
        kept.append(_followed(frame, tracker, mode))
        waiting += 1
        now = kept[-1].note.time_s
        while waiting and now - kept[-waiting].note.time_s >= smooth.reach_s:
            yield _smoothed(kept, len(kept) - waiting, smooth)
            waiting -= 1
        oldest_s = kept[-waiting].note.time_s if waiting else now
        while kept and oldest_s - kept[0].note.time_s > smooth.reach_s:
            kept.popleft()
    while waiting:
        yield _smoothed(kept, len(kept) - waiting, smooth)
        waiting -= 1


def _followed(frame: Any, tracker: Tracker, mode: str) -> Followed:
    image, time_s = frame if isinstance(frame, tuple) else (frame, None)
    faces = tracker.update(image, time_s, mode=mode)
    note = tracker.note
    assert note is not None
    return Followed(frame, faces, note)


def _smoothed(kept: deque[Followed], row: int, smooth: TwoSided) -> Followed:
    here = kept[row]
    faces = [_smoothed_face(kept, here.note.frame, face, smooth) for face in here.faces]
    return replace(here, faces=faces)


def _smoothed_face(
    kept: deque[Followed], frame: int, face: TrackedFace, smooth: TwoSided
) -> TrackedFace:
    same = [other for each in kept for other in each.faces if _is_same(other, face)]
    times = np.array([other.time_s for other in same])
    held = np.array([other.held for other in same])
    points = np.stack([_rows(other, face) for other in same])
    sigma = np.stack([_sigma(other) for other in same])
    row = next(i for i, other in enumerate(same) if other.frame == frame)
    out = smooth(times, points, sigma, held, row, whole=slice(0, -_POSE_ROWS))
    points, box, pose = np.split(out, [-_BOX_ROWS - _POSE_ROWS, -_POSE_ROWS])
    posed = wrapped(pose.reshape(4)[:3]) if np.isfinite(pose).all() else face.face.pose_deg
    return replace(face, face=moved(face.face, points, box.reshape(4), posed))


def _is_same(one: TrackedFace, other: TrackedFace) -> bool:
    """Say whether two frames show the same face; a number may have moved to another one."""
    if one.serial and other.serial:
        return one.serial == other.serial
    return one.track_id == other.track_id


def _rows(face: TrackedFace, now: TrackedFace) -> AnyArray:
    """Return the points, the corners of the box, and the pose as two more points."""
    pose = unwrapped(face.face.pose_deg, now.face.pose_deg)
    rows = face.measured_px.reshape(-1), face.face.box_px, pose, pose[:1]
    return np.concatenate(rows).reshape(-1, 2)


def _sigma(face: TrackedFace) -> Array:
    mean = face.face.sigma_px.mean()
    return np.concatenate([face.face.sigma_px, np.full(_BOX_ROWS + _POSE_ROWS, mean, np.float32)])
