"""The camera's record in FLIR's container: constants, scene, model and time of the frame."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from tfan.io.frame import Fact
from tfan.thermal.interpret import ABSOLUTE_ZERO_CELSIUS
from tfan.thermal.radiometry import Air, Planck, Scene, to_celsius
from tfan.types import AnyArray, Array

# offset and struct code of each field, as ExifTool's table "FLIR CameraInfo Tags" lists them
_FIELDS = {
    "emissivity": (0x20, "f"),
    "distance_m": (0x24, "f"),
    "reflected_kelvin": (0x28, "f"),
    "air_kelvin": (0x2C, "f"),
    "window_kelvin": (0x30, "f"),
    "window_transmission": (0x34, "f"),
    "relative_humidity": (0x3C, "f"),
    "r1": (0x58, "f"),
    "b": (0x5C, "f"),
    "f": (0x60, "f"),
    "alpha1": (0x70, "f"),
    "alpha2": (0x74, "f"),
    "beta1": (0x78, "f"),
    "beta2": (0x7C, "f"),
    "x": (0x80, "f"),
    "o": (0x308, "i"),
    "r2": (0x30C, "f"),
    "taken_s": (0x384, "I"),
    "taken_ms": (0x388, "H"),  # the upper half of the four bytes is something else
    "west_min": (0x38C, "h"),
    "frames_per_s": (0x464, "H"),
}
_TEXTS = {"model": (0xD4, 32), "serial": (0x104, 16), "lens": (0x170, 32)}
_SCENE_TEXT = (
    "emissivity {emissivity:.3g}, {distance_m:.3g} m, reflected {reflected_celsius:.3g} °C"
)


@dataclass(frozen=True, slots=True)
class Camera:
    """What a camera record says.

    Attributes:
        planck: constants of counts to temperature; None where the file holds none.
        air: constants of the transmission of air.
        scene: what lay before the camera, as the file or the caller says.
        facts: the same and the rest, for people.
        clock_s: time of the frame in seconds from 1970; None where the file tells none.
    """

    planck: Planck | None
    air: Air
    scene: Scene
    facts: dict[str, Fact]
    clock_s: float | None

    def celsius(self, counts: AnyArray) -> Array:
        """Return object temperatures (H, W) of counts; only with Planck constants."""
        if self.planck is None:
            raise ValueError("no Planck constants")
        return to_celsius(counts, self.planck, self.scene, self.air)

    @property
    def why(self) -> str:
        """One clause on where the temperatures come from."""
        values = {name: getattr(self.scene, name) for name in Scene.__slots__}
        return f"FLIR counts by the constants in the file ({_SCENE_TEXT.format(**values)})"


def read_camera(data: bytes, order: str, wishes: dict[str, float]) -> Camera:
    """Return what a camera record says.

    Args:
        data: the record.
        order: "<" or ">".
        wishes: fields of `Scene` that the caller knows better.
    """
    told = {
        name: struct.unpack_from(order + code, data, at)[0]
        for name, (at, code) in _FIELDS.items()
        if at + struct.calcsize(code) <= len(data)
    }
    planck = _planck(told)
    scene = replace(_scene(told), **wishes)
    clock_s = told["taken_s"] + told["taken_ms"] / 1000 if told.get("taken_s") else None
    facts: dict[str, Fact] = {}
    for name, (at, size) in _TEXTS.items():
        text = data[at : at + size].partition(b"\0")[0].decode("ascii", "replace").strip()
        if text.isprintable() and len(text) > 1:
            facts[name] = text
    if planck is not None:
        facts |= {name: round(getattr(scene, name), 4) for name in Scene.__slots__}
    if clock_s is not None:
        facts["taken"] = _local_time(clock_s, told.get("west_min", 0))
    if told.get("frames_per_s"):
        facts["frames_per_s"] = told["frames_per_s"]
    return Camera(planck, _air(told), scene, facts, clock_s)


def _planck(told: dict[str, float]) -> Planck | None:
    names = Planck.__slots__
    if not set(names) <= told.keys():
        return None
    planck = Planck(**{name: float(told[name]) for name in names})
    return planck if planck.usable else None


def _air(told: dict[str, float]) -> Air:
    names = Air.__slots__
    if not set(names) <= told.keys() or not told["x"]:
        return Air()
    return Air(**{name: told[name] for name in names})


def _scene(told: dict[str, float]) -> Scene:
    """Return the scene as stored; what no scene can be (empty fields) keeps Scene's own value."""
    found = {}
    for name in ("emissivity", "window_transmission"):
        if 0 < told.get(name, 0) <= 1:
            found[name] = told[name]
    for name in ("reflected", "air", "window"):
        if told.get(f"{name}_kelvin", 0) > 0:
            found[f"{name}_celsius"] = told[f"{name}_kelvin"] + ABSOLUTE_ZERO_CELSIUS
    if told.get("distance_m", -1) >= 0:
        found["distance_m"] = told["distance_m"]
    humidity = told.get("relative_humidity", -1)
    if humidity >= 0:
        found["relative_humidity"] = humidity / 100 if humidity > 2 else humidity
    return Scene(**found)


def _local_time(clock_s: float, west_min: float) -> str:
    zone = timezone(timedelta(minutes=-west_min)) if abs(west_min) < 24 * 60 else UTC
    return datetime.fromtimestamp(clock_s, zone).isoformat(timespec="milliseconds")
