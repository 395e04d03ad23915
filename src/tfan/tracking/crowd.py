"""All people who are followed: looked for, matched with what the detector finds, let go."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tfan.geometry.boxes import overlaps
from tfan.models.detector import Detections
from tfan.pipeline import Pipeline
from tfan.thermal.plane import Plane
from tfan.tracking.assign import assign, pair_costs
from tfan.tracking.look import look_again, look_into, without_doubles
from tfan.tracking.meetings import Meetings
from tfan.tracking.settings import TrackSettings
from tfan.tracking.sighting import Sighting
from tfan.tracking.track import TENTATIVE, Track, five
from tfan.types import AnyArray

_RELOOK_S = 0.5  # so long a lost face is looked for where it was going
_MAX_SURPRISE = 0.5  # sizes of the face by which it may be off between frames
_REACH, _REACH_PER_S, _MAX_REACH = 0.4, 5.0, 2.0  # sizes; who walks by makes 5 to 7 a second
_DOUBLE = 0.45  # overlap from which two tracks see the same face
_NEAR = 0.1  # overlap from which two people may be mixed up
_HITS, _HITS_SURE = 3, 0.3  # frames and mean confidence in which there is surely somebody
_SURE, _SURE_SCORE = 0.6, 0.92  # mean confidence and score that make a person in one frame
_LEAST_SURE = 0.2  # mean confidence below which landmarks do not lead from frame to frame
_BACK_SHARE = 0.5  # of a lost face's usual sureness, from which it is found again
_SHUTTER_S = 0.25  # a picture that stands still for less was stored twice
_DOUBTFUL = 0.75  # of its usual confidence: below, a track asks for the detector


@dataclass(slots=True, eq=False)
class Crowd:
    """The tracks of one recording.

    Attributes:
        pipeline: the networks.
        settings: of the tracker.
        tracks: everybody who is seen, or was a moment ago.
        last_id: number that was given last.
        last_serial: of the track that was begun last.
    """

    pipeline: Pipeline
    settings: TrackSettings
    tracks: list[Track] = field(default_factory=list)
    last_id: int = 0
    last_serial: int = 0
    _meetings: Meetings = field(default_factory=Meetings)
    _since_detector: int = 0
    _detected_s: float = 0.0
    _last_s: float = 0.0
    _still_s: float = 0.0

    def look(self, plane: Plane, now: float) -> bool:
        """Bring all tracks up to a frame; return whether the detector ran."""
        self._still_s = 0.0
        self._let_go(now)
        self._follow(plane, now)
        self._since_detector += 1
        asked = self._asks_for_detector(now)
        if asked:
            self._detect(plane, now)
            self._since_detector, self._detected_s = 0, now
        for track in self.tracks:
            if track.track_id == TENTATIVE and _is_person(track, self.pipeline.min_score):
                self.last_id += 1
                track.track_id = self.last_id
        self._meetings(plane, self.tracks, now)
        return asked

    def wait(self, seconds: float) -> None:
        """Let time pass in which the picture stood still: behind a shutter nobody can be seen."""
        before, self._still_s = self._still_s, self._still_s + seconds
        if self._still_s < _SHUTTER_S:
            return
        seconds = self._still_s if before < _SHUTTER_S else seconds
        self._last_s += seconds
        for track in self.tracks:
            track.waited_s += seconds

    def _let_go(self, now: float) -> None:
        """Drop those unseen for too long; those seen only once are no people yet."""
        keep, patience = self.settings.keep_s, 1.5 * (now - self._last_s)
        self._last_s = now
        self.tracks = [
            track
            for track in self.tracks
            if now - track.seen_s - track.waited_s
            <= (keep if track.track_id != TENTATIVE else patience)
        ]

    def _follow(self, plane: Plane, now: float) -> None:
        tracks = [track for track in self.tracks if now - track.seen_s <= _RELOOK_S]
        seen = look_again(self.pipeline, plane, tracks, now)
        least = self.settings.stay_share * self.pipeline.min_score
        good = [
            (track, sighting)
            for track, sighting in zip(tracks, seen, strict=True)
            if sighting.score >= least
            and _leads(self.pipeline, sighting)
            and track.surprise(sighting, now) <= _MAX_SURPRISE
        ]
        for track, sighting in _without_taken(good, now):
            track.see(sighting, now)

    def _asks_for_detector(self, now: float) -> bool:
        people = [track for track in self.tracks if track.track_id != TENTATIVE]
        since_s = now - self._detected_s
        if not people or self.settings.is_due(self._since_detector, since_s):
            return True
        if any(track.seen_s < now or _doubtful(track) for track in self.tracks):
            return True
        if len(people) == 1:
            return False
        boxes = np.stack([track.box_px for track in people])
        return bool((np.triu(overlaps(boxes, boxes), 1) > _NEAR).any())

    def _detect(self, plane: Plane, now: float) -> None:
        found = self.pipeline.detector(plane)
        pairs = dict(self._matched(found, now))
        for row, track in enumerate(self.tracks):
            if track.seen_s == now:
                score = float(found.scores[pairs[row]]) if row in pairs else None
                track.hear(score)
        lost = {
            column: self.tracks[row]
            for row, column in pairs.items()
            if self.tracks[row].seen_s < now
        }
        unknown = self._unknown(found, set(pairs.values()), now)
        rows = [*lost, *unknown]
        sightings = look_into(self.pipeline, plane, found, rows)
        self._take_in(sightings, [lost.get(column) for column in rows], now)

    def _matched(self, found: Detections, now: float) -> list[tuple[int, int]]:
        """Return pairs of a track and a box of the detector."""
        if not self.tracks:
            return []
        places = [track.expected(now) for track in self.tracks]  # where seen now: where it is
        gaps = np.array([now - track.seen_s for track in self.tracks])
        reach = np.minimum(_REACH + _REACH_PER_S * gaps, _MAX_REACH)
        boxes = np.stack([box for _, box in places])
        fives = np.stack([five(points) for points, _ in places])
        costs = pair_costs(boxes, fives, found.boxes_px, found.five_px, reach)
        return assign(costs)

    def _unknown(self, found: Detections, taken: set[int], now: float) -> list[int]:
        """Return the boxes that hold nobody who is known."""
        rows = [i for i in range(len(found.scores)) if i not in taken]
        boxes = [track.box_px for track in self.tracks if track.seen_s == now]
        if rows and boxes:
            near = overlaps(found.boxes_px[rows], np.stack(boxes)).max(axis=1)
            rows = [row for row, share in zip(rows, near, strict=True) if share < _DOUBLE]
        return rows

    def _take_in(self, sightings: list[Sighting], tracks: list[Track | None], now: float) -> None:
        """Go on with lost tracks, and begin new ones."""
        here = [track.box_px for track in self.tracks if track.seen_s == now]
        least = self.pipeline.min_score
        kept = without_doubles(sightings)
        for i in kept:
            sighting, track = sightings[i], _owner(i, sightings, tracks, kept)
            if sighting.score < least or not _leads(self.pipeline, sighting):
                continue
            if track is not None and sighting.sureness < _BACK_SHARE * track.usual:
                continue  # a belly where the face was: who comes back is seen better soon
            if here and overlaps(sighting.box_px[None], np.stack(here)).max() > _DOUBLE:
                continue
            here.append(sighting.box_px)
            if track is not None:
                track.see(sighting, now)
                track.hear(sighting.detector_score)
            elif len(self.tracks) < self.settings.max_faces:
                self.last_serial += 1
                self.tracks.append(
                    Track(sighting, now, sighting.detector_score, serial=self.last_serial)
                )


def _owner(
    i: int, sightings: list[Sighting], tracks: list[Track | None], kept: list[int]
) -> Track | None:
    """Return the lost track to which a kept sighting, or one that it doubles, belongs."""
    doubles = [j for j in range(len(sightings)) if tracks[j] is not None and j not in kept]
    if tracks[i] is not None or not doubles:
        return tracks[i]
    shares = overlaps(sightings[i].box_px[None], np.stack([sightings[j].box_px for j in doubles]))
    best = int(shares[0].argmax())
    return tracks[doubles[best]] if shares[0, best] > _DOUBLE else None


def _doubtful(track: Track) -> bool:
    tentative = track.track_id == TENTATIVE
    return tentative or track.sureness < _DOUBTFUL * track.usual


def _is_person(track: Track, min_score: float) -> bool:
    score = track.last.score
    at_once = track.sureness >= _SURE and score >= _SURE_SCORE
    often = track.hits >= _HITS and score >= min_score and track.sureness >= _HITS_SURE
    return at_once or often


def _leads(pipeline: Pipeline, sighting: Sighting) -> bool:
    """Whether landmarks say enough to lead to the next frame."""
    there = float(sighting.marks.presence[0]) >= pipeline.min_presence
    return there and sighting.sureness >= _LEAST_SURE


def _without_taken(seen: list[tuple[Track, Sighting]], now: float) -> list[tuple[Track, Sighting]]:
    """Return the sightings without those of a face that another track expected rather.

    Where two people cross, the hidden one's track sees the face in front.
    """
    if len(seen) < 2:
        return seen
    # who was seen in the last frame goes first: the unseen only guess where they are
    order = sorted(seen, key=lambda pair: (-pair[0].seen_s, pair[0].surprise(pair[1], now)))
    kept: list[tuple[Track, Sighting]] = []
    for track, sighting in order:
        boxes: AnyArray = np.array([each.box_px for _, each in kept]).reshape(-1, 4)
        if len(boxes) and overlaps(sighting.box_px[None], boxes).max() > _DOUBLE:
            continue
        kept.append((track, sighting))
    return kept
