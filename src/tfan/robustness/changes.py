"""What the steps do: functions of a shot, its person and one value, giving another shot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tfan.robustness.shots import ASPECT, CELSIUS, CENTIKELVIN, Shot
from tfan.robustness.subjects import CAMERA_PX, FACE_PX, Subject
from tfan.synth import params
from tfan.synth.backdrop import Backdrop

Change = Callable[[Subject, Any], Shot]

BIG_CAMERA_PX = 640
LARGE_SIDE_PX = 845  # renders a face of 264 px: enough for the largest step without enlarging
JPEG_QUALITY = 85
_BUST = 1.9  # from the middle of the face to where the render ends, in sizes of the face
_COOLER_SKIN_CELSIUS = 2.5  # in the cold, as tfan.synth.draw has it on average
# regions that the cold cools more than the rest, by how much (tfan.synth.draw)
_MORE_IN_THE_COLD = {
    **dict.fromkeys(("nose", "nose_tip", "alae"), 1.0),
    **dict.fromkeys(("cheek", "lower_cheek"), 0.8),
    "ears": 0.4,
}
_COLD_BELOW_CELSIUS, _COLD_SPAN_CELSIUS = 22.0, 20.0


def distance(subject: Subject, face_px: float) -> Shot:
    """The face that large, sqrt(box), in the temperatures of a 640 x 480 camera.

    Temperatures, because grey values that follow the whole scene leave a small warm face white:
    see `distance_in_grey`. Small faces stand low: what is rendered of a person ends at the chest.
    """
    return replace(distance_in_grey(subject, face_px), values=CELSIUS)


def distance_in_grey(subject: Subject, face_px: float) -> Shot:
    """The same as an 8-bit picture from the .5th to the 99.5th percentile of the whole scene."""
    shot = subject.shot
    lowest = 1 - _BUST * face_px / (ASPECT * BIG_CAMERA_PX)  # whose bust still ends at the edge
    return replace(
        shot,
        side_px=LARGE_SIDE_PX,
        frame_px=BIG_CAMERA_PX,
        px_per_cm=face_px / subject.box_cm,
        place=(shot.place[0], max(shot.place[1], lowest)),
        sensor=replace(shot.sensor, samples_px=BIG_CAMERA_PX),
    )


def resolution(subject: Subject, face_px: float) -> Shot:
    """The same view by a camera with fewer pixels, so many across the face."""
    return _sensor(subject, samples_px=face_px * CAMERA_PX / FACE_PX)


def blur(subject: Subject, percent: float) -> Shot:
    """A Gaussian blur whose standard deviation is that per cent of the face, sqrt(box)."""
    face_px = subject.shot.px_per_cm * subject.box_cm
    return _sensor(subject, defocus_px=percent / 100 * face_px)


def noise(subject: Subject, netd_celsius: float) -> Shot:
    """White noise of that standard deviation."""
    return _sensor(subject, noise_celsius=netd_celsius)


def contrast(subject: Subject, range_celsius: float) -> Shot:
    """The whole scene, 1st to 99th percentile, within that many degrees."""
    return replace(subject.shot, range_celsius=range_celsius)


def display(subject: Subject, kind: str) -> Shot:
    """What the camera hands out: temperatures, or levels by another rule."""
    shot = subject.shot
    if kind in (CELSIUS, CENTIKELVIN):
        return replace(shot, values=kind)
    shown = shot.sensor.display
    rules: dict[str, dict[str, Any]] = {
        "white-hot": {},
        "black-hot": {"inverted": True},
        "plateau": {"kind": "plateau"},
        "CLAHE": {"kind": "clahe"},
        "15-42 degC": {"kind": "window", "low": 15.0, "high": 42.0},
        "saturated": {"gain": 1.5},
    }
    return _sensor(subject, display=replace(shown, **rules[kind]))


def palette(subject: Subject, name: str) -> Shot:
    """The grey levels coloured, and stored as JPEG, as such pictures come."""
    return replace(_sensor(subject, jpeg=JPEG_QUALITY), values=name)


def yaw(subject: Subject, degrees: float) -> Shot:
    """The head turned so far, half of the people to either side; the torso follows a little."""
    turned = subject.side * degrees
    _, pitch, roll = subject.shot.person.pose.head_deg
    return _posed(subject, (turned, pitch, roll), (0.4 * turned, 0.0, 0.0))


def pitch(subject: Subject, degrees: float) -> Shot:
    """The head bent so far; positive looks down."""
    turned, _, roll = subject.shot.person.pose.head_deg
    return _posed(subject, (turned, degrees, roll), subject.shot.person.pose.torso_deg)


def rotation(subject: Subject, degrees: float) -> Shot:
    """The head leant so far in the picture; positive is counter-clockwise."""
    turned, nodded, _ = subject.shot.person.pose.head_deg
    return _posed(subject, (turned, nodded, degrees), subject.shot.person.pose.torso_deg)


def occlusion(subject: Subject, percent: float) -> Shot:
    """A flat thing, hand-warm or air-cool, over that share of the face."""
    return replace(subject.shot, occluder=replace(subject.occluder, share=percent / 100))


def glasses(subject: Subject, kind: str) -> Shot:
    """Spectacles, opaque as they are in the long-wave infrared."""
    own, heat = subject.wardrobe.glasses, subject.shot.person.heat
    worn: dict[str, params.Glasses | None] = {
        "none": None,
        "spectacles": own,
        "warm lenses": replace(own, lens_celsius=heat.skin_celsius - 1),
        "cold lenses": replace(own, lens_celsius=heat.ambient_celsius - 1),
        "large and cold": replace(
            own,
            lens_celsius=heat.ambient_celsius - 1,
            half_width_cm=3.1,
            half_height_cm=2.6,
            rimmed=True,
        ),
    }
    return _dressed(subject, glasses=worn[kind])


def mask(subject: Subject, kind: str) -> Shot:
    """A mask over nose and mouth, near the skin's temperature or well below."""
    own, skin = subject.wardrobe.mask, subject.shot.person.heat.skin_celsius
    worn: dict[str, params.Mask | None] = {
        "none": None,
        "as drawn": own,
        "warm": replace(own, celsius=skin),
        "cold": replace(own, celsius=skin - 7),
        "high and cold": replace(own, celsius=skin - 7, top_cm=0.0),
    }
    return _dressed(subject, mask=worn[kind])


def hat(subject: Subject, kind: str) -> Shot:
    """Something on the head; "low" is pulled down to the brows."""
    cap, (under, brim) = subject.wardrobe.cap, subject.wardrobe.brimmed
    hood, curtain = subject.wardrobe.hood
    low = (24.0, 22.0, 21.6, 18.0, *cap.line_deg[4:])
    worn: dict[str, dict[str, Any]] = {
        "none": {},
        "cap": {"hair": cap, "curtain": None},
        "low cap": {"hair": replace(cap, line_deg=low), "curtain": None},
        "brimmed hat": {"hair": under, "brim": brim, "curtain": None},
        "hood": {"hair": hood, "curtain": curtain},
    }
    return _dressed(subject, **worn[kind])


def ambient(subject: Subject, celsius: float) -> Shot:
    """Air of that temperature; skin, hair, clothes and the backdrop follow as they do."""
    person = subject.shot.person
    before, skin = person.heat.ambient_celsius, person.heat.skin_celsius
    heat = _heat_in(person.heat, celsius)

    def follow(own: float) -> float:
        return celsius + (heat.skin_celsius - celsius) * (own - before) / (skin - before)

    dressed = {
        name: replace(worn, celsius=follow(worn.celsius))
        for name in ("hair", "curtain", "clothes")
        if (worn := getattr(person, name)) is not None
    }
    backdrop = _shifted(subject.shot.backdrop, celsius - before)
    return replace(subject.shot, person=replace(person, heat=heat, **dressed), backdrop=backdrop)


def _heat_in(heat: params.Heat, celsius: float) -> params.Heat:
    colder = _cold(celsius) - _cold(heat.ambient_celsius)
    offsets = []
    for name, right, left in heat.offsets:
        more = _MORE_IN_THE_COLD.get(name, 0.0)
        share = (1 + more * _cold(celsius)) / (1 + more * _cold(heat.ambient_celsius))
        offsets.append((name, right * share, left * share))
    return replace(
        heat,
        ambient_celsius=celsius,
        skin_celsius=heat.skin_celsius - _COOLER_SKIN_CELSIUS * colder,
        offsets=tuple(offsets),
    )


def _cold(celsius: float) -> float:
    return float(np.clip((_COLD_BELOW_CELSIUS - celsius) / _COLD_SPAN_CELSIUS, 0, 1))


def _shifted(backdrop: Backdrop, degrees: float) -> Backdrop:
    items = tuple(replace(item, celsius=item.celsius + degrees) for item in backdrop.items)
    return replace(backdrop, celsius=backdrop.celsius + degrees, items=items)


def _sensor(subject: Subject, **fields: Any) -> Shot:
    return replace(subject.shot, sensor=replace(subject.shot.sensor, **fields))


def _dressed(subject: Subject, **fields: Any) -> Shot:
    return replace(subject.shot, person=replace(subject.shot.person, **fields))


def _posed(subject: Subject, head_deg: params.Triple, torso_deg: params.Triple) -> Shot:
    return _dressed(subject, pose=params.Pose(head_deg, torso_deg))
