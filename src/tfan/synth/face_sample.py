"""One face crop for landmark training: a person, what is behind and before them, a camera."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth import params
from tfan.synth.cutout import SHARE, Cutout, cut_away, cut_mask, cut_out, draw_cutout
from tfan.synth.draw import draw_face
from tfan.synth.face import FaceRender, render_face
from tfan.synth.head import Head
from tfan.synth.sensor import SensorParams, apply_sensor, draw_sensor
from tfan.synth.texture import Floats, paint, smooth_noise

RENDER_PX = 256
SAMPLE_PX = 176
FACE_SHARE = 1 / 2.1  # of the picture's side, framing "crop"
FACE_SAMPLES_PX = (20.0, 200.0)  # detector pixels across a face


@dataclass(frozen=True, slots=True)
class Noise:
    """A smooth field: see `texture.smooth_noise`; cell in pixels."""

    seed: int
    cell_px: float
    stretch: float
    angle_deg: float
    celsius: float


@dataclass(frozen=True, slots=True)
class Blob:
    """An ellipse, box or bar, in shares of the picture's side."""

    kind: str
    centre: tuple[float, float]
    size: tuple[float, float]
    angle_deg: float
    celsius: float
    blur_px: float
    grain: Noise | None


@dataclass(frozen=True, slots=True)
class CropParams:
    """Everything random about one crop."""

    person: params.FaceParams
    background_celsius: float
    slope_celsius: tuple[float, float]
    background: tuple[Noise, ...]
    behind: tuple[Blob, ...]
    before: tuple[Blob, ...]
    sensor: SensorParams
    cutout: Cutout | None


@dataclass(frozen=True, slots=True, eq=False)
class FaceSample:
    """A finished crop: the picture a camera shows, its labels, and the degrees beneath.

    Attributes:
        image: (176, 176) uint8.
        render: labels in pixels of the image; `visible` also counts things in front.
        celsius: (256, 256) float32, before the sensor.
        params: the record it was made from.
    """

    image: npt.NDArray[np.uint8]
    render: FaceRender
    celsius: Floats
    params: CropParams


def draw_crop(rng: np.random.Generator) -> CropParams:
    """Draw everything random about one crop."""
    u = rng.uniform
    person = draw_face(rng, framing="crop")
    ambient, skin = person.heat.ambient_celsius, person.heat.skin_celsius
    background = [_noise(rng, RENDER_PX / 2, 1, 1.5), _noise(rng, RENDER_PX / 6, 1, 0.8)]
    if rng.random() < 0.35:
        background.append(_noise(rng, float(u(4, 20)), 4, 2.5))
    slope = [u(-4, 4) if rng.random() < 0.5 else 0.0, u(-5, 5) if rng.random() < 0.5 else 0.0]
    before = []
    if rng.random() < 0.18:
        before = [_occluder(rng, ambient, skin) for _ in range(rng.integers(1, 3))]
    cutout = draw_cutout(rng) if rng.random() < SHARE else None
    return CropParams(
        person=person,
        background_celsius=float(ambient + u(-3, 3)),
        slope_celsius=(float(slope[0]), float(slope[1])),
        background=tuple(background),
        behind=tuple(_thing(rng, ambient, skin) for _ in range(rng.poisson(1.3))),
        before=tuple(before),
        sensor=draw_sensor(
            rng, samples_px=(FACE_SAMPLES_PX[0] / FACE_SHARE, FACE_SAMPLES_PX[1] / FACE_SHARE)
        ),
        cutout=cutout,
    )


def _noise(rng: np.random.Generator, cell_px: float, stretch: float, top: float) -> Noise:
    return Noise(
        int(rng.integers(2**31)),
        cell_px,
        float(rng.uniform(1, stretch)),
        float(rng.uniform(0, 180)) if stretch > 1 else 0.0,
        float(rng.uniform(0, top)),
    )


def _thing(rng: np.random.Generator, ambient: float, skin: float) -> Blob:
    u = rng.uniform
    kind = str(rng.choice(["ellipse", "box", "bar"]))
    size = (u(0.015, 0.35), u(0.015, 0.35)) if kind != "bar" else (u(0.5, 2), u(0.004, 0.055))
    offset = u(-8, 10) if rng.random() < 0.7 else skin - ambient + u(-2, 2)
    return Blob(
        kind, (float(u(0, 1)), float(u(0, 1))), (float(size[0]), float(size[1])),
        float(u(0, 180)), float(ambient + offset), float(u(0.5, 6)), None,
    )  # fmt: skip


def _occluder(rng: np.random.Generator, ambient: float, skin: float) -> Blob:
    """A hand, phone, cup or scarf somewhere before the face."""
    u = rng.uniform
    angle, away = u(0, 2 * np.pi), u(0.16, 0.45)
    centre = (float(0.5 + np.cos(angle) * away), float(0.5 + np.sin(angle) * away))
    celsius = skin + u(-4, 1) if rng.random() < 0.5 else ambient + u(-2, 6)
    size = (float(u(0.04, 0.2)), float(u(0.05, 0.24)))
    grain = _noise(rng, float(u(8, 40)), 1, 0.8)
    kind = str(rng.choice(["ellipse", "box"]))
    return Blob(kind, centre, size, float(u(0, 180)), float(celsius), 0.7, grain)


def render_crop(head: Head, params: CropParams) -> FaceSample:
    """Render a record; the same record gives the same picture."""
    render = render_face(head, params.person, side_px=RENDER_PX)
    scene = _background(params)
    scene = np.where(render.coverage > 0, render.celsius, scene).astype(np.float32)
    hidden = np.zeros_like(scene)
    for blob in params.before:
        mask = _stamp(scene, blob)
        hidden = np.maximum(hidden, mask)
    image = apply_sensor(
        scene, params.sensor,
        skin_celsius=render.skin_celsius, out_hw=(SAMPLE_PX, SAMPLE_PX),
    )  # fmt: skip
    if params.cutout:
        kept = cut_mask(render, params.cutout)
        image = cut_out(image, kept, params.cutout.level)
        hidden = np.maximum(hidden, cut_away(kept))
    return FaceSample(image, _to_sample_px(render, hidden), scene, params)


def _background(params: CropParams) -> Floats:
    side = RENDER_PX
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    scene = params.background_celsius + x * params.slope_celsius[0] + y * params.slope_celsius[1]
    for term in params.background:
        scene += _field(term, side)
    for blob in params.behind:
        _stamp(scene, blob)
    return np.asarray(scene, np.float32)


def _field(term: Noise, side: int) -> Floats:
    noise = smooth_noise(
        term.seed, (side, side), term.cell_px, stretch=term.stretch, angle_deg=term.angle_deg
    )
    return noise * np.float32(term.celsius)


def _stamp(scene: Floats, blob: Blob) -> Floats:
    """Paint a blob into the scene and return its mask."""
    side = scene.shape[0]
    mask = np.zeros_like(scene)
    centre = (blob.centre[0] * side, blob.centre[1] * side)
    half = (blob.size[0] * side, blob.size[1] * side)
    if blob.kind == "ellipse":
        axes = (max(1, round(half[0])), max(1, round(half[1])))
        middle = (round(centre[0]), round(centre[1]))
        cv2.ellipse(mask, middle, axes, blob.angle_deg, 0, 360, 1, -1)
    else:
        corners = cv2.boxPoints((centre, (2 * half[0], max(2.0, 2 * half[1])), blob.angle_deg))
        cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    value: npt.ArrayLike = blob.celsius
    if blob.grain:
        value = blob.celsius + _field(blob.grain, side)
    paint(scene, mask, value, blur_px=blob.blur_px)
    return mask


def _to_sample_px(render: FaceRender, hidden: Floats) -> FaceRender:
    """Return the labels in pixels of the 176 px picture; what an occluder covers is hidden."""
    zoom = SAMPLE_PX / RENDER_PX

    def shift(px: Floats) -> Floats:
        return np.asarray((px + 0.5) * zoom - 0.5, np.float32)

    at = np.clip(np.rint(render.points_px), 0, RENDER_PX - 1).astype(int)
    seen = render.visible & (hidden[at[:, 1], at[:, 0]] < 0.5)
    return replace(
        render,
        points_px=shift(render.points_px),
        visible=seen,
        jaw_contour_px=shift(render.jaw_contour_px),
        box_px=shift(render.box_px.reshape(2, 2)).ravel(),
        five_px=shift(render.five_px),
    )


def render_sample(head: Head, rng: np.random.Generator) -> FaceSample:
    """Draw and render one crop."""
    return render_crop(head, draw_crop(rng))
