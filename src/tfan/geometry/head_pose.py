"""Which way heads are turned: the mean head's landmarks laid on the found points.

The camera is the scaled orthographic one (weak perspective): no focal length has to be known, and
on synthetic truth it is as good as a perspective one (docs/decisions/0008). The angles are those
to the line of sight through the face, not to the camera's axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from tfan.types import AnyArray, Array

Floats = npt.NDArray[np.float64]

N_FITTED = 478  # every network has these, and they are spread over the whole face
# People and faces they make differ from the mean head by that share of the face's size; a point's
# weight is 1 / (sigma^2 + that^2), so that no point counts for more than its place on heads says.
_OWN_SHARE = 0.03
_TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class MeanHead:
    """Landmarks of the mean head; x to the subject's left, y up, z out of the face.

    Attributes:
        points_cm: (478, 3) with their mean at the origin.
        products: (478, 16) outer products of the rows x, y, z, 1; the last four are these rows.
    """

    points_cm: Floats
    products: Floats


@lru_cache(maxsize=1)
def mean_head() -> MeanHead:
    """Return the table that ships with the package (tools/write_mean_head.py)."""
    file = resources.files("tfan.geometry") / "data" / "mean_head.npz"
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as table:
        points = np.asarray(table["points_cm"], np.float64)[:N_FITTED]
    points = points - points.mean(axis=0)
    affine = np.column_stack([points, np.ones(len(points))])
    return MeanHead(points, (affine[:, :, None] * affine[:, None]).reshape(-1, 16))


def head_poses(points_px: AnyArray, sigma_px: AnyArray) -> Array:
    """Return yaw, pitch and roll (F, 3) in degrees of landmarks (F, 478 or more, 2).

    Positive yaw turns to the subject's left (image right), positive pitch nods down, positive
    roll leans to the subject's right shoulder (counter-clockwise in the image). Yaw is applied
    first, then pitch, then roll.

    Args:
        points_px: MediaPipe's 478 points first; what follows them is not used.
        sigma_px: (F, 478 or more) expected distances; unsure points count less.
    """
    return np.array(
        [angles_deg(across, upwards) for across, upwards in _maps(points_px, sigma_px)], np.float32
    ).reshape(-1, 3)


def angles_deg(across: Sequence[float], upwards: Sequence[float]) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees of the rotation nearest to two rows, but for scale.

    The rows are multiplied by (A A^T)^(-1/2), which for 2 x 2 has a closed form. One face after
    the other in plain numbers: arrays of nine take ten times as long.

    Args:
        across: (3,) where the head's axes point to the right in the image.
        upwards: (3,) and up.
    """
    a, b, c = _dot(across, across), _dot(across, upwards), _dot(upwards, upwards)
    root = math.sqrt(max(a * c - b * b, _TINY * (a + c) ** 2 + _TINY**2))
    scale = root * math.sqrt(a + c + 2 * root)
    x0, x1, x2 = (((c + root) * p - b * q) / scale for p, q in zip(across, upwards, strict=True))
    y0, y1, y2 = (((a + root) * q - b * p) / scale for p, q in zip(across, upwards, strict=True))
    z0, z1, z2 = x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0
    yaw, pitch = math.atan2(-z0, z2), math.asin(min(max(z1, -1.0), 1.0))
    return math.degrees(yaw), math.degrees(pitch), math.degrees(math.atan2(-x1, y1))


def axes_in_image(pose_deg: AnyArray) -> Array:
    """Return where a head's axes point in the image: (3, 2) x, y, of length 1 when unforeshortened.

    Args:
        pose_deg: (3,) yaw, pitch, roll.

    Returns:
        The rows are the subject's left, up, and out of the face.
    """
    yaw, pitch, roll = np.radians(np.asarray(pose_deg, np.float64))
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    across = np.array([cr * cy - sr * sp * sy, -sr * cp, cr * sy + sr * sp * cy])
    upwards = np.array([sr * cy + cr * sp * sy, cr * cp, sr * sy - cr * sp * cy])
    return np.stack([across, -upwards], axis=1).astype(np.float32)


def _maps(points_px: AnyArray, sigma_px: AnyArray) -> list[tuple[list[float], list[float]]]:
    """Return the linear maps, rows right and up, that lay the mean head on the points."""
    found = points_px[:, :N_FITTED].swapaxes(1, 2).astype(np.float64, order="C")  # (F, 2, 478)
    sides = found.max(axis=2) - found.min(axis=2)
    own = _OWN_SHARE**2 * np.maximum(sides[:, :1] * sides[:, 1:], _TINY)
    weights = own / (np.square(sigma_px[:, :N_FITTED], dtype=np.float64) + own)
    weighted = np.concatenate([weights[:, None], weights[:, None] * found], axis=1)
    sums: AnyArray = weighted @ mean_head().products  # (F, 3, 16)
    return [_fitted(of_head, x[12:], y[12:]) for of_head, x, y in sums.tolist()]


def _fitted(
    products: Sequence[float], x_moments: Sequence[float], y_moments: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return the map, rows right and up, of least squares; in plain numbers, as `angles_deg`.

    Args:
        products: (16,) weighted sums of the products of the head's x, y, z and 1.
        x_moments: (4,) weighted sums of their products with the image's x.
        y_moments: (4,) and with its y.
    """
    mean = [each / products[15] for each in products[12:15]]
    one, two, three = (
        [products[4 * i + j] - mean[i] * products[12 + j] for j in range(3)] for i in range(3)
    )
    across = [x_moments[i] - mean[i] * x_moments[3] for i in range(3)]
    upwards = [mean[i] * y_moments[3] - y_moments[i] for i in range(3)]
    inverse = _cross(two, three), _cross(three, one), _cross(one, two)  # times the determinant
    whole = _dot(one, inverse[0])
    return [_dot(r, across) / whole for r in inverse], [_dot(r, upwards) / whole for r in inverse]


def _cross(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    (a, b, c), (x, y, z) = one, other
    return b * z - c * y, c * x - a * z, a * y - b * x


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
