"""Frames one after the other -> the same people under the same numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.io.frame import Frame
from tfan.pipeline import Pipeline
from tfan.pipeline.faces import boxes_in_image, faces_of
from tfan.thermal.plane import Plane, prepare
from tfan.tracking.crowd import Crowd
from tfan.tracking.one_euro import EuroSettings
from tfan.tracking.scene import SceneWatch
from tfan.tracking.settings import MODES, TrackSettings
from tfan.tracking.steady import Steady
from tfan.tracking.track import TENTATIVE, Track
from tfan.tracking.types import FrameNote, TrackedFace
from tfan.types import AnyArray

_ALIKE = 8  # frames for which the contrast of one holds: measuring it takes as long as a crop


class Tracker:
    """Follows people from frame to frame. Holds state: one tracker for each recording.

    The detector runs every few frames, or when a track is lost or doubtful; in between, each face
    is looked for where its landmarks were going.

    Attributes:
        pipeline: the networks.
        settings: see `TrackSettings`.
        smoothing: of mode "live".
        note: what was done with the last frame; None before the first.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        mode: str = "video",
        *,
        smoothing: EuroSettings | None = None,
        **settings: Any,
    ) -> None:
        """Begin with nobody.

        Args:
            pipeline: from `load_pipeline`; may be shared by many trackers.
            mode: "image": frames have nothing to do with each other, numbers are those within the
                frame; "video": people are followed, points stay as measured (`follow` smooths
                them looking both ways); "live": followed and smoothed at once.
            smoothing: of mode "live".
            settings: other fields of `TrackSettings`.
        """
        self.pipeline = pipeline
        self.settings = TrackSettings(mode=mode, **settings)
        self.smoothing = smoothing or EuroSettings()
        self._row = MODES[mode]
        self.reset()

    def reset(self) -> None:
        """Forget everybody, for another recording; numbers start at 1 again."""
        self.note: FrameNote | None = None
        self._faces: list[TrackedFace] = []
        self._crowd = Crowd(self.pipeline, self.settings)
        self._watch = SceneWatch()
        self._like: Plane | None = None

    def update(
        self, image: Any, time_s: float | None = None, *, mode: str = "auto"
    ) -> list[TrackedFace]:
        """Return the people in the next frame, by number.

        Args:
            image: a `Frame` or an image as for `Pipeline.detect`.
            time_s: of the frame, later than the last; None takes the frame's own, and where that
                is None too, frames come `rate_hz` times a second.
            mode: "auto", "temperature" or "pixel".

        Raises:
            InputError: no image, or a time that is not after the last one.
        """
        opened, time_s = _opened(image, time_s, mode)
        number, now = self._clock(time_s)
        if self._like is not None and self._row.follows:
            opened["before"] = self._like.reading
        like = self._like if self._row.follows and number % _ALIKE else None
        plane = prepare(**opened, like=like)
        event, step = self._watch(plane)
        if event in ("cut", "step") and like is not None:
            plane = prepare(**opened)
        self._like = plane
        if event == "cut":
            self._crowd.tracks = []
        elif event == "freeze" and self.note is not None:
            self._crowd.wait(now - self.note.time_s)
        if not self._row.follows:
            found = self.pipeline.detect_in(plane)
            self.note = FrameNote(number, now, event, step, detected=True)
            self._faces = [
                TrackedFace(face, i, now, number, held=False, measured_px=face.points_px)
                for i, face in enumerate(found, start=1)
            ]
        elif event == "freeze":  # nobody is measured again
            self.note = FrameNote(number, now, event, step, detected=False)
            self._faces = [
                replace(face, time_s=now, frame=number, held=True) for face in self._faces
            ]
        else:
            detected = self._crowd.look(plane, now)
            self.note = note = FrameNote(number, now, event, step, detected)
            faces = [self._handed_out(track, plane, note) for track in self._crowd.tracks]
            self._faces = sorted((f for f in faces if f is not None), key=lambda f: f.track_id)
        return list(self._faces)

    def _clock(self, time_s: float | None) -> tuple[int, float]:
        """Return the number and the time of the next frame."""
        if self.note is None:
            return 0, 0.0 if time_s is None else float(time_s)
        last = self.note
        now = last.time_s + 1 / self.settings.rate_hz if time_s is None else float(time_s)
        if not now > last.time_s:
            raise InputError(
                "time_s",
                expected=f"a time after the last frame's {last.time_s:.6g} s",
                got=f"{now:.6g} s",
                fix="Call reset() before another recording.",
            )
        return last.frame + 1, now

    def _handed_out(self, track: Track, plane: Plane, note: FrameNote) -> TrackedFace | None:
        """Return what is said of a track; None where it is no person, long unseen, or gone."""
        unseen = note.time_s - track.seen_s
        if track.track_id == TENTATIVE or unseen > self.settings.bridge_s:
            return None
        marks, box = track.marks, track.box_px
        if unseen > 0:
            marks, box = track.held(note.time_s)
            middle = marks.points_px[0].mean(axis=0)
            if (middle < 0).any() or (middle >= plane.hw[::-1]).any():
                return None
        boxes = boxes_in_image(box[None].astype(np.float32), plane.hw)
        scores: AnyArray = np.array([track.last.score], np.float32)
        (face,) = faces_of(marks, boxes, scores, scheme=self.pipeline.scheme)
        measured = face.points_px
        if self._row.smooths:
            if track.steady is None:
                track.steady = Steady(self.smoothing)
            face = track.steady(face, track.size_px, note.time_s)
        return TrackedFace(
            face, track.track_id, note.time_s, note.frame, unseen > 0, measured, track.serial
        )


def _opened(image: Any, time_s: float | None, mode: str) -> tuple[dict[str, Any], float | None]:
    """Return what `prepare` is told of a frame or an image, and its time.

    What a frame says of itself holds, save for colours: their reading is that of the recording's
    first frame, which may be black.
    """
    if not isinstance(image, Frame):
        return {"image": image, "mode": mode}, time_s
    reading = image.reading if mode == "auto" and image.values.ndim == 2 else None
    told = {"image": image.values, "mode": mode, "reading": reading}
    return told, image.time_s if time_s is None else time_s
