"""The table of axes: what grows, by which steps, and what it may touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfan.errors import InputError
from tfan.robustness import changes
from tfan.robustness.changes import Change
from tfan.robustness.shots import Shot
from tfan.robustness.subjects import Subject
from tfan.viz.palettes import palette_names

Value = float | str


@dataclass(frozen=True, slots=True)
class Axis:
    """One difficulty.

    Attributes:
        name: key, and name of its files.
        title: what is measured, in words.
        unit: of the values; empty for words.
        values: the steps; numbers grow from left to right of the plot.
        change: a person and one value -> the shot.
        touches: fields of a shot that the steps may change.
    """

    name: str
    title: str
    unit: str
    values: tuple[Value, ...]
    change: Change
    touches: frozenset[str]

    def labels(self) -> list[str]:
        """Return the steps as words."""
        return [value if isinstance(value, str) else f"{value:g}" for value in self.values]

    def shots(self, subject: Subject) -> list[Shot]:
        """Return one shot a step of one person."""
        return [self.change(subject, value) for value in self.values]


def _axis(
    name: str, title: str, unit: str, values: Sequence[Value], *, change: Change, touches: str
) -> Axis:
    return Axis(name, title, unit, tuple(values), change, frozenset(touches.split()))


AXES: dict[str, Axis] = {
    axis.name: axis
    for axis in (
        _axis(
            "size", "Size of the face in the temperatures of a 640 x 480 camera", "px",
            (16, 24, 32, 48, 64, 96, 128, 192, 256),
            change=changes.distance, touches="side_px frame_px px_per_cm place sensor values",
        ),
        _axis(
            "far", "Size of the face in 8 bits stretched over the whole scene", "px",
            (16, 24, 32, 48, 64, 96, 128, 192, 256),
            change=changes.distance_in_grey, touches="side_px frame_px px_per_cm place sensor",
        ),
        _axis(
            "resolution", "Pixels of the camera across the face, the view being the same", "px",
            (12, 16, 24, 32, 48, 64, 96), change=changes.resolution, touches="sensor",
        ),
        _axis(
            "blur", "Blur: standard deviation as a share of the face", "%",
            (0, 1, 2, 3, 4, 6, 8), change=changes.blur, touches="sensor",
        ),
        _axis(
            "noise", "Noise of the camera", "degC",
            (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2), change=changes.noise, touches="sensor",
        ),
        _axis(
            "contrast", "Range of temperatures in the whole picture (noise 0.05 degC)", "degC",
            (0.25, 0.5, 1, 2, 4, 8, 16), change=changes.contrast, touches="range_celsius",
        ),
        _axis(
            "display", "Inversion and other ways to hand out the picture", "",
            ("white-hot", "black-hot", "celsius", "centikelvin", "plateau", "CLAHE", "15-42 degC",
             "saturated"),
            change=changes.display, touches="sensor values",
        ),
        _axis(
            "palette", f"Colour palette, stored as JPEG of quality {changes.JPEG_QUALITY}", "",
            palette_names(), change=changes.palette, touches="sensor values",
        ),
        _axis(
            "rotation", "Rotation in the picture (roll), positive counter-clockwise", "deg",
            (-60, -40, -20, 0, 20, 40, 60), change=changes.rotation, touches="person",
        ),
        _axis(
            "yaw", "Yaw to either side", "deg", (0, 15, 30, 45, 60, 75, 90),
            change=changes.yaw, touches="person",
        ),
        _axis(
            "pitch", "Pitch, positive looks down", "deg", (-45, -30, -15, 0, 15, 30, 45),
            change=changes.pitch, touches="person",
        ),
        _axis(
            "occlusion", "Share of the face behind a flat thing", "%",
            (0, 10, 20, 30, 40, 50, 60), change=changes.occlusion, touches="occluder",
        ),
        _axis(
            "glasses", "Glasses", "",
            ("none", "spectacles", "warm lenses", "cold lenses", "large and cold"),
            change=changes.glasses, touches="person",
        ),
        _axis(
            "mask", "Mask over nose and mouth", "",
            ("none", "as drawn", "warm", "cold", "high and cold"),
            change=changes.mask, touches="person",
        ),
        _axis(
            "hat", "Hat", "", ("none", "cap", "low cap", "brimmed hat", "hood"),
            change=changes.hat, touches="person",
        ),
        _axis(
            "ambient", "Temperature of the air", "degC",
            (-10, 0, 10, 20, 26, 30, 34, 38, 45), change=changes.ambient, touches="person backdrop",
        ),
    )
}  # fmt: skip


def find_axes(names: Sequence[str] | None) -> list[Axis]:
    """Return the named axes in the table's order, all for None, or say which there are."""
    unknown = [name for name in names or () if name not in AXES]
    if unknown:
        raise InputError("axis", expected=f"one of {', '.join(AXES)}", got=", ".join(unknown))
    return [axis for axis in AXES.values() if not names or axis.name in names]
