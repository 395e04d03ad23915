"""People who met: once they are apart again, who is who is told by how warm their faces are.

While one face hides another, landmarks of both tracks lie on the face in front, and after that
either may go on with either. The temperatures at the landmarks are those of the person.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tfan.geometry.boxes import overlaps
from tfan.thermal.plane import Plane
from tfan.tracking.track import TENTATIVE, Track
from tfan.types import AnyArray, Array

_NEAR = 0.05  # overlap from which two people may be mixed up
_NEW_SHARE = 0.1  # of a new look that is believed
_LEARNT = 5  # looks before a look is known
_SURER = 0.75  # the other way round must fit that much better
_APART_FRAMES = 3


@dataclass(slots=True, eq=False)
class Meetings:
    """Which pairs of tracks are, or were a moment ago, in each other's way."""

    _pairs: dict[tuple[int, int], list[AnyArray]] = field(default_factory=dict)

    def __call__(self, plane: Plane, tracks: list[Track], now: float) -> None:
        """Learn the looks of those who stand alone; set right those who were mixed up."""
        people = [track for track in tracks if track.track_id != TENTATIVE]
        if len(people) < 2:  # nobody to be mixed up with: no look need be known
            self._pairs.clear()
            return
        met = self._note(people, now)
        by_id = {track.track_id: track for track in people}
        for pair in list(self._pairs):
            if not all(number in by_id for number in pair):
                del self._pairs[pair]
            elif pair not in met and all(by_id[number].seen_s == now for number in pair):
                self._part(plane, pair, by_id)
        busy = {number for pair in self._pairs for number in pair}
        for track in people:
            if track.seen_s == now and track.track_id not in busy:
                _learn(plane, track)

    def _note(self, people: list[Track], now: float) -> set[tuple[int, int]]:
        """Return the pairs that are close now, and keep them."""
        boxes = np.stack([track.expected(now)[1] for track in people])
        near = np.argwhere(np.triu(overlaps(boxes, boxes), 1) > _NEAR)
        met = {(people[i].track_id, people[j].track_id) for i, j in near.tolist()}
        for pair in met:
            self._pairs[pair] = []
        return met

    def _part(self, plane: Plane, pair: tuple[int, int], by_id: dict[int, Track]) -> None:
        one, other = (by_id[number] for number in pair)
        looks = self._pairs[pair]
        looks.append(np.stack([look_of(plane, one), look_of(plane, other)]))
        if len(looks) < _APART_FRAMES:
            return
        del self._pairs[pair]
        if one.looks < _LEARNT or other.looks < _LEARNT:
            return
        now_one, now_other = np.mean(looks, axis=0)
        stay = _unlike(now_one, one.look) + _unlike(now_other, other.look)
        swap = _unlike(now_one, other.look) + _unlike(now_other, one.look)
        if swap < _SURER * stay:
            one.track_id, other.track_id = other.track_id, one.track_id
            one.look, other.look = other.look, one.look
            one.steady, other.steady = None, None


def look_of(plane: Plane, track: Track) -> Array:
    """Return the values (N,) of the plane at a track's landmarks."""
    height, width = plane.hw
    points = np.rint(track.marks.points_px[0])
    inside = np.minimum(np.maximum(points, 0), (width - 1, height - 1)).astype(np.intp)
    look: Array = plane.values[inside[:, 1], inside[:, 0]].astype(np.float32)
    return look


def _learn(plane: Plane, track: Track) -> None:
    new = look_of(plane, track)
    share = max(_NEW_SHARE, 1 / (track.looks + 1))
    track.look = new if track.look is None else track.look + np.float32(share) * (new - track.look)
    track.looks += 1


def _unlike(new: AnyArray, known: AnyArray | None) -> float:
    """Return the median difference of two looks."""
    return 0.0 if known is None else float(np.median(np.abs(new - known)))
