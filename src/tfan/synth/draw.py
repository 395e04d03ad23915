"""All the chance of one synthetic person: `draw_face(rng)` fills a record of numbers.

Ranges follow the clinical picture (warm canthi and forehead, cool nose, ears and cheeks in the
cold) and the feasibility study; each is wide on purpose, the network sees no two alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.synth import params
from tfan.synth.anatomy import BROW_HEIGHTS, BROW_WIDTHS_CM, NOISE_FIELDS
from tfan.synth.draw_shape import EXPRESSIONS, draw_shape
from tfan.synth.draw_wear import draw_wear


@dataclass(frozen=True, slots=True)
class Framing:
    """How a head stands in its square image.

    Attributes:
        name: key in FRAMINGS.
        side_per_face: side of the image as a multiple of the face's hull size.
        centre_y: height of the hull's centre, 0 = top, 1 = bottom.
        back: True for the back of the head.
        clothed: probability of clothes and shoulders.
    """

    name: str
    side_per_face: float
    centre_y: float
    back: bool = False
    clothed: float = 0.86


FRAMINGS = {
    row.name: row
    for row in (
        Framing("crop", 2.1, 0.5, clothed=0.94),
        Framing("far", 3.3, 0.36),
        Framing("near", 1.85, 0.47),
        Framing("far-back", 3.3, 0.36, back=True),
        Framing("near-back", 1.85, 0.47, back=True),
    )
}


def noise_term(rng: np.random.Generator, scale: int, low: float, high: float) -> params.NoiseTerm:
    """Draw one field of the noise bank with an amplitude between low and high."""
    return params.NoiseTerm(scale, int(rng.integers(NOISE_FIELDS)), float(rng.uniform(low, high)))


def draw_face(rng: np.random.Generator, *, framing: Framing | str = "crop") -> params.FaceParams:
    """Draw everything random about one person.

    Args:
        rng: the only source of chance.
        framing: row of FRAMINGS, or its name.
    """
    row = FRAMINGS[framing] if isinstance(framing, str) else framing
    shape = draw_shape(rng)
    heat = _heat(rng, mouth_open=shape.expression[EXPRESSIONS.index("jawOpen")] > 0.05)
    pose = _pose(rng, back=row.back)
    wear = draw_wear(rng, heat.ambient_celsius, heat.skin_celsius, clothed=row.clothed)
    distance_cm = float(np.exp(rng.uniform(np.log(45), np.log(350))))
    offset = rng.uniform(-0.03, 0.03, 2) * distance_cm
    return params.FaceParams(
        framing=row.name,
        shape=shape,
        heat=heat,
        pose=pose,
        camera=params.Camera(distance_cm, (float(offset[0]), float(offset[1]))),
        material=_material(rng),
        **wear,
    )


def _ambient(rng: np.random.Generator) -> float:
    low, high = ((18, 27), (-8, 17), (27, 34), (34, 45))[
        int(rng.choice(4, p=[0.5, 0.22, 0.16, 0.12]))
    ]
    return float(rng.uniform(low, high))


def _heat(rng: np.random.Generator, *, mouth_open: bool) -> params.Heat:
    ambient = _ambient(rng)
    cold = float(np.clip((22 - ambient) / 20, 0, 1))
    base = float(rng.uniform(32.0, 35.3) - cold * rng.uniform(0, 5))
    contrast = float(rng.uniform(0.5, 1.5))
    noise = tuple(
        noise_term(rng, scale, 0, top * 0.8 * contrast)
        for scale, top in enumerate((0.7, 0.45, 0.35, 0.15))
        for _ in range(2)
    )
    light = None
    if rng.random() < 0.6:
        x, y, z = rng.normal(size=3)
        length = float(np.sqrt(x * x + y * y + z * z))
        light = ((float(x) / length, float(y) / length, float(z) / length), rng.uniform(0, 1.1))
    inside = rng.uniform(-5.0, 2.5) if mouth_open else rng.uniform(-2, 2.5)
    return params.Heat(
        ambient_celsius=ambient,
        skin_celsius=base,
        offsets=_offsets(rng, cold, contrast),
        brow=_brow(rng, contrast),
        noise=noise,
        eyeball=float(rng.uniform(-2.2, 1.0)),
        mouth_inside=float(inside),
        teeth=float(rng.uniform(-3, 1.5)),
        creases=(rng.uniform(-0.1, 0.8) * contrast, rng.uniform(-0.2, 1.0) * contrast),
        side_light=None if light is None else (light[0], float(light[1])),
        grazing=(float(rng.uniform(0, 0.5)), float(rng.uniform(2, 5))),
    )


Offset = tuple[str, float, float]
# (region, least, most) in degrees, before the contrast of the face
_UPPER_FACE = (
    ("forehead", 0.2, 1.3), ("canthus", 0.2, 2.0), ("inner_orbit", -0.1, 1.8),
    ("orbit", -0.4, 1.1), ("outer_orbit", -1.3, 0.4), ("lid", -1.4, 0.8), ("cornea", -1.2, 0.4),
)  # fmt: skip
_NOSE_SHARES = (("nose", 0.2, 1.0), ("nose_tip", 0.0, 0.8), ("alae", 0.0, 0.6))
_CHEEK_SHARES = (("cheek", 0.3, 1.2), ("lower_cheek", 0.0, 0.8))


def _offsets(rng: np.random.Generator, cold: float, contrast: float) -> tuple[Offset, ...]:
    def offset(name: str, low: float, high: float, *, spread: float = 0.25) -> Offset:
        value = rng.uniform(low, high) * contrast
        right, left = value * rng.uniform(1 - spread, 1 + spread, 2)
        return name, float(right), float(left)

    out = [offset(*row) for row in _UPPER_FACE]
    out += _nose(rng, cold)
    out += [offset("nose_bridge", -0.8, 0.6), offset("nostrils", -2.5, 2.0)]
    out += _cheeks(rng, cold)
    out.append(offset("zygoma", -1.0, 0.8, spread=0.6))
    out += [offset("lips", -2.2, 1.4), offset("chin", -1.8, 0.6)]
    if rng.random() < 0.6:  # the fold under the lip is often a warm patch: not an open mouth
        out.append(offset("chin_fold", -0.3, 1.8))
    out.append(offset("upper_lip", -1.2, 1.0))
    ears = rng.uniform(-5, 1) if rng.random() < 0.8 else rng.uniform(-8, 0)
    ears = float(ears) * (1 + 0.4 * cold)
    out += [("ears", ears, ears), offset("earlobes", -3, 0.5)]
    return (*out, offset("neck", -0.3, 1.8), offset("under_jaw", -0.2, 1.8))


def _nose(rng: np.random.Generator, cold: float) -> list[Offset]:
    """Return a nose that is mostly cool, more so in the cold, and sometimes not."""
    u = rng.random()
    mild = rng.uniform(0, 0.8) if u < 0.15 else rng.uniform(-1, 0) if u < 0.45 else 0.0
    celsius = mild or rng.uniform(-6, -0.5) * (1 + cold)
    values = [(name, float(celsius * rng.uniform(a, b))) for name, a, b in _NOSE_SHARES]
    return [(name, value, value) for name, value in values]


def _cheeks(rng: np.random.Generator, cold: float) -> list[Offset]:
    celsius = rng.uniform(-2.6, 0.3) * (1 + 0.8 * cold)
    pairs = [(name, celsius * rng.uniform(a, b, 2)) for name, a, b in _CHEEK_SHARES]
    return [(name, float(right), float(left)) for name, (right, left) in pairs]


def _brow(rng: np.random.Generator, contrast: float) -> params.Brow | None:
    height = int(rng.choice(len(BROW_HEIGHTS), p=[0.1, 0.2, 0.4, 0.2, 0.1]))
    width = int(rng.integers(len(BROW_WIDTHS_CM)))
    celsius = rng.uniform(-3.4, 0.1) * contrast if rng.random() < 0.85 else 0.0
    right, left = celsius * rng.uniform(0.75, 1.25, 2)
    patchy = noise_term(rng, 3, 0.25, 0.25) if rng.random() < 0.5 else None
    return params.Brow(height, width, (float(right), float(left)), patchy)


def _pose(rng: np.random.Generator, *, back: bool) -> params.Pose:
    yaw = rng.normal() * 22 if rng.random() < 0.55 else rng.uniform(-85, 85)
    if back:
        yaw = rng.uniform(115, 245)
    pitch = np.clip(rng.normal() * 12, -38, 38) if rng.random() < 0.85 else rng.uniform(-38, 42)
    roll = np.clip(rng.normal() * 9, -35, 35) if rng.random() < 0.85 else rng.uniform(-40, 40)
    turn = yaw + rng.uniform(-25, 25) if back else yaw * rng.uniform(-0.1, 0.9)
    torso = (
        float(turn),
        float(pitch * rng.uniform(-0.3, 0.4) + rng.uniform(-6, 6)),
        float(roll * rng.uniform(0, 0.5) + rng.uniform(-4, 4)),
    )
    return params.Pose((float(yaw), float(pitch), float(roll)), torso)


def _material(rng: np.random.Generator) -> params.Material:
    def term(
        cell: tuple[float, float], stretch: float, angle: tuple[float, float], top: float
    ) -> tuple[int, float, float, float, float]:
        return (
            int(rng.integers(2**31)),
            float(rng.uniform(*cell)),
            float(rng.uniform(1, stretch)),
            float(rng.uniform(*angle)),
            float(rng.uniform(0, top)),
        )

    return params.Material(
        hair=(term((1.5, 3.5), 8, (60, 120), 1.1), term((5, 20), 5, (60, 120), 1.2)),
        cloth=(term((14, 50), 4, (20, 160), 2.2), term((4, 12), 4, (20, 160), 0.8)),
        person=(term((2, 6), 1, (0, 0), 0.12),),
    )
