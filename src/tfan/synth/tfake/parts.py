"""Which part of a person each place of the head belongs to, as soft fields on the vertices.

A field is a signed measure in centimetres or so, above 0 inside its part; drawn into an image it
gives borders finer than the mesh. Fields come in order: what lies on top comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.anatomy import Anatomy, anatomy
from tfan.synth.head import Floats, Head
from tfan.synth.heat import beard_weight, field, mask_weight, scalp_weight, shirt_weight
from tfan.synth.params import FaceParams
from tfan.thermal.segments import SEGMENTS

NUMBER = {segment.name: segment.number for segment in SEGMENTS}
ORDER = (
    "glasses", "facewear", "headwear", "hair", "clothing", "mouth_interior", "right_eye",
    "left_eye", "top_lip", "bottom_lip", "right_brow", "left_brow", "beard", "nose", "right_ear",
    "left_ear", "neck",
)  # fmt: skip
"""Parts from the topmost down; where no field is above 0 there is skin."""
WIDTHS = {"nose": 0.22, "neck": 0.1, "right_ear": 0.06, "left_ear": 0.06, "beard": 0.06}
SHARP = 0.03
"""Width of the blend from a part to what lies under it, in units of its field."""
NOWHERE = -1.0
EAR_YZ_CM, EAR_HALF_CM, EAR_FROM_CM = (1.0, 0.1), (3.5, 1.95), 6.3
NOSE_CM, NOSE_POWER = 1.35, 5  # how anatomy's nose weight falls with the distance
NOSE_BORDER_CM = 1.4
FAR = 10.0  # widths from a border at which nothing of the neighbour is left


@dataclass(frozen=True, slots=True, eq=False)
class FixedParts:
    """Fields that hang on the head model alone: name -> (V,)."""

    fields: dict[str, Floats]


@lru_cache(maxsize=2)
def fixed_parts(head: Head) -> FixedParts:
    """Return the fields of what everybody has, made once."""
    table = anatomy(head)
    right = head.mean[:, 0] < 0
    skin, face = head.is_part("face", "headneck"), head.is_part("face")
    eye = head.is_part("scleraL", "scleraR", "eyesocketL", "eyesocketR")
    ear = _ears(head, face)
    lips, upper = _lips(head, table.landmarks_cm)
    lips = np.where(face & (head.mean[:, 2] > 5), lips, NOWHERE)
    fields = {
        "mouth_interior": np.where(head.is_part("mouthsocket", "gums", "teeth"), 1, NOWHERE),
        "right_eye": np.where(eye & right, 1, NOWHERE),
        "left_eye": np.where(eye & ~right, 1, NOWHERE),
        "top_lip": np.where(upper > 0, lips, NOWHERE),
        "bottom_lip": np.where(upper > 0, NOWHERE, lips),
        "nose": np.where(skin, _nose(table), 2 * NOWHERE),
        "right_ear": np.where(right, ear, NOWHERE),
        "left_ear": np.where(right, NOWHERE, ear),
        "neck": np.where(skin, _neck(head.mean, table.landmarks_cm), NOWHERE),
    }
    return FixedParts({name: np.asarray(f, np.float32) for name, f in fields.items()})


def part_fields(head: Head, person: FaceParams) -> Floats:
    """Return (len(ORDER), V) fields of a dressed head; what is worn apart has its own meshes."""
    table = anatomy(head)
    out = np.full((len(ORDER), len(head.mean)), NOWHERE, np.float32)
    for name, values in fixed_parts(head).fields.items():
        out[ORDER.index(name)] = values
    if person.heat.brow:
        pair = table.brows[person.heat.brow.height, person.heat.brow.width]
        face = table.on_face > 0
        for name, weight in zip(("right_brow", "left_brow"), pair, strict=True):
            out[ORDER.index(name)] = np.where(face, weight - 0.5, NOWHERE)
    for name, values in _worn_fields(person, table).items():
        out[ORDER.index(name)] = values
    return out


def _worn_fields(person: FaceParams, table: Anatomy) -> dict[str, Floats]:
    out: dict[str, npt.NDArray[np.floating]] = {}
    if person.mask:
        out["facewear"] = mask_weight(person.mask, table) - 0.5
    if person.hair:
        name = "hair" if person.hair.kind == "hair" else "headwear"
        out[name] = scalp_weight(person.hair, table) - 0.5
    if person.clothes:
        out["clothing"] = shirt_weight(person.clothes, table) - 0.5
    if person.beard:
        patches = sum((field(table, term) for term in person.beard.patches), np.float32(1))
        out["beard"] = np.asarray(beard_weight(person.beard, table) * patches - 0.35)
    return {name: np.asarray(values, np.float32) for name, values in out.items()}


def shares(fields: Floats) -> Floats:
    """Return (len(ORDER) + 1, ...) share of each part, the last of skin; they sum to 1."""
    left = np.ones(fields.shape[1:], np.float32)
    out = np.zeros((len(fields) + 1, *fields.shape[1:]), np.float32)
    for k, (name, values) in enumerate(zip(ORDER, fields, strict=True)):
        steep = values * np.float32(1 / WIDTHS.get(name, SHARP))
        if steep.max(initial=-FAR) > -FAR:
            out[k] = left / (1 + np.exp(-np.clip(steep, -FAR, FAR)))
            left = left - out[k]
    out[-1] = left
    return out


def numbers(fields: Floats) -> npt.NDArray[np.uint8]:
    """Return (...) class numbers: the topmost part whose field is above 0, else skin."""
    inside = fields > 0
    first = np.where(inside.any(0), inside.argmax(0), len(ORDER))
    return np.array([*(NUMBER[name] for name in ORDER), NUMBER["skin"]], np.uint8)[first]


def _ears(head: Head, face: npt.NDArray[np.bool_]) -> Floats:
    """Return (V,) field of both ears: an ellipse as seen from the side."""
    x, y, z = head.mean.T
    outline = np.hypot((y - EAR_YZ_CM[0]) / EAR_HALF_CM[0], (z - EAR_YZ_CM[1]) / EAR_HALF_CM[1])
    ear = face & (np.abs(x) > EAR_FROM_CM)
    return np.asarray(np.where(ear, np.clip(1 - outline, -1, 1), NOWHERE), np.float32)


def _nose(table: Anatomy) -> Floats:
    """Return (V,) centimetres to the border of the nose, which has no border on the skin."""
    weight = np.clip(table.regions["nose"], 1e-30, 1 - 1e-6)
    away_cm = NOSE_CM * (-np.log(weight)) ** (1 / NOSE_POWER)
    return np.asarray(np.clip(NOSE_BORDER_CM - away_cm, 2 * NOWHERE, 1), np.float32)


def _lips(head: Head, p: Floats) -> tuple[Floats, Floats]:
    """Return (V,) signed distance into the outline of the lips, and height above their parting."""
    outline = np.ascontiguousarray(p[48:60, :2], np.float32).reshape(-1, 1, 2)
    inside = np.array(
        [cv2.pointPolygonTest(outline, (float(x), float(y)), True) for x, y in head.mean[:, :2]],
        np.float32,
    )
    parting = (p[[48, 60, 61, 62, 63, 64, 54]] + p[[48, 60, 67, 66, 65, 64, 54]]) / 2
    above = head.mean[:, 1] - np.interp(head.mean[:, 0], parting[:, 0], parting[:, 1])
    return inside, np.asarray(above, np.float32)


def _neck(mean: Floats, p: Floats) -> Floats:
    """Return (V,) field of what lies below and behind the jaw."""
    jaw = p[:17]
    y_jaw = np.interp(mean[:, 0], jaw[:, 0], jaw[:, 1])
    z_jaw = np.interp(mean[:, 0], jaw[:, 0], jaw[:, 2])
    under = (y_jaw - mean[:, 1]) + 0.7 * (z_jaw - mean[:, 2]) - 1.0
    below = y_jaw + 1.0 - mean[:, 1]
    behind = -2.5 - mean[:, 1]
    field_cm = np.where(mean[:, 2] > 2.5, np.minimum(under, below), behind)
    return np.asarray(np.clip(field_cm / 2, -1, 1), np.float32)
