"""The record of one pair of images: all that chance decides about a person in colour and in heat.

Colours are linear (not gamma-coded) red, green, blue in 0..1; lengths are shares of the image's
side, temperatures degrees Celsius.
"""

from __future__ import annotations

from dataclasses import dataclass

from tfan.synth.params import FaceParams, Pair, Triple
from tfan.thermal.segments import Condition

Rgb = Triple


@dataclass(frozen=True, slots=True)
class Place:
    """Where the face stands: side of the image in face sizes, centre of its hull in shares."""

    side_per_face: float
    centre: Pair


@dataclass(frozen=True, slots=True)
class Warmth:
    """How warm each part of this person is.

    Attributes:
        condition: whose clinical means the parts follow.
        segment_celsius: (19,) mean of each class, background first (`thermal.segments`).
        detail: how strong warm and cool places within a part are, 0..1.
        netd_celsius: noise of the camera.
        blur_px: optics, in pixels of a 512 px image.
    """

    condition: Condition
    segment_celsius: tuple[float, ...]
    detail: float
    netd_celsius: float
    blur_px: float


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp and the sky: direction (x right, y up, z to the camera), colours, exposure."""

    direction: Triple
    lamp: Rgb
    sky: Rgb
    ground: Rgb
    exposure: float


@dataclass(frozen=True, slots=True)
class Cloth:
    """Two colours in a pattern: plain, stripes or checks of a period (share of the side)."""

    colours: tuple[Rgb, Rgb]
    pattern: str
    period: float
    angle_deg: float


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a person.

    Attributes:
        skin: of the cheeks without blood.
        blush: how red lips, nose, cheeks and ears are, 0..1.
        hair, brow, beard: of the three.
        iris: of both eyes.
        iris_cm, pupil_cm: their radii.
        shirt, cap: cloth of the clothes, and of a hat, hood or mask.
        frame: of spectacles.
        lens: colour of the glass and how much of what lies behind it hides.
        gloss: of the skin.
    """

    skin: Rgb
    blush: float
    hair: Rgb
    brow: Rgb
    beard: Rgb
    iris: Rgb
    iris_cm: float
    pupil_cm: float
    shirt: Cloth
    cap: Cloth
    mask: Rgb
    frame: Rgb
    lens: tuple[Rgb, float]
    gloss: float


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing behind the person, in both images: ellipse or box."""

    kind: str
    centre: Pair
    size: Pair
    angle_deg: float
    colour: Rgb
    celsius: float


@dataclass(frozen=True, slots=True)
class Background:
    """What is behind the person.

    Attributes:
        colours: of the top and the bottom.
        unrest: seed, cell (share of the side) and strength of a mottle in colour.
        warmth_unrest: seed, cell and degrees of a mottle in temperature.
        things: first the farthest.
        blur: of the colour image's background, share of the side.
    """

    colours: tuple[Rgb, Rgb]
    unrest: tuple[int, float, float]
    warmth_unrest: tuple[int, float, float]
    things: tuple[Thing, ...]
    blur: float


@dataclass(frozen=True, slots=True)
class PairParams:
    """Everything random about one pair of images; seed is of camera noise and fine texture."""

    person: FaceParams
    place: Place
    warmth: Warmth
    light: Light
    look: Look
    background: Background
    seed: int
