"""The values that travel between the parts of tfan, and the conventions that all keep.

Points are (x, y); boxes are left, top, right, bottom; sizes are (height, width) and say _hw.
Where a `Face` lies is told in image coordinates: (0, 0) is the outer corner of the top left pixel,
the whole image is the box (0, 0, width, height), and int(x), int(y) name the pixel that holds a
point. Inside, arrays are sampled by pixel centres, half a pixel less (docs/decisions/0005).
Left and right are the subject's.
Temperatures are degrees Celsius in float32, NaN = no measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError

Array = npt.NDArray[np.float32]
AnyArray = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: arrays have no single truth
class Face:
    """One face in one image, in pixels of the image as it was handed in.

    Attributes:
        box_px: (4,) left, top, right, bottom; hairline to chin, visible face ear to ear.
        score: 0..1, how sure it is that this is a face; higher is surer.
        points_px: (N, 2) x, y of the landmarks of `scheme`.
        sigma_px: (N,) expected (mean) distance of each point from its true place.
        confidence: (N,) 0..1, probability that the point lies within 5 % of the face's size
            (sqrt(width x height) of the hull of all landmarks) of its true place.
        visibility: (N,) 0..1, probability that the point is seen: neither the face itself nor
            anything else hides it, and it lies in the image.
        scheme: name of the landmark convention, see tfan.landmarks.load_scheme.
        five_px: (5, 2) right eye, left eye, nose tip, right and left mouth corner. The nose tip is
            point 30 of the 70 or point 1 of the 478; scheme "tfw5" means another place, see
            docs/reference/schemes.md.
        quality: 0..1, probability that the mean distance of the points from their true places is
            below 5 % of the face's size; ranks faces by expected error.
        pose_deg: (3,) yaw, pitch, roll of the head: positive yaw turns to the subject's left
            (image right), positive pitch nods down, positive roll leans to the subject's right.
    """

    box_px: Array
    score: float
    points_px: Array
    sigma_px: Array
    confidence: Array
    visibility: Array
    scheme: str
    five_px: Array
    quality: float
    pose_deg: Array

    def __post_init__(self) -> None:
        n = len(self.points_px)
        shapes = {
            "box_px": (4,),
            "points_px": (n, 2),
            "sigma_px": (n,),
            "confidence": (n,),
            "visibility": (n,),
            "five_px": (5, 2),
            "pose_deg": (3,),
        }
        for name, shape in shapes.items():
            got = getattr(self, name).shape
            if got != shape:
                raise InputError(f"Face.{name}", expected=f"shape {shape}", got=str(got))
