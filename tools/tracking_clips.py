"""Clips with truth for `measure_tracking.py`: people who move, turn, cross, leave and return.

Truth is exact and chance is fixed. Cameras have 320 x 240 pixels, 0.05 degC of noise and about 30
frames a second at uneven times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from tfan.geometry.coordinates import to_image_px
from tfan.landmarks.schemes import NETWORK_SCHEMES
from tfan.robustness.scenes import place
from tfan.robustness.subjects import Subject, draw_subject
from tfan.synth.backdrop import paint_backdrop
from tfan.synth.face import FaceRender, render_face
from tfan.synth.head import Head
from tfan.synth.params import Pose
from tfan.synth.sensor import sense
from tfan.types import AnyArray, Array

FRAME_HW = (240, 320)
FINE = 2  # scenes are composed that much finer than the camera samples them
SIDE_PX = 480
RATE_HZ = 30.0
SEED = 11
ROWS = NETWORK_SCHEMES["mediapipe478"]


@dataclass(frozen=True)
class Place:
    """Where somebody is: middle of the face in frame pixels, sqrt(box) in pixels, yaw, pitch."""

    x: float
    y: float
    size: float = 80.0
    yaw: float | None = None
    pitch: float = 0.0


Path = Callable[[float], Place | None]


@dataclass(frozen=True)
class Actor:
    """One person of a clip: number of the suite's subject, and where at each time."""

    subject: int
    path: Path


@dataclass(frozen=True)
class Clip:
    """A clip as a plan; later actors stand before earlier ones.

    Attributes:
        scene: time -> number of the backdrop; another one is a cut.
        offset: time -> degrees that are added to everything (a NUC).
        frozen: time -> whether the shutter is closed and the last frame comes again.
    """

    name: str
    seconds: float
    actors: tuple[Actor, ...]
    scene: Callable[[float], int] = lambda _: 0
    offset: Callable[[float], float] = lambda _: 0.0
    frozen: Callable[[float], bool] = lambda _: False


@dataclass(frozen=True)
class Truth:
    """One person in one frame: hull points (478, 2) in image coordinates, share that is seen."""

    person: int
    points_px: Array
    seen: float


@dataclass(frozen=True)
class Shown:
    """One frame: degrees, time, truth, whether it repeats the last."""

    celsius: Array
    time_s: float
    truth: list[Truth]
    frozen: bool


def swing(middle: float, reach: float, period_s: float) -> Callable[[float], float]:
    return lambda t: middle + reach * float(np.sin(2 * np.pi * t / period_s))


def clips() -> list[Clip]:
    x, slow, yaw, pitch = swing(160, 60, 3), swing(120, 25, 2), swing(0, 50, 4), swing(0, 25, 3)
    far = swing(100, 45, 6)
    return [
        Clip("rest", 6, (Actor(0, lambda _: Place(158.3, 118.7)),)),
        Clip("rest, 40 px", 6, (Actor(1, lambda _: Place(158.3, 118.7, 40)),)),
        Clip("moving", 6, (Actor(2, lambda t: Place(x(t), slow(t))),)),
        Clip("running", 6, (Actor(3, lambda t: Place(swing(160, 90, 1.5)(t), 120, 60)),)),
        Clip("turning", 8, (Actor(4, lambda t: Place(160, 120, 80, yaw(t), pitch(t))),)),
        Clip("coming near", 6, (Actor(5, lambda t: Place(150, 125, far(t))),)),
        Clip("two side by side", 6, (
            Actor(0, lambda t: Place(90, slow(t), 60)), Actor(1, lambda _: Place(230, 120, 75)))),
        Clip("crossing, other depth", 6, (
            Actor(2, lambda t: Place(40 + 40 * t, 105, 52)),
            Actor(3, lambda t: Place(280 - 40 * t, 130, 78)))),
        Clip("crossing, same depth", 6, (
            Actor(4, lambda t: Place(40 + 40 * t, 118, 66)),
            Actor(5, lambda t: Place(280 - 40 * t, 122, 66)))),
        Clip("meeting and parting", 6, (
            Actor(0, lambda t: Place(110 - swing(0, 55, 6)(t + 1.5), 118, 62)),
            Actor(1, lambda t: Place(210 + swing(0, 55, 6)(t + 1.5), 122, 66)))),
        Clip("hidden for 0.7 s", 5, (
            Actor(2, lambda t: None if 2 < t < 2.7 else Place(160, 120)),)),
        Clip("leaving, back after 1.2 s", 6, (
            Actor(3, lambda t: Place(_out_and_in(t, 1.2), 120, 70)),)),
        Clip("leaving, back after 4 s", 9, (
            Actor(4, lambda t: Place(_out_and_in(t, 4), 120, 70)),)),
        Clip("cuts", 6, (
            Actor(0, lambda t: Place(120, 120, 80) if not 2 < t < 4 else None),
            Actor(1, lambda t: Place(200, 115, 60) if 2 < t < 4 else None)),
            scene=lambda t: int(2 < t < 4)),
        Clip("shutter, then 0.8 degC warmer", 5, (Actor(5, lambda t: Place(x(t), 120)),),
             offset=lambda t: 0.8 * (t > 2.5), frozen=lambda t: 2 < t <= 2.5),
        Clip("nobody", 5, ()),
    ]  # fmt: skip


def _out_and_in(t: float, away_s: float) -> float:
    """Return x: to the right and out of the frame at 2 s, back again after a while."""
    speed, gone = 130.0, 370.0
    if t < 2 + away_s / 2:
        return 160 + min(max(t - 0.5, 0) * speed, gone - 160)
    return 160 + min(max(3.5 + away_s - t, 0) * speed, gone - 160)


class Studio:
    """Renders clips; keeps people in the poses that they keep."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._renders: dict[tuple[int, float | None, float], FaceRender] = {}
        self._subjects: dict[int, Subject] = {}
        self._grounds: dict[int, Array] = {}

    def show(self, clip: Clip) -> Iterator[Shown]:
        rng = np.random.default_rng(SEED)
        last: Array | None = None
        for number in range(round(clip.seconds * RATE_HZ)):
            t = number / RATE_HZ + float(rng.uniform(-0.2, 0.2)) / RATE_HZ
            celsius, truth = self._compose(clip, t)
            camera = replace(self._subject(0).shot.sensor, seed=int(rng.integers(2**31)))
            shown = sense(celsius, replace(camera, samples_px=FRAME_HW[1]))
            shown = (shown + np.float32(clip.offset(t))).astype(np.float32)
            frozen = clip.frozen(t) and last is not None
            last = last if frozen and last is not None else shown
            yield Shown(last, t, truth, frozen)

    def _subject(self, number: int) -> Subject:
        if number not in self._subjects:
            self._subjects[number] = draw_subject(self.head, number, seed=SEED)
        return self._subjects[number]

    def _ground(self, number: int) -> Array:
        if number not in self._grounds:
            painted = paint_backdrop(self._subject(20 + number).shot.backdrop)
            size = (FRAME_HW[1] * FINE, FRAME_HW[0] * FINE)
            ground = cv2.resize(painted, size, interpolation=cv2.INTER_LINEAR)
            self._grounds[number] = ground.astype(np.float32)
        return self._grounds[number]

    def _render(self, number: int, at: Place) -> FaceRender:
        key = (number, at.yaw, at.pitch)
        if key not in self._renders:
            if at.yaw is not None:
                self._renders = {k: v for k, v in self._renders.items() if k[1] is None}
            person = self._subject(number).shot.person
            if at.yaw is not None:
                pose = Pose((at.yaw, at.pitch, 0.0), (0.5 * at.yaw, 0.0, 0.0))
                person = replace(person, pose=pose)
            self._renders[key] = render_face(self.head, person, side_px=SIDE_PX)
        return self._renders[key]

    def _compose(self, clip: Clip, t: float) -> tuple[Array, list[Truth]]:
        celsius = self._ground(clip.scene(t))
        truth: list[Truth] = []
        for number, actor in enumerate(clip.actors):
            at = actor.path(t)
            if at is None:
                continue
            render = self._render(actor.subject, at)
            box = to_image_px(render.box_px.reshape(2, 2))
            zoom = at.size * FINE / float(np.sqrt(np.prod(box[1] - box[0])))
            shift = np.array([at.x, at.y]) * FINE - box.mean(axis=0) * zoom
            layers = (render.celsius, render.coverage)
            celsius = place(celsius, layers, zoom=zoom, shift_px=shift)
            points = (to_image_px(render.points_px[ROWS]) * zoom + shift) / FINE
            truth = [_behind(other, points) for other in truth]
            truth.append(Truth(number, points.astype(np.float32), _inside(points)))
        return celsius, truth


def _inside(points: AnyArray) -> float:
    height, width = FRAME_HW
    x, y = points.T
    return float(((x >= 0) & (y >= 0) & (x < width) & (y < height)).mean())


def _behind(other: Truth, points: AnyArray) -> Truth:
    """Return somebody of whom a face in front, about its hull's ellipse, hides a part."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    half = np.ptp(points, axis=0) / 2 * 1.15
    hidden = (((other.points_px - middle) / half) ** 2).sum(axis=1) < 1
    return replace(other, seen=min(other.seen, float((~hidden).mean())))
