"""A z-buffer rasteriser and vertex normals, compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tfan._optional import require

numba: Any = require("numba", extra="train", purpose="Rendering thermal faces")

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@numba.njit(cache=True, fastmath=True, boundscheck=False)  # type: ignore[untyped-decorator]
def _fill(
    screen: Floats, triangles: Ints, depth: Floats, owner: Ints, weights: Floats
) -> None:  # pragma: no cover - compiled
    height, width = depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, z0 = screen[a, 0], screen[a, 1], screen[a, 2]
        x1, y1, z1 = screen[b, 0], screen[b, 1], screen[b, 2]
        x2, y2, z2 = screen[c, 0], screen[c, 1], screen[c, 2]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if -1e-9 < area < 1e-9:
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2))))
        right = min(width - 1, int(np.floor(max(x0, x1, x2))))
        top = max(0, int(np.ceil(min(y0, y1, y2))))
        bottom = min(height - 1, int(np.floor(max(y0, y1, y2))))
        inverse = 1.0 / area
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                w1 = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) * inverse
                w2 = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) * inverse
                w0 = 1.0 - w1 - w2
                if w0 < -1e-6 or w1 < -1e-6 or w2 < -1e-6:
                    continue
                z = w0 * z0 + w1 * z1 + w2 * z2
                if z < depth[y, x]:
                    depth[y, x] = z
                    owner[y, x] = t
                    weights[y, x, 0] = w1
                    weights[y, x, 1] = w2


@numba.njit(cache=True, fastmath=True, boundscheck=False)  # type: ignore[untyped-decorator]
def _interpolate(
    owner: Ints, weights: Floats, triangles: Ints, values: Floats, out: Floats
) -> None:  # pragma: no cover - compiled
    height, width = owner.shape
    for y in range(height):
        for x in range(width):
            t = owner[y, x]
            if t < 0:
                continue
            w1, w2 = weights[y, x, 0], weights[y, x, 1]
            w0 = 1.0 - w1 - w2
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            for k in range(values.shape[1]):
                out[y, x, k] = w0 * values[a, k] + w1 * values[b, k] + w2 * values[c, k]


@numba.njit(cache=True, fastmath=True, boundscheck=False)  # type: ignore[untyped-decorator]
def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:  # pragma: no cover - compiled
    """Return (V, 3) unit normals, the area-weighted mean of the triangles at each vertex."""
    normals = np.zeros_like(vertices)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = (
            vertices[b, 0] - vertices[a, 0],
            vertices[b, 1] - vertices[a, 1],
            vertices[b, 2] - vertices[a, 2],
        )
        vx, vy, vz = (
            vertices[c, 0] - vertices[a, 0],
            vertices[c, 1] - vertices[a, 1],
            vertices[c, 2] - vertices[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for i in (a, b, c):
            normals[i, 0] += nx
            normals[i, 1] += ny
            normals[i, 2] += nz
    for i in range(vertices.shape[0]):
        length = np.sqrt(normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2) + 1e-9
        for k in range(3):
            normals[i, k] /= length
    return normals


def rasterise(
    screen: Floats, triangles: Ints, values: Floats, *, side_px: int
) -> tuple[Floats, Floats]:
    """Draw triangles with per-vertex values into a square image.

    Args:
        screen: (V, 3) x and y in pixels (integers are pixel centres), depth (smaller is nearer).
        triangles: (T, 3) vertex indices.
        values: (V, K) what to interpolate.
        side_px: height and width of the image.

    Returns:
        (S, S, K) interpolated values, 0 where nothing was drawn, and (S, S) depth, infinite there.
    """
    depth = np.full((side_px, side_px), np.inf, np.float32)
    owner = np.full((side_px, side_px), -1, np.int32)
    weights = np.zeros((side_px, side_px, 2), np.float32)
    _fill(screen, triangles, depth, owner, weights)
    out = np.zeros((side_px, side_px, values.shape[1]), np.float32)
    _interpolate(owner, weights, triangles, values, out)
    return out, depth
