"""The record of one scene: what stands where before which backdrop, seen by which camera."""

from __future__ import annotations

from dataclasses import dataclass

from tfan.synth.backdrop import Backdrop
from tfan.synth.items import Item
from tfan.synth.sensor import SensorParams

CANVAS_PX = 288
MOST_PEOPLE = 12


@dataclass(frozen=True, slots=True)
class Body:
    """What continues below the shoulders of a head.

    Attributes:
        posture: standing, seated or table (hidden below the chest).
        legs_celsius: degrees above the shirt.
        hands_celsius: degrees above the base of the skin.
        bare_arms: True for short sleeves.
        fold_celsius: strength of the folds of the shirt.
        seed: of the folds.
        dice: numbers 0..1 that decide limbs and proportions.
    """

    posture: str
    legs_celsius: float
    hands_celsius: float
    bare_arms: bool
    fold_celsius: float
    seed: int
    dice: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One head of the bank put into the scene.

    Attributes:
        head: index in the bank.
        x_px: centre of the face box.
        y_px: centre of the face box.
        height_px: of the face box, before the turn.
        mirrored: left and right swapped.
        roll_deg: turn in the image, clockwise, besides the head's own.
        shift_celsius: added to the head's temperatures.
        body: what continues below, or None.
    """

    head: int
    x_px: float
    y_px: float
    height_px: float
    mirrored: bool
    roll_deg: float
    shift_celsius: float
    body: Body | None


@dataclass(frozen=True, slots=True)
class CutOut:
    """People segmented from their surroundings, as some data sets store them.

    Attributes:
        neck: how far below the chin the cut runs, share of the face height.
        level: grey level of what was cut away.
    """

    neck: float
    level: int


@dataclass(frozen=True, slots=True)
class SceneParams:
    """Everything random about one scene.

    Attributes:
        staging: key of `stagings.STAGINGS`.
        bank_seed: of the bank that the heads are from.
        ambient_celsius: air.
        skin_celsius: of the first person.
        backdrop: what is behind.
        people: first the farthest.
        before: things in front of everybody.
        cut_out: or None for an ordinary picture.
        sensor: the camera.
    """

    staging: str
    bank_seed: int
    ambient_celsius: float
    skin_celsius: float
    backdrop: Backdrop
    people: tuple[Person, ...]
    before: tuple[Item, ...]
    cut_out: CutOut | None
    sensor: SensorParams

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.backdrop.size_hw
