"""The chance of one pair of images: `draw_pair(rng, condition)` fills a record of numbers.

The same generator and the other condition give the same person in the same picture, only colder or
warmer, as T-FAKE has each face twice.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tfan.synth.draw import draw_face
from tfan.synth.params import FaceParams, Heat, Pose
from tfan.synth.tfake.draw_look import draw_light, draw_look
from tfan.synth.tfake.record import Background, PairParams, Place, Thing, Warmth
from tfan.thermal.segments import SEGMENTS, Condition

FACE_SPREAD_CELSIUS = {"warm": 0.35, "cold": 0.6}
"""Deviation between people that all warm parts of a person share."""
SPREAD_CELSIUS = {
    "background": (0.5, 0.5), "skin": (0.3, 0.4), "nose": (0.4, 1.2), "right_eye": (0.3, 0.4),
    "right_brow": (0.4, 0.6), "right_ear": (0.5, 1.1), "mouth_interior": (0.4, 0.5),
    "top_lip": (0.3, 0.6), "bottom_lip": (0.3, 0.6), "neck": (0.3, 0.5), "hair": (0.8, 0.9),
    "beard": (0.6, 0.7), "clothing": (1.0, 1.1), "glasses": (0.5, 0.5), "headwear": (0.9, 0.9),
    "facewear": (0.9, 0.9),
}  # fmt: skip
"""Further deviation of a part, warm and cold. T-FAKE gives means only: the spread is tfan's."""
SIDES_CELSIUS = 0.15  # deviation between the two sides of one face
BESIDE_SKIN_CELSIUS = 0.4  # what blur adds to glasses, small things before a warm face
UNLIKE_SKIN = ("background", "hair", "clothing", "glasses", "headwear", "facewear")


def draw_pair(rng: np.random.Generator, condition: Condition) -> PairParams:
    """Draw everything random about one pair.

    Args:
        rng: the only source of chance.
        condition: whose clinical means the parts follow.
    """
    person = draw_face(rng, framing="crop")
    person = replace(person, pose=_pose(rng), heat=_calm(rng, person.heat))
    warmth = _warmth(rng, condition)
    look, light = draw_look(rng), draw_light(rng)
    place = Place(
        float(rng.uniform(1.75, 2.6)), (float(rng.normal(0.5, 0.02)), float(rng.normal(0.5, 0.03)))
    )
    background = _background(rng, warmth.segment_celsius[0])
    return PairParams(
        person=_wear_warmth(person, warmth),
        place=place,
        warmth=warmth,
        light=light,
        look=look,
        background=background,
        seed=int(rng.integers(2**31)),
    )


def _pose(rng: np.random.Generator) -> Pose:
    yaw = rng.normal() * 18 if rng.random() < 0.8 else rng.uniform(-70, 70)
    pitch = np.clip(rng.normal() * 9, -30, 30)
    roll = np.clip(rng.normal() * 7, -25, 25)
    torso = yaw * rng.uniform(0, 0.6), pitch * rng.uniform(-0.2, 0.3), roll * rng.uniform(0, 0.4)
    return Pose(
        (float(yaw), float(pitch), float(roll)),
        (float(torso[0]), float(torso[1]), float(torso[2])),
    )


def _calm(rng: np.random.Generator, heat: Heat) -> Heat:
    """Return the heat with little that moves the mean of what is seen: limb, mouth, teeth."""
    grazing = float(rng.uniform(0, 0.06)), float(rng.uniform(3, 6))
    return replace(
        heat,
        grazing=grazing,
        side_light=None,
        mouth_inside=0.3 * heat.mouth_inside,
        teeth=0.3 * heat.teeth,
    )


def _warmth(rng: np.random.Generator, condition: Condition) -> Warmth:
    column = 0 if condition == "warm" else 1
    shared = rng.normal() * FACE_SPREAD_CELSIUS[condition]
    by_pair: dict[str, float] = {}
    celsius = []
    for segment in SEGMENTS:
        name = segment.name.replace("left_", "right_")
        own = by_pair.setdefault(name, rng.normal() * SPREAD_CELSIUS[name][column])
        side = rng.normal() * SIDES_CELSIUS if "_" in segment.name else 0.0
        with_skin = 0.0 if segment.name in UNLIKE_SKIN else shared
        celsius.append(float(segment.celsius(condition) + with_skin + own + side))
    return Warmth(
        condition=condition,
        segment_celsius=tuple(celsius),
        detail=float(rng.uniform(0.3, 0.7)),
        netd_celsius=float(rng.uniform(0.03, 0.08)),
        blur_px=float(rng.uniform(0.6, 1.6)),
    )


def _wear_warmth(person: FaceParams, warmth: Warmth) -> FaceParams:
    """Return the person with things worn as warm as the record says; the skin is settled later."""
    by_name = {s.name: warmth.segment_celsius[s.number] for s in SEGMENTS}
    heat = replace(person.heat, ambient_celsius=by_name["background"], skin_celsius=by_name["skin"])
    glass = by_name["glasses"] - BESIDE_SKIN_CELSIUS
    glasses = person.glasses and replace(person.glasses, lens_celsius=glass, frame_celsius=glass)
    capped = person.hair is not None and person.hair.kind != "hair"
    scalp = by_name["headwear" if capped else "hair"]
    return replace(
        person,
        heat=heat,
        glasses=glasses,
        hair=person.hair and replace(person.hair, celsius=scalp),
        brim=person.brim and replace(person.brim, celsius=scalp - 0.5),
        curtain=person.curtain and replace(person.curtain, celsius=scalp, tip_celsius=0.0),
        clothes=person.clothes and replace(person.clothes, celsius=by_name["clothing"]),
        mask=person.mask and replace(person.mask, celsius=by_name["facewear"]),
    )


def _background(rng: np.random.Generator, celsius: float) -> Background:
    def colour() -> tuple[float, float, float]:
        grey, tint = rng.uniform(0.02, 0.8), rng.uniform(0.5, 1.5, 3)
        red, green, blue = np.clip(grey * tint, 0, 1).tolist()
        return red, green, blue

    def thing() -> Thing:
        kind = str(rng.choice(["ellipse", "box"]))
        centre, size = rng.uniform(0, 1, 2).tolist(), rng.uniform(0.03, 0.4, 2).tolist()
        warmer = rng.normal() * 0.5 if rng.random() < 0.94 else rng.uniform(1, 6)
        return Thing(
            kind, (centre[0], centre[1]), (size[0], size[1]), float(rng.uniform(0, 180)),
            colour(), float(celsius + warmer),
        )  # fmt: skip

    return Background(
        colours=(colour(), colour()),
        unrest=(int(rng.integers(2**31)), float(rng.uniform(0.02, 0.3)), float(rng.uniform(0, 1))),
        warmth_unrest=(
            int(rng.integers(2**31)), float(rng.uniform(0.1, 0.5)), float(rng.uniform(0, 0.4)),
        ),
        things=tuple(thing() for _ in range(rng.poisson(4))),
        blur=float(rng.uniform(0, 0.02)) if rng.random() < 0.7 else 0.0,
    )  # fmt: skip
