"""The chance of one person's shape: identity, expression, gaze and the stretch of the head."""

from __future__ import annotations

import numpy as np

from tfan.synth import params
from tfan.synth.head import IDENTITIES
from tfan.synth.moves import draw_moves

EXPRESSIONS = (
    "browDown_L", "browDown_R", "browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R",
    "cheekPuff_L", "cheekPuff_R", "cheekSquint_L", "cheekSquint_R", "eyeBlink_L", "eyeBlink_R",
    "eyeLookDown_L", "eyeLookDown_R", "eyeLookIn_L", "eyeLookIn_R", "eyeLookOut_L",
    "eyeLookOut_R", "eyeLookUp_L", "eyeLookUp_R", "eyeSquint_L", "eyeSquint_R", "eyeWide_L",
    "eyeWide_R", "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthDimple_L",
    "mouthDimple_R", "mouthFrown_L", "mouthFrown_R", "mouthFunnel", "mouthLeft",
    "mouthLowerDown_L", "mouthLowerDown_R", "mouthPress_L", "mouthPress_R", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmile_L", "mouthSmile_R", "mouthStretch_L", "mouthStretch_R", "mouthUpperUp_L",
    "mouthUpperUp_R", "noseSneer_L", "noseSneer_R",
)  # fmt: skip


def draw_shape(rng: np.random.Generator) -> params.Shape:
    """Draw who somebody is and what the face does."""
    identity = rng.normal(size=IDENTITIES) * rng.uniform(0.6, 1.35)
    weights = dict.fromkeys(EXPRESSIONS, 0.0)
    if rng.random() < 0.8:
        weights |= _mouth(rng) | _lids(rng) | _brow_move(rng)
        for name in rng.choice(EXPRESSIONS, rng.integers(0, 4), replace=False):
            if not name.startswith(("eyeBlink", "jawOpen")):
                weights[name] = float(np.clip(weights[name] + rng.uniform(0, 0.7), 0, 1))
    if rng.random() < 0.6:
        weights |= _gaze(rng)
    stretch = rng.uniform(0.91, 1.09, 3)
    return params.Shape(
        tuple(round(float(x), 4) for x in identity),
        tuple(round(float(weights[name]), 4) for name in EXPRESSIONS),
        (float(stretch[0]), float(stretch[1]), float(stretch[2])),
        draw_moves(rng),
    )


def _mouth(rng: np.random.Generator) -> dict[str, float]:
    out: dict[str, float] = {}
    if rng.random() < 0.22:  # open mouths are rarer than in the study: it read them everywhere
        out["jawOpen"] = float(rng.beta(1, 1.6) * 0.9)
    if rng.random() < 0.35:
        smile = rng.beta(1.2, 1.5)
        out["mouthSmile_L"] = float(smile * rng.uniform(0.7, 1))
        out["mouthSmile_R"] = float(smile * rng.uniform(0.7, 1))
    return out


def _lids(rng: np.random.Generator) -> dict[str, float]:
    u = rng.random()
    if u < 0.3:
        lids = np.clip(rng.uniform(0.05, 0.6) + rng.uniform(-0.05, 0.05, 2), 0, 1)
    elif u < 0.45:
        lids = rng.uniform(0.85, 1.0, 2)
    else:
        return {}
    return {"eyeBlink_L": float(lids[0]), "eyeBlink_R": float(lids[1])}


def _brow_move(rng: np.random.Generator) -> dict[str, float]:
    if rng.random() < 0.3:
        inner = float(rng.uniform(0, 0.9))
        outer = inner * float(rng.uniform(0.3, 1))
        return {
            "browInnerUp_L": inner, "browInnerUp_R": inner,
            "browOuterUp_L": outer, "browOuterUp_R": outer,
        }  # fmt: skip
    if rng.random() < 0.3:
        down = rng.uniform(0, 0.9, 2)
        return {"browDown_L": float(down[0]), "browDown_R": float(down[1])}
    return {}


def _gaze(rng: np.random.Generator) -> dict[str, float]:
    x, y = np.clip(rng.normal(size=2) * 0.35, -1, 1)
    across = ("eyeLookOut_L", "eyeLookIn_R") if x > 0 else ("eyeLookIn_L", "eyeLookOut_R")
    along = ("eyeLookUp_L", "eyeLookUp_R") if y > 0 else ("eyeLookDown_L", "eyeLookDown_R")
    return dict.fromkeys(across, float(abs(x))) | dict.fromkeys(along, float(abs(y)))
