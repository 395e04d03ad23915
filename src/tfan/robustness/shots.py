"""One picture of the suite as a record, and its rendering: degrees, truth, what a camera shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from tfan.geometry.coordinates import to_centre_px, to_image_px
from tfan.robustness.scenes import Occluder, cover, place, squeeze
from tfan.synth.annotate import Marks
from tfan.synth.backdrop import Backdrop, paint_backdrop
from tfan.synth.draw import FRAMINGS
from tfan.synth.face import FaceRender, bare_head, render_face
from tfan.synth.head import Head
from tfan.synth.params import FaceParams, Pair
from tfan.synth.pose import Stance
from tfan.synth.sensor import SensorParams, apply_sensor, sense
from tfan.thermal.palettes import load_palettes
from tfan.types import AnyArray, Array

Picture = npt.NDArray[np.uint8]

ASPECT = 3 / 4  # height over width of every frame
FRAMING = FRAMINGS["far"]
GREY, CELSIUS, CENTIKELVIN = "grey", "celsius", "centikelvin"
_ZERO_CELSIUS = 273.15


@dataclass(frozen=True, slots=True)
class Shot:
    """Everything about one picture; all chance is in it.

    Attributes:
        person: who, in which pose, wearing what.
        backdrop: what is behind; its own size is stretched to the frame's.
        side_px: side of the square in which the person is rendered.
        frame_px: width of the scene before the camera samples it.
        px_per_cm: size of things at the face, in pixels of that scene.
        place: centre of the face, as shares of the frame's width and height.
        occluder: what is before the face, or None.
        range_celsius: 1st to 99th percentile of the scene are brought to this, or None.
        sensor: the camera.
        values: "grey", "celsius", "centikelvin", or a palette that `tfan.thermal` knows.
    """

    person: FaceParams
    backdrop: Backdrop
    side_px: int
    frame_px: int
    px_per_cm: float
    place: Pair
    occluder: Occluder | None
    range_celsius: float | None
    sensor: SensorParams
    values: str = GREY


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A picture and the truth in it, counted from pixel centres.

    Attributes:
        image: (H, W) uint8, uint16 or float32, or (H, W, 3) uint8 red, green, blue.
        points_px: (548, 2) landmarks.
        box_px: (4,) hairline to chin.
        five_px: (5, 2) eyes, nose tip, mouth corners.
    """

    image: AnyArray
    points_px: Array
    box_px: Array
    five_px: Array


@dataclass(frozen=True, slots=True)
class FaceSize:
    """Square root of width times height in centimetres: of the landmarks' hull, of the box."""

    hull_cm: float
    box_cm: float


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """(H, W) degrees of a person before a backdrop, and where the face lies in it."""

    celsius: Array
    points_px: Array
    corners_px: Array


@dataclass(frozen=True, slots=True, eq=False)
class Darkroom:
    """Renders shots and keeps what several shots of one person have in common.

    Attributes:
        head: the morphable head.
    """

    head: Head
    _people: dict[tuple[FaceParams, int], FaceRender] = field(default_factory=dict)
    _scenes: dict[tuple[object, ...], _Scene] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop what was kept; to be called before the next person."""
        self._people.clear()
        self._scenes.clear()

    def take(self, shot: Shot) -> Taken:
        """Return the picture of a shot; the same shot gives the same picture."""
        scene = self._scene(shot)
        celsius = scene.celsius
        if shot.occluder is not None:
            celsius = cover(celsius, scene.points_px, shot.occluder)
        if shot.range_celsius is not None:
            celsius = squeeze(celsius, shot.range_celsius)
        image = _show(celsius, shot)
        zoom = np.float32(image.shape[1] / celsius.shape[1])
        points = to_centre_px(to_image_px(scene.points_px) * zoom)
        corners = to_centre_px(to_image_px(scene.corners_px) * zoom)
        return Taken(image, points, corners[:2].ravel(), corners[2:])

    def _scene(self, shot: Shot) -> _Scene:
        key = (
            shot.person, shot.backdrop, shot.side_px, shot.frame_px, shot.px_per_cm, shot.place,
        )  # fmt: skip
        if key not in self._scenes:
            self._scenes[key] = self._compose(shot)
        return self._scenes[key]

    def _compose(self, shot: Shot) -> _Scene:
        size = (shot.frame_px, round(shot.frame_px * ASPECT))
        backdrop: AnyArray = paint_backdrop(shot.backdrop)
        if backdrop.shape != size[::-1]:
            backdrop = cv2.resize(backdrop, size, interpolation=cv2.INTER_LINEAR)
        render = self._render(shot.person, shot.side_px)
        rendered_per_cm = shot.side_px / (
            face_size(self.head, shot.person).hull_cm * FRAMING.side_per_face
        )
        corners = np.concatenate([render.box_px.reshape(2, 2), render.five_px])
        middle = to_image_px(corners[:2].mean(axis=0))
        zoom = shot.px_per_cm / rendered_per_cm
        shift = np.multiply(shot.place, size) - middle * zoom  # in image coordinates
        layers = (render.celsius, render.coverage)
        celsius = place(backdrop.astype(np.float32), layers, zoom=zoom, shift_px=shift)

        def move(px: Array) -> Array:
            return to_centre_px(to_image_px(px) * zoom + shift)

        return _Scene(celsius, move(render.points_px), move(corners))

    def _render(self, person: FaceParams, side_px: int) -> FaceRender:
        key = (person, side_px)
        if key not in self._people:
            self._people[key] = render_face(self.head, person, side_px=side_px)
        return self._people[key]


def face_size(head: Head, person: FaceParams) -> FaceSize:
    """Return how large a person's face is as the camera sees it, in centimetres at the face."""
    bare = bare_head(head, person.shape)
    marks = Marks.of(head, person, Stance.of(person.pose).bend(bare))
    hull = np.ptp(marks.points, axis=0)
    box = np.ptp(marks.corners, axis=0)
    return FaceSize(float(np.sqrt(hull.prod())), float(np.sqrt(box.prod())))


def _show(celsius: Array, shot: Shot) -> AnyArray:
    """Return the picture, as large as the camera's detector."""
    skin = shot.person.heat.skin_celsius
    if shot.values in (CELSIUS, CENTIKELVIN):
        raw = sense(celsius, shot.sensor)
        return raw if shot.values == CELSIUS else _centikelvin(raw)
    share = min(1.0, shot.sensor.samples_px / celsius.shape[1])
    out_hw = (round(celsius.shape[0] * share), round(celsius.shape[1] * share))
    if shot.values == GREY:
        return apply_sensor(celsius, shot.sensor, skin_celsius=skin, out_hw=out_hw)
    plain = replace(shot.sensor, jpeg=None)  # what is stored is the coloured picture
    levels = apply_sensor(celsius, plain, skin_celsius=skin, out_hw=out_hw)
    table = np.rint(load_palettes()[shot.values]).astype(np.uint8)
    return _stored(table[levels], shot.sensor.jpeg)


def _stored(rgb: Picture, quality: int | None) -> Picture:
    if quality is None:
        return rgb
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, stream = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), options)
    bgr: AnyArray = np.asarray(cv2.imdecode(stream, cv2.IMREAD_COLOR), np.uint8)
    return bgr[..., ::-1]


def _centikelvin(celsius: Array) -> npt.NDArray[np.uint16]:
    counts: AnyArray = np.rint((celsius + _ZERO_CELSIUS) * 100).clip(0, 65535).astype(np.uint16)
    return counts
