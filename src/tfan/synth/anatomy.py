"""Soft regions of the head, per vertex: where skin is warm or cool, where hair and beard grow.

All regions are made once on the mean head from its 68 landmarks and travel with the vertices.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan._optional import require
from tfan.synth.head import Floats, Head
from tfan.synth.landmark_rows import N_MEDIAPIPE
from tfan.synth.raster import vertex_normals

NOISE_SCALES_CM = (7.0, 3.5, 1.6, 0.7)
NOISE_FIELDS = 48
BROW_HEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
BROW_WIDTHS_CM = (0.28, 0.42, 0.6)
PAIRED = (
    "canthus", "inner_orbit", "orbit", "outer_orbit", "lid", "cheek", "lower_cheek", "zygoma",
)  # fmt: skip
HEAD_CENTRE_CM = (0.0, 4.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """Per-vertex tables of one head model, V vertices.

    Attributes:
        regions: name -> (V,) weight 0..1; paired regions end in _right and _left.
        brows: (5, 3, 2, V) weight by height, width, side (right, left).
        noise: (4, 48, V) smooth random fields of unit deviation by scale.
        creases: (2, V) concavity of the surface, fine and coarse, about -2..2.
        skin: (V,) 1 on face, head and neck.
        azimuth_deg, elevation_deg: (V,) direction from the head's centre; azimuth 0 is
            ahead, 180 behind.
        side: (V,) sign of x.
        height_cm, depth_cm: (V,) y and z of the mean head.
        on_face: (V,) 1 on the part called face.
        landmarks_cm: (70, 3) iBUG points and pupils of the mean head.
    """

    regions: dict[str, Floats]
    brows: Floats
    noise: Floats
    creases: Floats
    skin: Floats
    azimuth_deg: Floats
    elevation_deg: Floats
    side: Floats
    height_cm: Floats
    depth_cm: Floats
    on_face: Floats
    landmarks_cm: Floats


def _near(mean: Floats, centres: npt.ArrayLike, radius_cm: float, power: float = 2) -> Floats:
    """Return a super-Gaussian of the distance to the nearest centre."""
    points = np.atleast_2d(np.asarray(centres, np.float32))
    distance = np.min(np.linalg.norm(mean[:, None] - points[None], axis=2), axis=1)
    return np.asarray(np.exp(-((distance / radius_cm) ** power)), np.float32)


def _line(points: Floats, n: int = 12) -> Floats:
    """Return points along a polyline."""
    steps = [np.linspace(a, b, n) for a, b in itertools.pairwise(points)]
    return np.concatenate(steps).astype(np.float32)


@lru_cache(maxsize=2)
def anatomy(head: Head) -> Anatomy:
    """Return the tables of a head; made once (about two seconds) and kept."""
    mean = head.mean
    ibug = head.rows.points(mean)[N_MEDIAPIPE:]
    from_centre = mean - np.array(HEAD_CENTRE_CM, np.float32)
    level = np.hypot(from_centre[:, 0], from_centre[:, 2])
    skin = head.is_part("face", "headneck").astype(np.float32)
    azimuth = np.degrees(np.arctan2(np.abs(from_centre[:, 0]), from_centre[:, 2]))
    soft = _skin_regions(mean, ibug) | _ear_regions(head, azimuth)
    soft = {name: weight * np.where(skin > 0, 1, 0.6) for name, weight in soft.items()}
    soft |= _beard_regions(mean, ibug, soft["lips"] * skin, skin) | _inner_regions(head)
    soft["neck"] = skin / (1 + np.exp((mean[:, 1] + 6.5) / 0.8))
    return Anatomy(
        regions={name: np.asarray(weight, np.float32) for name, weight in soft.items()},
        brows=_brows(head),
        noise=_noise(mean),
        creases=_creases(head, skin),
        skin=skin,
        azimuth_deg=np.asarray(azimuth, np.float32),
        elevation_deg=np.asarray(np.degrees(np.arctan2(from_centre[:, 1], level)), np.float32),
        side=np.asarray(np.sign(from_centre[:, 0]), np.float32),
        height_cm=np.ascontiguousarray(mean[:, 1]),
        depth_cm=np.ascontiguousarray(mean[:, 2]),
        on_face=head.is_part("face").astype(np.float32),
        landmarks_cm=ibug,
    )


def _skin_regions(mean: Floats, p: Floats) -> dict[str, Floats]:
    up = np.array([0, 1, 0], np.float32)
    mouth = _line(p[[*range(48, 60), 48]])
    inner_mouth = _line(p[[*range(60, 68), 60]])
    table: dict[str, tuple[npt.ArrayLike, float, float]] = {
        "forehead": ((p[21] + p[22]) / 2 + 3.5 * up - [0, 0, 0.3], 4.5, 2),
        "nose_tip": (p[30], 1.5, 3),
        "alae": (np.stack([p[31], p[35], p[33]]) + 0.15 * up, 1.0, 3),
        "nose_bridge": (_line(p[28:31]), 1.1, 3),
        "nose": (np.concatenate([_line(p[28:31]), _line(p[[31, 33, 35]])]), 1.35, 5),
        "nostrils": (p[[32, 34]] - 0.2 * up, 0.45, 2),
        "chin": ((2 * p[57] + 3 * p[8]) / 5, 1.7, 3),
        "chin_fold": ((3 * p[57] + p[8]) / 4, 0.9, 2.5),
        "upper_lip": ((p[33] + p[51]) / 2, 1.0, 3),
        "lips": (np.concatenate([mouth, inner_mouth]), 0.45, 3),
        "under_jaw": (_line(p[[4, 6, 8, 10, 12]]) - [0, 1.2, 1.5], 1.8, 2),
    }
    sides = {"right": (36, 39, 2, 48, 31, 4, 36, 21), "left": (45, 42, 14, 54, 35, 12, 42, 22)}
    for side, (corner, inner, jaw, mouth_corner, ala, low_jaw, eye, brow) in sides.items():
        ring = p[[*range(eye, eye + 6), eye]]
        centre = (p[corner] + 1.2 * p[jaw] + p[mouth_corner] + p[ala]) / 4.2
        table[f"canthus_{side}"] = (p[inner], 0.75, 2)
        table[f"orbit_{side}"] = (ring[:6].mean(0), 1.9, 3)
        # the vessels beside the root of the nose: the hottest place lies inside the canthus
        inside = np.stack([0.6 * p[inner] + 0.4 * p[27], 0.6 * p[brow] + 0.4 * p[27]])
        table[f"inner_orbit_{side}"] = (_line(inside), 0.85, 2)
        table[f"outer_orbit_{side}"] = (1.4 * p[corner] - 0.4 * p[inner], 1.3, 2.5)
        table[f"lid_{side}"] = (_line(ring), 0.4, 2)
        table[f"cheek_{side}"] = (centre, 2.6, 3.5)
        table[f"lower_cheek_{side}"] = ((p[corner] + 2 * p[jaw] + p[low_jaw]) / 4, 2.6, 3)
        table[f"zygoma_{side}"] = ((p[corner] + p[ala]) / 2, 1.5, 3)
    return {name: _near(mean, *row) for name, row in table.items()}


def _ear_regions(head: Head, azimuth_deg: npt.NDArray[np.floating[Any]]) -> dict[str, Floats]:
    x, y, z = head.mean.T
    ear = head.is_part("face") & (np.abs(x) > 7.2) & (z < 3.6) & (y > -3) & (y < 7)
    ear &= (azimuth_deg > 75) & (azimuth_deg < 120)
    centres = np.stack([head.mean[ear & (x * s > 0)].mean(0) for s in (-1, 1)])
    outwards = np.array([[-0.4, 0, -0.3], [0.4, 0, -0.3]], np.float32)
    down = np.array([0, -2.2, 0.3], np.float32)
    return {
        "ears": _near(head.mean, centres + outwards, 2.9, 4),
        "earlobes": _near(head.mean, centres + down, 1.1, 3),
    }


def _beard_regions(mean: Floats, p: Floats, lips: Floats, skin: Floats) -> dict[str, Floats]:
    chin = np.stack([0.6 * p[57] + 0.4 * p[8], 0.3 * p[57] + 0.7 * p[8]])
    beard = np.maximum(_near(mean, _line(p[3:14]), 1.9, 4), _near(mean, chin, 1.5, 4))
    above_lip = _line(p[[48, 50, 51, 52, 54]]) + np.array([0, 0.55, 0], np.float32)
    upper = _near(mean, above_lip, 0.55, 4)
    sides = _near(mean, np.concatenate([_line(p[:4]), _line(p[13:17])]), 1.2, 4)
    return {
        "beard": beard * (1 - lips) * skin,
        "moustache": upper * (1 - lips) * skin,
        "sideburns": sides * skin,
    }


def _inner_regions(head: Head) -> dict[str, Floats]:
    cornea = np.zeros(len(head.mean), np.float32)
    for name in ("scleraL", "scleraR"):
        ball = head.is_part(name)
        vertices = head.mean[ball]
        centre = vertices[vertices[:, 2] > np.percentile(vertices[:, 2], 97)].mean(0)
        away = np.linalg.norm(head.mean[:, :2] - centre[:2], axis=1)
        cornea += np.where(ball, np.exp(-((away / 0.6) ** 4)), 0).astype(np.float32)
    return {
        "cornea": cornea,
        "eyeball": head.is_part("scleraL", "scleraR").astype(np.float32),
        "mouth_inside": head.is_part("mouthsocket", "gums").astype(np.float32),
        "teeth": head.is_part("teeth").astype(np.float32),
    }


def _brows(head: Head) -> Floats:
    out = np.zeros((len(BROW_HEIGHTS), len(BROW_WIDTHS_CM), 2, len(head.mean)), np.float32)
    for i, height in enumerate(BROW_HEIGHTS):
        points = head.rows.points(head.mean, brow=height)[N_MEDIAPIPE:][17:27]
        for j, width_cm in enumerate(BROW_WIDTHS_CM):
            for k, course in enumerate((points[:5], points[5:])):
                out[i, j, k] = _near(head.mean, _line(course), width_cm, 2.5)
    return out


def _noise(mean: Floats) -> Floats:
    """Return sums of random plane waves: smooth on the skin, the same in every process."""
    rng = np.random.default_rng(5)
    out = np.empty((len(NOISE_SCALES_CM), NOISE_FIELDS, len(mean)), np.float32)
    for i, scale_cm in enumerate(NOISE_SCALES_CM):
        for k in range(NOISE_FIELDS):
            waves = (rng.normal(size=(40, 3)) * 1.2 / scale_cm).astype(np.float32)
            phase = rng.uniform(0, 2 * np.pi, 40).astype(np.float32)
            out[i, k] = np.cos(mean @ waves.T + phase).sum(1) / np.sqrt(20)
    return out


def _creases(head: Head, skin: Floats) -> Floats:
    """Return how far the smoothed surface lies above the surface, along the normal."""
    sparse: Any = require("scipy.sparse", extra="train", purpose="Rendering thermal faces")
    n = len(head.mean)
    start = head.triangles[:, [0, 1, 2]].ravel()
    end = head.triangles[:, [1, 2, 0]].ravel()
    edges = sparse.coo_matrix((np.ones(len(start)), (start, end)), shape=(n, n)).tocsr()
    edges.data[:] = 1
    degree = np.maximum(np.asarray(edges.sum(1)).ravel(), 1)
    normals = vertex_normals(head.mean, head.triangles)
    face = head.is_part("face")
    out = np.zeros((2, n), np.float32)
    for i, rounds in enumerate((4, 30)):
        smooth = head.mean.astype(np.float64)
        for _ in range(rounds):
            smooth = 0.5 * smooth + 0.5 * (edges @ smooth) / degree[:, None]
        depth = ((smooth - head.mean) * normals).sum(1)
        for _ in range(3):
            depth = 0.5 * depth + 0.5 * (edges @ depth) / degree
        depth = np.where(skin > 0, depth, 0)
        out[i] = np.clip(depth / np.percentile(np.abs(depth[face]), 95), -2, 2)
    return out
