"""The people of the suite: who they are and what they could wear, from seed and number alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tfan.robustness.scenes import Occluder
from tfan.robustness.shots import ASPECT, FRAMING, Shot, face_size
from tfan.synth import params
from tfan.synth.backdrop import draw_backdrop
from tfan.synth.display import Display
from tfan.synth.draw import draw_face
from tfan.synth.draw_wear import draw_wear
from tfan.synth.head import Head
from tfan.synth.sensor import SensorParams

AMBIENT_CELSIUS = (18.0, 27.0)
FACE_PX, CAMERA_PX = 96, 320  # of the undisturbed picture: sqrt(box), width
NETD_CELSIUS = 0.05
_FRAME_PX = 528  # the scene is sampled finer than the camera does
_SIDE_PX = 528
_POSE_DEG = (4.0, 4.0, 3.0)  # standard deviation of yaw, pitch, roll: nobody looks quite straight
_FRINGE_DEG = 30.0  # hair that ends lower covers the brows
_SHOULDERS_CM = 19.0  # wider ones would leave the rendered square
_SETTINGS = ("plain", "laboratory", "room")
_DRAWS = 100_000


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """What a person puts on where an axis asks for it; hats come with or without a brim."""

    glasses: params.Glasses
    mask: params.Mask
    cap: params.Hair
    brimmed: tuple[params.Hair, params.Brim]
    hood: tuple[params.Hair, params.Curtain]


@dataclass(frozen=True, slots=True)
class Subject:
    """One person of the suite.

    Attributes:
        shot: the undisturbed picture.
        box_cm: sqrt(width x height) of the face box in it, in centimetres.
        wardrobe: glasses, mask, hats.
        occluder: covers nothing yet.
        side: 1 or -1, the side to which this person turns.
    """

    shot: Shot
    box_cm: float
    wardrobe: Wardrobe
    occluder: Occluder
    side: int


def draw_subject(head: Head, index: int, *, seed: int) -> Subject:
    """Return person `index`; the same seed and number give the same person, however many there are.

    Args:
        head: the morphable head, which tells the face's size.
        index: number of the person.
        seed: of the suite.
    """
    rng = np.random.default_rng([seed, index])
    person = _benign(rng)
    heat = person.heat
    backdrop = draw_backdrop(
        rng,
        size_hw=(round(_FRAME_PX * ASPECT), _FRAME_PX),
        ambient_celsius=heat.ambient_celsius,
        skin_celsius=heat.skin_celsius,
        setting=str(rng.choice(_SETTINGS)),
        clutter=0.3,
    )
    box_cm = face_size(head, person).box_cm
    shot = Shot(
        person=person,
        backdrop=backdrop,
        side_px=_SIDE_PX,
        frame_px=_FRAME_PX,
        px_per_cm=FACE_PX * _FRAME_PX / CAMERA_PX / box_cm,
        place=(float(rng.uniform(0.42, 0.58)), float(rng.uniform(0.40, 0.52))),
        occluder=None,
        range_celsius=None,
        sensor=_camera(int(rng.integers(2**31))),
    )
    occluder = _draw_occluder(rng, heat)
    wardrobe = _fill_wardrobe(rng, heat)
    return Subject(shot, box_cm, wardrobe, occluder, 1 if index % 2 else -1)


def _benign(rng: np.random.Generator) -> params.FaceParams:
    """Return somebody indoors who looks at the camera, with nothing before the face."""
    low, high = AMBIENT_CELSIUS
    for _ in range(_DRAWS):
        person = draw_face(rng, framing=FRAMING)
        hair, clothes = person.hair, person.clothes
        plain = hair is None or (hair.kind == "hair" and hair.line_deg[0] > _FRINGE_DEG)
        if plain and clothes and low < person.heat.ambient_celsius < high:
            break
    else:
        raise RuntimeError("draw_face draws nobody indoors any more")
    narrow = min(1.0, _SHOULDERS_CM / max(clothes.shoulder_cm))
    first, second, third = (narrow * cm for cm in clothes.shoulder_cm)
    yaw, pitch, roll = (float(rng.normal() * deg) for deg in _POSE_DEG)
    return replace(
        person,
        mask=None,
        glasses=None,
        clothes=replace(clothes, shoulder_cm=(first, second, third)),
        pose=params.Pose((yaw, pitch, roll), (0.5 * yaw, 0.0, 0.0)),
    )


def _camera(seed: int) -> SensorParams:
    """Return a good camera: white-hot, linear, little blur and noise."""
    display = Display(
        kind="span", low=0.5, high=99.5, widen=(0.0, 0.0), mix=1.0, clip_limit=3.0, tiles=4,
        gamma=1.0, gain=1.0, offset=0.0, top=1.0, inverted=False, palette=None,
    )  # fmt: skip
    return SensorParams(
        samples_px=CAMERA_PX, blur=0.5, defocus_px=0.0, motion=None, noise_celsius=NETD_CELSIUS,
        column_celsius=0.0, row_celsius=0.0, vignette_celsius=0.0, seed=seed, sharpen=None,
        display=display, upscale=0, graphics=None, jpeg=None,
    )  # fmt: skip


def _draw_occluder(rng: np.random.Generator, heat: params.Heat) -> Occluder:
    """Return a hand or a thing at the temperature of the air, from anywhere."""
    hand = heat.skin_celsius + rng.uniform(-3, 0.5)
    thing = heat.ambient_celsius + rng.uniform(-1, 5)
    celsius = hand if rng.random() < 0.5 else thing
    grain = (int(rng.integers(2**31)), float(rng.uniform(12, 60)), float(rng.uniform(0.1, 0.7)))
    return Occluder(0.0, float(rng.uniform(0, 360)), float(celsius), grain)


def _fill_wardrobe(rng: np.random.Generator, heat: params.Heat) -> Wardrobe:
    def first(wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return next(outfit for outfit in _outfits(rng, heat) if wanted(outfit))

    def hat(outfit: dict[str, Any]) -> bool:
        return outfit["hair"] is not None and outfit["hair"].kind == "hat"

    glasses = first(lambda outfit: outfit["glasses"] is not None)["glasses"]
    mask = first(lambda outfit: outfit["mask"] is not None)["mask"]
    cap = first(hat)["hair"]
    brimmed = first(lambda outfit: hat(outfit) and outfit["brim"] is not None)
    hood = first(lambda outfit: outfit["hair"] is not None and outfit["hair"].kind == "hood")
    return Wardrobe(
        glasses, mask, cap, (brimmed["hair"], brimmed["brim"]), (hood["hair"], hood["curtain"])
    )


def _outfits(rng: np.random.Generator, heat: params.Heat) -> Iterator[dict[str, Any]]:
    for _ in range(_DRAWS):
        yield draw_wear(rng, heat.ambient_celsius, heat.skin_celsius, clothed=1.0)
    raise RuntimeError("draw_wear draws no such outfit any more")
