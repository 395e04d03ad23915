"""Chance of what a person wears: beard, hair, hats, long hair, glasses, masks, clothes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfan.synth import params
from tfan.synth.anatomy import NOISE_FIELDS


def draw_wear(
    rng: np.random.Generator, ambient: float, skin: float, *, clothed: float
) -> dict[str, Any]:
    """Draw the optional parts of a FaceParams record.

    Args:
        rng: the only source of chance.
        ambient: air temperature in deg C.
        skin: base temperature of the face in deg C.
        clothed: probability of clothes.

    Returns:
        Values for beard, hair, brim, curtain, mask, glasses and clothes.
    """
    clothes = _clothes(rng, ambient, skin) if rng.random() < clothed else None
    beard = _beard(rng) if rng.random() < 0.3 else None
    kind = str(rng.choice(["hair", "bald", "hat", "hood"], p=[0.76, 0.07, 0.12, 0.05]))
    hair = None if kind == "bald" else _hair(rng, kind, ambient, skin)
    brim = _brim(rng, hair) if hair and kind == "hat" and rng.random() < 0.7 else None
    hangs = hair is not None and (kind == "hood" or (kind == "hair" and rng.random() < 0.38))
    return {
        "clothes": clothes,
        "beard": beard,
        "hair": hair,
        "brim": brim,
        "curtain": _curtain(rng, hair) if hair and hangs else None,
        "mask": _mask(rng, skin) if rng.random() < 0.08 else None,
        "glasses": _glasses(rng, ambient, skin) if rng.random() < 0.24 else None,
    }


def _noise(rng: np.random.Generator, scale: int, low: float, high: float) -> params.NoiseTerm:
    return params.NoiseTerm(scale, int(rng.integers(NOISE_FIELDS)), float(rng.uniform(low, high)))


def _clothes(rng: np.random.Generator, ambient: float, skin: float) -> params.Clothes:
    u = rng.uniform
    scale = float(u(0.85, 1.25))
    return params.Clothes(
        collar_cm=float(u(-13, -8.2)),
        neckline_cm=float(u(-1, 5)),
        celsius=float(ambient + (skin - ambient) * u(0.08, 0.9) + u(-0.5, 0.5)),
        collar_celsius=float(u(-2, 1)) if rng.random() < 0.4 else 0.0,
        noise=_noise(rng, 1, 0, 0.6),
        volume_cm=float(u(0.1, 0.6)),
        scale=scale,
        top_cm=float(u(-14.5, -10.5)),
        top_radius_cm=(float(u(7, 10.5)), float(u(6, 8))),
        shoulder_cm=(float(u(10, 14)), float(u(16, 21) * scale), float(u(19, 24) * scale)),
        drop_cm=(float(u(0, 1.5)), float(u(-4, 1))),
        hem_celsius=float(u(-2, 1)) if rng.random() < 0.4 else 0.0,
    )


def _beard(rng: np.random.Generator) -> params.Beard:
    u = rng.uniform
    return params.Beard(
        celsius=float(u(-5, -0.6)),
        beard=float(u(0.3, 1)),
        sideburns=float(u(0.2, 0.9)) if rng.random() < 0.7 else 0.0,
        moustache=float(u(0.4, 1)) if rng.random() < 0.8 else 0.0,
        volume_cm=float(u(0, 1)) if rng.random() < 0.4 else 0.0,
        patches=(_noise(rng, 3, 0.35, 0.35), _noise(rng, 2, 0.2, 0.2)),
    )


def _hair(rng: np.random.Generator, kind: str, ambient: float, skin: float) -> params.Hair:
    u = rng.uniform
    edge: tuple[params.NoiseTerm, ...] = ()
    if kind == "hair":
        front = u(36, 62) if rng.random() < 0.85 else u(14, 36)
        line = (
            front, front + u(-4, 8), u(0.45, 0.9) * front, u(-18, 24),
            u(16, 32), u(16, 32), u(-42, -12), u(-50, -22),
        )  # fmt: skip
        ranges = ((0.05, 0.5), (0.4, 1.5), (1.2, 3.5))
        thickness = u(*ranges[int(rng.choice(3, p=[0.35, 0.45, 0.2]))])
        mix, edge = u(0.12, 0.85), (_noise(rng, 2, 0, 4), _noise(rng, 3, 0, 4))
    else:
        front = u(24, 50)
        line = (
            front, front - 2, 0.9 * front, 0.75 * front,
            u(14, 24), u(14, 24), u(0, 15), u(-25, 5),
        )  # fmt: skip
        thickness, mix = u(0.3, 1.2), u(0.05, 0.7)
    sun = u(0, 6) if ambient > 25 and rng.random() < 0.3 else 0.0
    return params.Hair(
        kind=kind,
        celsius=float(ambient + (skin - ambient) * mix * u(0.6, 1) + sun),
        line_deg=tuple(float(x) for x in line),
        asymmetry_deg=float(u(-5, 5)) if kind == "hair" else 0.0,
        softness_deg=float(u(0.8, 4)) if kind == "hair" else 0.6,
        edge_noise=edge,
        tint=(_noise(rng, 1, 0, 1.2), _noise(rng, 2, 0, 0.8)),
        thickness_cm=float(thickness),
        lift=float(u(-0.2, 0.5)),
    )


def _brim(rng: np.random.Generator, hair: params.Hair) -> params.Brim:
    u = rng.uniform
    front = np.radians(hair.line_deg[0])
    all_round = bool(rng.random() < 0.3)
    return params.Brim(
        reach_cm=float(u(3, 6) if all_round else u(3, 8)),
        tilt=float(u(-0.45, 0.15)),
        all_round=all_round,
        height_cm=float(4 + 9.6 * np.sin(front) * u(0.85, 1.0)),
        radius_cm=(float(7.6 * np.cos(front * 0.7) + 0.6), float(9.6 * np.cos(front * 0.8) + 0.4)),
        celsius=float(hair.celsius + u(-1, 1)),
    )


def _curtain(rng: np.random.Generator, hair: params.Hair) -> params.Curtain:
    u = rng.uniform
    long_hair = hair.kind == "hair"
    return params.Curtain(
        start_deg=float(u(62, 112) if long_hair else u(48, 75)),
        bottom_cm=float(u(-24, 0) if long_hair else u(-20, -12)),
        thickness_cm=float(hair.thickness_cm * 0.6 + u(0.2, 1.2)),
        flare=float(u(-0.12, 0.22)),
        wobble_cm=float(u(0, 0.25)),
        seed=int(rng.integers(2**31)),
        celsius=hair.celsius,
        tip_celsius=float(u(-2, 1.5)),
        cloth=not long_hair,
    )


def _mask(rng: np.random.Generator, skin: float) -> params.Mask:
    u = rng.uniform
    return params.Mask(
        top_cm=float(u(0, 1.2)),
        tilt=0.12,
        edge_deg=float(u(62, 72)),
        celsius=float(skin + u(-7, 0.5)),
        breath_celsius=float(u(-2, 1.5)),
        nose_celsius=float(u(-1, 1)),
        volume_cm=float(u(0.3, 0.9)),
        noise=_noise(rng, 1, 0.7, 0.7),
    )


def _glasses(rng: np.random.Generator, ambient: float, skin: float) -> params.Glasses:
    u = rng.uniform
    lens = ambient + u(-1.5, 6) if rng.random() < 0.8 else skin - u(0, 4)
    return params.Glasses(
        half_width_cm=float(u(2.2, 3.1)),
        half_height_cm=float(u(1.5, 2.6)),
        squareness=float(u(2, 5)),
        forward_cm=float(u(-0.1, 0.8)),
        wrap=float(u(0, 0.18)),
        tilt=float(u(-0.15, 0.1)),
        drop_cm=float(u(-0.35, 0.3)),
        spread_cm=float(u(-0.1, 0.25)),
        rim_cm=float(u(0.12, 0.45)),
        rimmed=bool(rng.random() < 0.8),
        lens_celsius=float(lens),
        frame_celsius=float(ambient + (skin - ambient) * u(0, 0.9)),
        gradient=(float(u(-0.5, 0.5)), float(u(-0.8, 0.8))),
        temple_cm=float(u(0.15, 0.6)),
        temple_out_cm=float(u(0.2, 0.7)),
    )
