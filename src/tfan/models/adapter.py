"""Adaptation networks: the points of one scheme -> those of another, from coordinates alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError, WeightsError
from tfan.landmarks.convert import Correspondence, can_convert, convert, correspondence
from tfan.landmarks.schemes import SCHEMES, load_scheme
from tfan.models.contract import Contract, Runtime
from tfan.models.metadata import read_metadata
from tfan.models.registry import ADAPTERS, read_bundled, read_own
from tfan.models.runtime import open_runtime
from tfan.types import Array, Face

ADAPTER_CONTRACT = Contract("adaptation", "points", ("adapted",))
# near points of that scheme serve an adaptation network as well: both have the jaw in 3-D, which
# the 98 and the 68 have not
_THROUGH = {"mediapipe478": "facesynthetics70"}
SOURCE_PROPERTY, TARGET_PROPERTY = "tfan.source", "tfan.target"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A loaded adaptation network.

    Attributes:
        runtime: runs it.
        source: scheme of the points that it takes.
        target: scheme of those that it gives.
        where: its file, for messages.
    """

    runtime: Runtime
    source: str
    target: str
    where: str

    def __call__(self, points: npt.ArrayLike) -> Array:
        """Return (..., T, 2) points of the target for (..., S, 2) of the source.

        They are in the unit of what is given; moving, turning or scaling a face moves, turns or
        scales its answer.

        Raises:
            InputError: points have another shape, or one of them is not finite.
        """
        n, n_target = (load_scheme(name).n_points for name in (self.source, self.target))
        given = np.asarray(points, np.float32)
        if given.ndim < 2 or given.shape[-2:] != (n, 2):
            expected = f"(..., {n}, 2)"
            raise InputError(f"points of {self.source}", expected=expected, got=str(given.shape))
        if not np.isfinite(given).all():
            raise InputError(f"points of {self.source}", expected="finite numbers", got="NaN")
        (adapted,) = self.runtime(np.ascontiguousarray(given.reshape(-1, n, 2)))
        return adapted.reshape(*given.shape[:-2], n_target, 2)


def load_adapter(path: str | Path, *, device: str | None = "cpu", backend: str = "auto") -> Adapter:
    """Return the adaptation network of an ONNX file that `tfan train adapt` wrote.

    Raises:
        WeightsError: the file is none.
    """
    data = read_own(path)
    return _opened(data, source=Path(path).name, device=device, backend=backend)


@cache
def bundled_adapter(source: str, target: str) -> Adapter:
    """Return the adaptation network that ships with tfan for two schemes."""
    if (source, target) not in ADAPTERS:
        known = " or ".join(f"{one} to {other}" for one, other in ADAPTERS)
        raise InputError("adapter", expected=known, got=f"{source} to {target}",
                         fix="Train one of your own: tfan train adapt.")  # fmt: skip
    row = ADAPTERS[source, target]
    return _opened(read_bundled(row), source=row.file, device="cpu", backend="auto")


def adapt(points: npt.ArrayLike, source: str, target: str) -> Array:
    """Return points (..., T, 2) of another scheme by the best way that ships with tfan.

    Exactly (`tfan.landmarks.convert`) where the schemes share every point, by a bundled
    adaptation network where there is one, and else by points that lie near.

    Raises:
        InputError: tfan has no way between the two schemes.
    """
    if can_convert(source, target):
        return convert(points, source, target).astype(np.float32)
    if (source, target) in ADAPTERS:
        return bundled_adapter(source, target)(points)
    through = _THROUGH.get(source, "")
    if (through, target) in ADAPTERS:
        near = convert(points, source, through, near=True)
        return bundled_adapter(through, target)(near)
    return convert(points, source, target, near=True).astype(np.float32)


def way(source: str, target: str) -> str:
    """Say how `adapt` gets from one scheme to another: "exact", "adapter", "near" or "none"."""
    if can_convert(source, target):
        return "exact"
    if (source, target) in ADAPTERS or (_THROUGH.get(source, ""), target) in ADAPTERS:
        return "adapter"
    return "near" if can_convert(source, target, near=True) else "none"


def converted(face: Face, target: str, *, adapter: Adapter | None = None) -> Face:
    """Return a face with the points of another scheme.

    Expected errors, confidences and visibilities are those of the points that lie nearest; box,
    score, quality, five points and pose stay.

    Args:
        face: of any scheme.
        target: the scheme that is wanted.
        adapter: of one's own; None takes `adapt`.

    Raises:
        InputError: there is no way from the face's scheme to the target.
    """
    known = correspondence(face.scheme, target, near=True)
    if adapter is None:
        points = adapt(face.points_px, face.scheme, target)
    else:
        _check_pair(adapter, face.scheme, target)
        points = adapter(face.points_px)
    return replace(
        face, points_px=points, scheme=target, sigma_px=_carried(face.sigma_px, known),
        confidence=_carried(face.confidence, known), visibility=_carried(face.visibility, known),
    )  # fmt: skip


def _carried(values: Array, known: Correspondence) -> Array:
    """Return (T,) values of the points that make each point; the mean where none does."""
    carried = np.where(known.mask, known.matrix @ values, values.mean())
    return np.asarray(carried, np.float32)


def _check_pair(adapter: Adapter, source: str, target: str) -> None:
    if (adapter.source, adapter.target) != (source, target):
        got = f"{adapter.where}, {adapter.source} to {adapter.target}"
        raise InputError("adapter", expected=f"{source} to {target}", got=got)


def _opened(data: bytes, *, source: str, device: str | None, backend: str) -> Adapter:
    runtime = open_runtime(
        data, contract=ADAPTER_CONTRACT, source=source, device=device, backend=backend, threads=1
    )
    said = read_metadata(data)
    one, other = (said.get(key, "") for key in (SOURCE_PROPERTY, TARGET_PROPERTY))
    if one not in SCHEMES or other not in SCHEMES:
        msg = (
            f"{source} does not say from which scheme to which it goes: expected the properties "
            f"{SOURCE_PROPERTY} and {TARGET_PROPERTY}, got {one!r} and {other!r}"
        )
        raise WeightsError(msg)
    return Adapter(runtime, one, other, source)
