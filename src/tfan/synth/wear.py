"""Things worn that need a mesh of their own: brims, hanging hair, glasses, shoulders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tfan.synth import params
from tfan.synth.head import Floats, Ints
from tfan.synth.heat import CLOTH, HAIR, OBJECT

Follows = Literal["head", "torso", "bend"]
Role = Literal["headwear", "hair", "lens", "frame", "clothing"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A mesh beside the head: (V, 3) vertices, (T, 3) triangles, (V,) degrees, what it is."""

    vertices: Floats
    triangles: Ints
    celsius: Floats
    material: float
    follows: Follows
    role: Role


def sheet(
    grid: npt.NDArray[np.floating],
    celsius: npt.ArrayLike,
    material: float,
    follows: Follows,
    role: Role,
) -> Part:
    """Return a part from an (A, B, 3) grid of positions, two triangles a cell."""
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(
        -1, 4
    )
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    vertices = grid.reshape(-1, 3).astype(np.float32)
    degrees = np.broadcast_to(np.asarray(celsius, np.float32).ravel(), len(vertices)).astype(
        np.float32
    )
    return Part(vertices, triangles, degrees, material, follows, role)


def worn(person: params.FaceParams, vertices: Floats, ibug: Floats) -> list[Part]:
    """Return the meshes a person wears.

    Args:
        person: the record.
        vertices: (V, 3) the shaped head before it turns.
        ibug: (70, 3) its landmarks.
    """
    parts: list[Part] = []
    if person.brim:
        parts.append(_brim(person.brim))
    if person.curtain:
        parts.append(_curtain(person.curtain, vertices))
    if person.glasses:
        parts += _glasses(person.glasses, ibug)
    if person.clothes:
        parts.append(_shoulders(person.clothes))
    return parts


def _brim(brim: params.Brim) -> Part:
    angle = (
        np.linspace(-np.pi, np.pi, 25) if brim.all_round else np.radians(np.linspace(-75, 75, 13))
    )
    out = np.linspace(0, 1, 4)[:, None] * brim.reach_cm
    grid = np.empty((4, len(angle), 3))
    grid[..., 0] = np.sin(angle) * (brim.radius_cm[0] + out * (1 if brim.all_round else 0.45))
    ahead = np.cos(angle) if brim.all_round else np.cos(angle) ** 2
    grid[..., 1] = brim.height_cm + brim.tilt * out
    grid[..., 2] = np.cos(angle) * brim.radius_cm[1] + out * ahead
    return sheet(grid, brim.celsius, CLOTH, "head", "headwear")


def _curtain(curtain: params.Curtain, vertices: Floats) -> Part:
    rng = np.random.default_rng(curtain.seed)  # texture only: the seed stands in the record
    start = np.radians(curtain.start_deg)
    angle = np.linspace(start, 2 * np.pi - start, 33)
    above = np.linspace(13.2 + curtain.thickness_cm, 4, 7)[1:]
    y = np.concatenate([above, np.linspace(3, curtain.bottom_cm, 9)])[:, None]
    wobble = rng.normal(size=(len(y), len(angle))) * curtain.wobble_cm
    dome = np.sqrt(np.maximum(0.02, 1 - ((y - 4) / (9.4 + curtain.thickness_cm)) ** 2))
    width = np.where(y > 4, dome, 1 + curtain.flare * (4 - y) / 20)
    half_cm = np.abs(vertices[vertices[:, 1] > 3][:, 0]).max() + 0.6 + curtain.thickness_cm
    grid = np.empty((len(y), len(angle), 3))
    grid[..., 0] = np.sin(angle) * (half_cm * width + wobble)
    grid[..., 1] = y + 0.5 * wobble
    grid[..., 2] = np.cos(angle) * ((9.6 + curtain.thickness_cm) * width + wobble) - 0.4
    down = np.linspace(0, curtain.tip_celsius, len(y))[:, None]
    celsius = curtain.celsius + down + rng.normal(size=grid.shape[:2]) * 0.35
    if curtain.cloth:
        return sheet(grid, celsius, CLOTH, "bend", "headwear")
    return sheet(grid, celsius, HAIR, "bend", "hair")


def _glasses(glasses: params.Glasses, ibug: Floats) -> Iterator[Part]:
    eyes = (ibug[36:42].mean(0), ibug[42:48].mean(0))
    z = max(ibug[28, 2] - glasses.forward_cm, eyes[0][2] + 0.6, eyes[1][2] + 0.6)
    turn = np.linspace(0, 2 * np.pi, 25)
    power = 2 / glasses.squareness
    across = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power * glasses.half_width_cm
    along = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power * glasses.half_height_cm
    rim = 1 + glasses.rim_cm / glasses.half_width_cm
    for eye, side, ear in ((eyes[0], -1, ibug[0]), (eyes[1], 1, ibug[16])):
        x, y = eye[0] + side * glasses.spread_cm, eye[1] + glasses.drop_cm
        rings: list[tuple[float, float, float, Role]] = [(0.02, 1.0, glasses.lens_celsius, "lens")]
        if glasses.rimmed:
            rings.append((1.0, rim, glasses.frame_celsius, "frame"))
        for inner, outer, celsius, role in rings:
            scale = np.array([[inner], [outer]])
            grid = np.empty((2, 25, 3))
            grid[..., 0], grid[..., 1] = x + across * scale, y + along * scale
            bow = glasses.wrap * np.abs(across * scale + side * 2.5)
            grid[..., 2] = z - bow + glasses.tilt * along * scale
            tint = (grid[..., 0] - x) * glasses.gradient[0] + (grid[..., 1] - y) * glasses.gradient[
                1
            ]
            yield sheet(grid, celsius + tint * (outer == 1.0), OBJECT, "head", role)
        hinge = (x + side * glasses.half_width_cm, y + 0.5 * glasses.half_height_cm, z - 0.5)
        behind = (
            side * (abs(ear[0]) + glasses.temple_out_cm),
            y + 0.4 * glasses.half_height_cm,
            ear[2] - 1,
        )
        yield _bar(hinge, behind, glasses.temple_cm, glasses.frame_celsius)
    inner_edge = 0.9 * glasses.half_width_cm
    left = (eyes[0][0] + inner_edge, eyes[0][1] + 0.1, z)
    right = (eyes[1][0] - inner_edge, eyes[1][1] + 0.1, z)
    yield _bar(left, right, 0.35, glasses.frame_celsius)


def _bar(start: npt.ArrayLike, end: npt.ArrayLike, thickness_cm: float, celsius: float) -> Part:
    grid = np.empty((2, 2, 3))
    grid[:, 0], grid[:, 1] = start, end
    grid[0, :, 1] += thickness_cm / 2
    grid[1, :, 1] -= thickness_cm / 2
    return sheet(grid, celsius, OBJECT, "head", "frame")


def _shoulders(clothes: params.Clothes) -> Part:
    top = clothes.top_cm
    profile = np.array(
        [
            [-60.0, clothes.shoulder_cm[2], 13.0],
            [-32.0, clothes.shoulder_cm[2], 12.0],
            [-21.5, clothes.shoulder_cm[2] * 0.95, 11.0],
            [-17.2, clothes.shoulder_cm[1], 10.2],
            [top - 1.0 - clothes.drop_cm[0], clothes.shoulder_cm[0], 8.5],
            [top, *clothes.top_radius_cm],
        ]
    )
    profile = profile[profile[:, 0].argsort()]
    angle = np.linspace(0, 2 * np.pi, 33)
    y = np.concatenate([np.linspace(top, -16, 9), np.linspace(-18, -60, 10)])
    grid = np.empty((len(y), len(angle), 3))
    grid[..., 0] = np.sin(angle) * np.interp(y, profile[:, 0], profile[:, 1])[:, None]
    grid[..., 1] = y[:, None]
    grid[..., 2] = np.cos(angle) * np.interp(y, profile[:, 0], profile[:, 2])[:, None] - 3.0
    ahead = np.maximum(np.cos(angle), 0) ** 2
    grid[0, :, 1] += clothes.drop_cm[1] * ahead
    grid[1, :, 1] += 0.7 * clothes.drop_cm[1] * ahead
    celsius = np.full(grid.shape[:2], clothes.celsius)
    celsius[:2] += clothes.hem_celsius
    return sheet(grid, celsius, CLOTH, "torso", "clothing")
