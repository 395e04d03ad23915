"""One person rendered: the record in, degrees Celsius and every label out. No chance in here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.synth.anatomy import anatomy
from tfan.synth.annotate import Marks
from tfan.synth.draw import FRAMINGS, Framing
from tfan.synth.head import Floats, Head, Ints
from tfan.synth.heat import CLOTH, HAIR, MASK, Surface, dress
from tfan.synth.landmark_rows import FIVE_ROWS, N_MEDIAPIPE
from tfan.synth.moves import moved
from tfan.synth.params import FaceParams, Shape
from tfan.synth.pose import Stance, facing, project, to_camera
from tfan.synth.raster import rasterise, vertex_normals
from tfan.synth.texture import smooth_noise
from tfan.synth.wear import worn

HIDDEN_BEHIND_CM = 0.9  # a point this far behind what is drawn there is hidden


@dataclass(frozen=True, slots=True, eq=False)
class FaceRender:
    """A person as sharp optics would image them, S x S pixels.

    Attributes:
        celsius: (S, S) degrees Celsius where the person is, 0 elsewhere.
        coverage: (S, S) 1 where the person is.
        material: (S, S) what is seen there: 0 skin, 1 hair, 2 cloth, 2.5 mask, 3 glasses.
        points_px: (548, 2) landmarks.
        visible: (548,) False where the head itself, hair, glasses or a mask hides the point.
        jaw_contour_px: (17, 2) the jaw as the visible outline instead of 3-D points.
        box_px: (4,) face from hairline to chin.
        five_px: (5, 2) eyes, nose tip, mouth corners.
        pose_deg: (3,) yaw, pitch, roll.
        ambient_celsius, skin_celsius: air, and base of the skin.
    """

    celsius: Floats
    coverage: Floats
    material: Floats
    points_px: Floats
    visible: npt.NDArray[np.bool_]
    jaw_contour_px: Floats
    box_px: Floats
    five_px: Floats
    pose_deg: Floats
    ambient_celsius: float
    skin_celsius: float


def render_face(head: Head, person: FaceParams, *, side_px: int) -> FaceRender:
    """Render a record.

    Args:
        head: the morphable head.
        person: everything random about the person.
        side_px: height and width of the image.
    """
    bare = bare_head(head, person.shape)
    surface = dress(person, anatomy(head))
    stance = Stance.of(person.pose)
    marks = Marks.of(head, person, stance.bend(bare))
    view = View.of(marks.points, FRAMINGS[person.framing], side_px)
    mesh = _Mesh.of(head, person, bare, surface, stance)
    celsius, material, z = _draw(mesh, person, marks.centre, view, side_px)
    points_px = view.apply(marks.points)
    return FaceRender(
        celsius=celsius,
        coverage=np.isfinite(z).astype(np.float32),
        material=material,
        points_px=points_px,
        visible=_seen(points_px, marks.depth_cm, z, surface, head),
        jaw_contour_px=view.apply(marks.jaw),
        box_px=view.apply(marks.corners).ravel(),
        five_px=points_px[list(FIVE_ROWS)],
        pose_deg=np.array(person.pose.head_deg, np.float32),
        ambient_celsius=person.heat.ambient_celsius,
        skin_celsius=person.heat.skin_celsius,
    )


def bare_head(head: Head, shape: Shape) -> Floats:
    """Return (V, 3) vertices of a person's head before it turns, in centimetres."""
    bare = head.shaped(np.array(shape.identity, np.float32), np.array(shape.expression, np.float32))
    return np.asarray(moved(bare, head, shape.moves) * np.array(shape.stretch, np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class _Mesh:
    """Head and worn parts together, turned: vertices, triangles, degrees, material."""

    vertices: Floats
    triangles: Ints
    celsius: Floats
    material: Floats

    @classmethod
    def of(
        cls, head: Head, person: FaceParams, bare: Floats, surface: Surface, stance: Stance
    ) -> _Mesh:
        normals = vertex_normals(bare, head.triangles)
        dressed = bare + normals * surface.lift_cm[:, None]
        dressed[:, 1] += surface.raise_cm
        warm = surface.celsius
        if person.heat.side_light:
            direction, degrees = person.heat.side_light
            warm = warm + degrees * (normals @ np.array(direction, np.float32))
        vertices, triangles = [stance.bend(dressed)], [head.triangles]
        celsius, material = [warm], [surface.material]
        turn = {"head": stance.with_head, "torso": stance.with_torso, "bend": stance.bend}
        offset = len(bare)
        for part in worn(person, dressed, head.rows.points(bare)[N_MEDIAPIPE:]):
            vertices.append(turn[part.follows](part.vertices))
            triangles.append(part.triangles + offset)
            celsius.append(part.celsius)
            material.append(np.full(len(part.vertices), part.material, np.float32))
            offset += len(part.vertices)
        return cls(
            np.concatenate(vertices),
            np.concatenate(triangles),
            np.concatenate(celsius).astype(np.float32),
            np.concatenate(material),
        )


@dataclass(frozen=True, slots=True)
class View:
    """Centimetres in the image plane to pixels: scale, then shift."""

    scale: float
    shift_x: float
    shift_y: float

    @classmethod
    def of(cls, points: Floats, framing: Framing, side_px: int) -> View:
        """Return the view of a framing on (N, 2) points."""
        low, high = points.min(0), points.max(0)
        size = float(np.sqrt(np.prod(high - low)))
        scale = side_px / (size * framing.side_per_face)
        middle = (low + high) / 2
        x = (side_px - 1) / 2 - middle[0] * scale
        y = (side_px - 1) * framing.centre_y - middle[1] * scale
        return cls(scale, float(x), float(y))

    def apply(self, flat: Floats) -> Floats:
        """Return (N, 2) pixels of (N, 2) centimetres."""
        return np.asarray(flat * self.scale + np.array([self.shift_x, self.shift_y]), np.float32)


def _draw(
    mesh: _Mesh, person: FaceParams, centre: Floats, view: View, side_px: int
) -> tuple[Floats, Floats, Floats]:
    """Return temperature, material and depth (cm from the camera, infinite where nothing is)."""
    camera, heat = person.camera, person.heat
    placed = to_camera(mesh.vertices, centre, camera)
    depth = camera.distance_cm - placed[:, 2:3]
    screen = np.concatenate([view.apply(project(placed, camera)), depth], 1).astype(np.float32)
    cosine = facing(placed, vertex_normals(placed, mesh.triangles), camera)
    loss = heat.grazing[0] * (1 - cosine) ** heat.grazing[1]
    loss *= np.where(mesh.material < 0.5, 0.6, 1.0)
    warm = mesh.celsius - loss * (mesh.celsius - heat.ambient_celsius)
    values = np.stack([warm, mesh.material], 1).astype(np.float32)
    out, z = rasterise(screen, mesh.triangles, values, side_px=side_px)
    coverage = np.isfinite(z).astype(np.float32)
    celsius = out[..., 0] + _texture(out[..., 1], coverage, person)
    return np.asarray(celsius * coverage, np.float32), out[..., 1], z


def _texture(material: Floats, coverage: Floats, person: FaceParams) -> Floats:
    """Return (S, S) degrees of strands, folds and skin grain."""
    masks = (
        (person.material.hair, np.clip(1 - np.abs(material - HAIR), 0, 1)),
        (person.material.cloth, np.clip(1 - 1.2 * np.abs(material - CLOTH), 0, 1)),
        (person.material.person, np.ones_like(material)),
    )
    total = np.zeros_like(material)
    for terms, mask in masks:
        if not np.any(mask * coverage > 0.05):
            continue
        for seed, cell_px, stretch, angle_deg, celsius in terms:
            noise = smooth_noise(
                seed, material.shape, cell_px, stretch=stretch, angle_deg=angle_deg
            )
            total += mask * noise * np.float32(celsius)
    return np.asarray(total * coverage, np.float32)


def _seen(
    points_px: Floats, depth_cm: Floats, z: Floats, surface: Surface, head: Head
) -> npt.NDArray[np.bool_]:
    side = z.shape[0]
    column = np.rint(points_px[:, 0]).astype(int)
    row = np.rint(points_px[:, 1]).astype(int)
    inside = (column >= 0) & (column < side) & (row >= 0) & (row < side)
    drawn = z[np.clip(row, 0, side - 1), np.clip(column, 0, side - 1)]
    in_front = np.isfinite(drawn) & (depth_cm - drawn > HIDDEN_BEHIND_CM)
    masked = surface.material[head.rows.corners[:, 0]] > (CLOTH + MASK) / 2
    covered = np.concatenate([masked, np.zeros(2, bool)])
    return np.asarray(inside & ~in_front & ~covered)
