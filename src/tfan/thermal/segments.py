"""The parts of a person that T-FAKE tells apart in an image, and how warm each is by clinic.

Class numbers: the segmentation of Microsoft FaceSynthetics. Means: the clinical constants of
T-FAKE's temperature prior (Flotho et al., CVPR 2025, code "ThermalizationCode"), which are stored
as shares of 20..40 degrees Celsius.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tfan.errors import InputError

Condition = Literal["warm", "cold"]
CONDITIONS: tuple[Condition, ...] = ("warm", "cold")
IGNORED = 255
"""Class of pixels that belong to no part."""
WINDOW_CELSIUS = (20.0, 40.0)
"""What 0 and 1 stand for in T-FAKE's thermal images; 65535 is 1 in its 16-bit files."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One class of the segmentation.

    Attributes:
        number: value of its pixels.
        name: as FaceSynthetics calls it, in small letters; left and right are the subject's.
        cold_celsius, warm_celsius: clinical mean in either condition.
    """

    number: int
    name: str
    cold_celsius: float
    warm_celsius: float

    def celsius(self, condition: Condition) -> float:
        """Return the clinical mean in a condition."""
        if condition not in CONDITIONS:
            known = " or ".join(map(repr, CONDITIONS))
            raise InputError("condition", expected=known, got=repr(condition))
        return self.warm_celsius if condition == "warm" else self.cold_celsius


SEGMENTS = (
    Segment(0, "background", 20.0, 20.0),
    Segment(1, "skin", 33.0, 35.0),
    Segment(2, "nose", 31.5, 35.0),
    Segment(3, "right_eye", 34.0, 35.0),
    Segment(4, "left_eye", 34.0, 35.0),
    Segment(5, "right_brow", 31.0, 34.0),
    Segment(6, "left_brow", 31.0, 34.0),
    Segment(7, "right_ear", 32.0, 35.0),
    Segment(8, "left_ear", 32.0, 35.0),
    Segment(9, "mouth_interior", 35.0, 35.0),
    Segment(10, "top_lip", 32.5, 35.0),
    Segment(11, "bottom_lip", 32.5, 35.0),
    Segment(12, "neck", 34.0, 35.0),
    Segment(13, "hair", 30.0, 30.0),
    Segment(14, "beard", 31.0, 32.0),
    Segment(15, "clothing", 30.0, 32.0),
    Segment(16, "glasses", 20.0, 20.0),
    Segment(17, "headwear", 28.0, 28.0),
    Segment(18, "facewear", 28.0, 28.0),
)
PERSON_SEGMENTS = SEGMENTS[1:]
"""The 18 parts of the temperature prior: everything but the background."""
