"""One pair of images rendered: the record in; colour, parts, degrees and points out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.annotate import Marks
from tfan.synth.draw import Framing
from tfan.synth.face import View
from tfan.synth.head import Floats, Head
from tfan.synth.landmark_rows import N_MEDIAPIPE
from tfan.synth.texture import smooth_noise
from tfan.synth.tfake.colour import colour_image, stamp
from tfan.synth.tfake.mesh import RENDER_PX, Drawn, draw_mesh, person_mesh, posed_marks
from tfan.synth.tfake.parts import numbers
from tfan.synth.tfake.record import Background, PairParams, Place

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One person in colour and in heat, S x S pixels.

    Positions count from the outer corner of the top left pixel (docs/decisions/0005).

    Attributes:
        rgb: (S, S, 3) colour.
        parts: (S, S) class numbers (`thermal.segments`).
        celsius: (S, S) degrees Celsius with the camera's blur and noise.
        points_px: (70, 2) iBUG's 68 and the pupils, hidden ones too.
        dense: (478, 3) MediaPipe's points: x and y as shares of the side, z (smaller is nearer
            than the face's middle) in the same measure.
        jaw_contour_px: (17, 2) the jaw as outline.
        box_px: (4,) hairline to chin.
        pose_deg: (3,) yaw, pitch, roll.
    """

    rgb: Bytes
    parts: Bytes
    celsius: Floats
    points_px: Floats
    dense: Floats
    jaw_contour_px: Floats
    box_px: Floats
    pose_deg: Floats


def render_pair(head: Head, params: PairParams, *, side_px: int = RENDER_PX) -> Pair:
    """Render a record; the same record gives the same pair, at any size the same view.

    Args:
        head: the morphable head.
        params: the record.
        side_px: height and width of the images, up to 512.
    """
    bare, stance, marks = posed_marks(head, params)
    view = _view(marks.points, params.place)
    mesh = person_mesh(head, params, bare, stance)
    seen = draw_mesh(mesh, params, marks.centre, view, lens=True)
    through = seen
    if params.person.glasses:
        through = draw_mesh(mesh, params, marks.centre, view, lens=False)
    parts = np.zeros((RENDER_PX, RENDER_PX), np.uint8)
    parts[seen.there] = numbers(seen.fields)
    at = _sampled(side_px)
    points = (view.apply(marks.points) + 0.5) * np.float32(side_px / RENDER_PX)
    return Pair(
        rgb=np.asarray(_shrunk(colour_image(seen, through, params), side_px), np.uint8),
        parts=np.ascontiguousarray(parts[at][:, at]),
        celsius=_shrunk(_degrees(seen, params), side_px),
        points_px=points[N_MEDIAPIPE:],
        dense=_dense(points / np.float32(side_px), marks, view),
        jaw_contour_px=(view.apply(marks.jaw) + 0.5) * np.float32(side_px / RENDER_PX),
        box_px=((view.apply(marks.corners) + 0.5) * np.float32(side_px / RENDER_PX)).ravel(),
        pose_deg=np.array(params.person.pose.head_deg, np.float32),
    )


def _view(points: Floats, place: Place) -> View:
    """Return the view in which the face's hull stands as the record says."""
    view = View.of(points, Framing("pair", place.side_per_face, place.centre[1]), RENDER_PX)
    across = (place.centre[0] - 0.5) * RENDER_PX
    return View(view.scale, view.shift_x + across, view.shift_y)


def _dense(points: Floats, marks: Marks, view: View) -> Floats:
    depth_cm = marks.depth_cm[:N_MEDIAPIPE]
    z = (depth_cm - depth_cm.mean()) * np.float32(view.scale / RENDER_PX)
    return np.concatenate([points[:N_MEDIAPIPE], z[:, None]], 1).astype(np.float32)


def _degrees(seen: Drawn, params: PairParams) -> Floats:
    """Return (S, S) degrees as a thermal camera sees them."""
    warmth = params.warmth
    scene = _background_degrees(params.background, warmth.segment_celsius[0])
    scene[seen.there] = seen.channel("celsius")
    blurred = cv2.GaussianBlur(scene, (0, 0), warmth.blur_px)
    noise = np.random.default_rng(params.seed).standard_normal(blurred.shape, np.float32)
    return np.asarray(blurred + np.float32(warmth.netd_celsius) * noise, np.float32)


def _background_degrees(background: Background, celsius: float) -> Floats:
    image = np.full((RENDER_PX, RENDER_PX), celsius, np.float32)
    for thing in background.things:
        mask = stamp(thing.kind, thing.centre, thing.size, thing.angle_deg)
        image += mask * (np.float32(thing.celsius) - image)
    seed, cell, degrees = background.warmth_unrest
    image += np.float32(degrees) * smooth_noise(seed, image.shape, cell * RENDER_PX)
    return image


def _sampled(side_px: int) -> npt.NDArray[np.intp]:
    """Return (S,) the rendered pixel that holds the centre of each pixel."""
    centres = (np.arange(side_px) + 0.5) * RENDER_PX / side_px
    return centres.astype(np.intp)


def _shrunk(image: npt.NDArray[np.float32] | Bytes, side_px: int) -> Floats:
    if side_px == RENDER_PX:
        return np.asarray(image)
    return np.asarray(cv2.resize(image, (side_px, side_px), interpolation=cv2.INTER_AREA))
