"""The dressed and turned person as one mesh with what each vertex is, drawn into channels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tfan.synth.anatomy import anatomy
from tfan.synth.annotate import Marks
from tfan.synth.face import View, bare_head
from tfan.synth.head import Floats, Head, Ints
from tfan.synth.heat import dress
from tfan.synth.landmark_rows import N_MEDIAPIPE
from tfan.synth.params import Camera
from tfan.synth.pose import Stance, facing, project, to_camera
from tfan.synth.raster import rasterise, vertex_normals
from tfan.synth.tfake.parts import NOWHERE, ORDER, part_fields
from tfan.synth.tfake.record import PairParams
from tfan.synth.tfake.warmth import settled
from tfan.synth.wear import Part, Role, worn

RENDER_PX = 512
ROLE_PART: dict[Role, str] = {
    "headwear": "headwear", "hair": "hair", "lens": "glasses", "frame": "glasses",
    "clothing": "clothing",
}  # fmt: skip
SKIN_CHANNELS = ("cornea", "blood", "crease", "lid")
"""What colours need to know of a place of the head besides its part."""
CHANNELS = ("celsius", "x", "y", "z", *SKIN_CHANNELS, *ORDER)


@dataclass(frozen=True, slots=True, eq=False)
class PersonMesh:
    """A turned person.

    Attributes:
        vertices: (V, 3) centimetres.
        triangles: (T, 3) vertex indices.
        celsius: (V,) temperature.
        skin: (V, 4) SKIN_CHANNELS.
        fields: (V, P) fields of the parts.
        lens: (T,) True where a triangle is the glass of spectacles.
    """

    vertices: Floats
    triangles: Ints
    celsius: Floats
    skin: Floats
    fields: Floats
    lens: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A person drawn into an image of S x S pixels, N of which the person covers.

    Attributes:
        depth_cm: (S, S) distance from the camera, infinite where nobody is.
        there: (S, S) True where the person is.
        values: (N, K) CHANNELS of those pixels, row by row.
    """

    depth_cm: Floats
    there: npt.NDArray[np.bool_]
    values: Floats

    def channel(self, name: str) -> Floats:
        """Return (N,) one channel."""
        return self.values[:, CHANNELS.index(name)]

    @property
    def fields(self) -> Floats:
        """(P, N) fields of the parts."""
        return np.ascontiguousarray(self.values[:, -len(ORDER) :].T)

    def normals(self) -> Floats:
        """Return (N, 3) unit normals, x right, y up, z to the camera."""
        first = CHANNELS.index("x")
        normals = self.values[:, first : first + 3]
        length = np.sqrt((normals * normals).sum(1, keepdims=True))
        return np.asarray(normals / np.maximum(length, 1e-6))


def person_mesh(head: Head, params: PairParams, bare: Floats, stance: Stance) -> PersonMesh:
    """Return the dressed, turned person of a record."""
    person = params.person
    surface, fields = dress(person, anatomy(head)), part_fields(head, person)
    celsius = settled(head, surface.celsius, fields, params.warmth)
    normals = vertex_normals(bare, head.triangles)
    dressed = bare + normals * surface.lift_cm[:, None]
    dressed[:, 1] += surface.raise_cm
    parts = [_closed(p) for p in worn(person, dressed, head.rows.points(bare)[N_MEDIAPIPE:])]
    turn = {"head": stance.with_head, "torso": stance.with_torso, "bend": stance.bend}
    offsets = np.cumsum([len(bare), *(len(part.vertices) for part in parts)])
    return PersonMesh(
        np.concatenate([stance.bend(dressed), *(turn[p.follows](p.vertices) for p in parts)]),
        np.concatenate(
            [head.triangles, *(p.triangles + o for p, o in zip(parts, offsets, strict=False))]
        ).astype(np.int32),
        np.concatenate([celsius, *(p.celsius for p in parts)]).astype(np.float32),
        np.concatenate([_skin_channels(head), *(_no_skin(p) for p in parts)]),
        np.concatenate([fields.T, *(_one_part(p) for p in parts)]).astype(np.float32),
        np.concatenate(
            [np.zeros(len(head.triangles), bool)]
            + [np.full(len(p.triangles), p.role == "lens") for p in parts]
        ),
    )


def _skin_channels(head: Head) -> Floats:
    table = anatomy(head)
    r = table.regions
    blood = 0.5 * r["nose_tip"] + 0.4 * (r["cheek_right"] + r["cheek_left"]) + 0.5 * r["ears"]
    blood = blood + 0.3 * r["lower_cheek_right"] + 0.3 * r["lower_cheek_left"]
    lid = r["lid_right"] + r["lid_left"] + 0.5 * (r["orbit_right"] + r["orbit_left"])
    crease = table.creases[0] + 0.5 * table.creases[1]
    return np.stack([r["cornea"], blood, crease, lid], 1).astype(np.float32)


def _closed(part: Part) -> Part:
    """Return a lens without the pinhole in the middle of its ring, anything else as it is."""
    if part.role != "lens":
        return part
    vertices = part.vertices.copy()
    inner = len(vertices) // 2
    vertices[:inner] = vertices[:inner].mean(0)
    return replace(part, vertices=vertices)


def _no_skin(part: Part) -> Floats:
    return np.zeros((len(part.vertices), len(SKIN_CHANNELS)), np.float32)


def _one_part(part: Part) -> Floats:
    fields = np.full((len(part.vertices), len(ORDER)), NOWHERE, np.float32)
    fields[:, ORDER.index(ROLE_PART[part.role])] = 1
    return fields


def draw_mesh(
    mesh: PersonMesh, params: PairParams, centre: Floats, view: View, *, lens: bool
) -> Drawn:
    """Draw the person's channels.

    Args:
        mesh: the person.
        params: the record.
        centre: (3,) of the face, which stands before the camera.
        view: centimetres to pixels.
        lens: whether the glass of spectacles is there, as heat sees it, or not.
    """
    camera, grazing = params.person.camera, params.person.heat.grazing
    placed = to_camera(mesh.vertices, centre, camera)
    normals = vertex_normals(placed, mesh.triangles)
    cosine = facing(placed, normals, camera)
    cooler = grazing[0] * (1 - cosine) ** grazing[1]
    air = params.warmth.segment_celsius[0]
    celsius = mesh.celsius - cooler * (mesh.celsius - air)
    outward = _outward(placed, normals, camera)
    values = np.concatenate([celsius[:, None], outward, mesh.skin, mesh.fields], 1)
    screen = np.concatenate(
        [view.apply(project(placed, camera)), camera.distance_cm - placed[:, 2:3]], 1
    )
    triangles = mesh.triangles if lens else mesh.triangles[~mesh.lens]
    channels, depth_cm = rasterise(
        screen.astype(np.float32), triangles, values.astype(np.float32), side_px=RENDER_PX
    )
    there = np.isfinite(depth_cm)
    return Drawn(depth_cm, there, channels[there])


def _outward(placed: Floats, normals: Floats, camera: Camera) -> Floats:
    """Return (V, 3) normals that face the camera: sheets are seen from both sides."""
    view = np.array([0, 0, camera.distance_cm], np.float32) - placed
    away = (normals * view).sum(1, keepdims=True) < 0
    return np.where(away, -normals, normals).astype(np.float32)


def posed_marks(head: Head, params: PairParams) -> tuple[Floats, Stance, Marks]:
    """Return the bare head, how it turns, and its landmarks."""
    bare = bare_head(head, params.person.shape)
    stance = Stance.of(params.person.pose)
    return bare, stance, Marks.of(head, params.person, stance.bend(bare))
