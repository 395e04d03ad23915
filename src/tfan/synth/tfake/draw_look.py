"""The chance of colours and light; ranges are tfan's own, wide on purpose."""

from __future__ import annotations

import numpy as np

from tfan.synth.tfake.record import Cloth, Light, Look, Rgb

# linear colours of skin from light to dark; a person lies anywhere between two of them
SKINS: tuple[Rgb, ...] = (
    (0.87, 0.66, 0.55), (0.72, 0.47, 0.34), (0.55, 0.31, 0.19), (0.33, 0.155, 0.085),
    (0.15, 0.062, 0.034), (0.065, 0.026, 0.016),
)  # fmt: skip
HAIRS: tuple[Rgb, ...] = (
    (0.008, 0.006, 0.005), (0.03, 0.016, 0.009), (0.10, 0.05, 0.025), (0.42, 0.27, 0.11),
    (0.22, 0.06, 0.02), (0.30, 0.29, 0.28), (0.65, 0.63, 0.60),
)  # fmt: skip
HAIR_ODDS = (0.3, 0.24, 0.17, 0.11, 0.05, 0.09, 0.04)
IRISES: tuple[Rgb, ...] = (
    (0.06, 0.025, 0.01), (0.16, 0.08, 0.03), (0.12, 0.14, 0.05), (0.10, 0.20, 0.35),
    (0.20, 0.24, 0.26),
)  # fmt: skip
MEAN_LIGHT = 0.75  # what a camera exposes for
PATTERNS = ("plain", "stripes", "checks")


def draw_look(rng: np.random.Generator) -> Look:
    """Draw the colours of a person."""
    hair = _vary(rng, HAIRS[int(rng.choice(len(HAIRS), p=HAIR_ODDS))], 0.25)
    dark = rng.uniform(0.4, 1.0)
    brow: Rgb = (float(hair[0] * dark), float(hair[1] * dark), float(hair[2] * dark))
    shade = rng.random() < 0.45
    return Look(
        skin=_skin(rng),
        blush=float(rng.uniform(0.1, 0.8)),
        hair=hair,
        brow=brow,
        beard=_vary(rng, brow, 0.2),
        iris=_vary(rng, IRISES[int(rng.integers(len(IRISES)))], 0.3),
        iris_cm=float(rng.uniform(0.54, 0.62)),
        pupil_cm=float(rng.uniform(0.14, 0.28)),
        shirt=_cloth(rng),
        cap=_cloth(rng),
        mask=_vary(rng, (0.35, 0.55, 0.7) if rng.random() < 0.5 else _any_colour(rng), 0.2),
        frame=_any_colour(rng, top=0.3),
        lens=(_any_colour(rng, top=0.1), float(rng.uniform(0.75, 0.97) if shade else 0.08)),
        gloss=float(rng.uniform(0.02, 0.14)),
    )


def draw_light(rng: np.random.Generator) -> Light:
    """Draw a lamp and the sky."""
    azimuth, height = rng.uniform(-1.4, 1.4), rng.uniform(-0.1, 1.1)
    direction = (
        float(np.sin(azimuth) * np.cos(height)),
        float(np.sin(height)),
        float(np.cos(azimuth) * np.cos(height)),
    )
    warm = rng.uniform(-0.12, 0.2)
    lamp, sky = rng.uniform(0.3, 1.0), rng.uniform(0.25, 0.8)
    bounce = rng.uniform(0.2, 0.7) * sky
    return Light(
        direction=direction,
        lamp=_tinted(lamp, warm),
        sky=_tinted(sky, float(rng.uniform(-0.15, 0.12))),
        ground=_tinted(bounce, float(rng.uniform(-0.1, 0.25))),
        exposure=float(MEAN_LIGHT * np.exp(rng.normal() * 0.22) / (0.55 * lamp + 0.75 * sky)),
    )


def _tinted(level: float, warm: float) -> Rgb:
    return (float(level * (1 + warm)), float(level), float(level * (1 - warm)))


def _skin(rng: np.random.Generator) -> Rgb:
    at = rng.uniform(0, len(SKINS) - 1)
    below = min(int(at), len(SKINS) - 2)
    share = at - below
    light, dark = np.log(SKINS[below]), np.log(SKINS[below + 1])
    red, green, blue = np.exp(light * (1 - share) + dark * share).tolist()
    return _vary(rng, (red, green, blue), 0.08)


def _vary(rng: np.random.Generator, colour: Rgb, share: float) -> Rgb:
    level = np.exp(rng.normal() * share)
    tint = level * np.exp(rng.normal(size=3) * share / 4)
    red, green, blue = np.clip(np.array(colour) * tint, 0, 1)
    return (float(red), float(green), float(blue))


def _any_colour(rng: np.random.Generator, *, top: float = 0.9) -> Rgb:
    red, green, blue = rng.uniform(0.01, 1, 3) ** 1.5 * rng.uniform(0.03, top)
    return (float(red), float(green), float(blue))


def _cloth(rng: np.random.Generator) -> Cloth:
    return Cloth(
        colours=(_any_colour(rng), _any_colour(rng)),
        pattern=str(rng.choice(PATTERNS, p=[0.65, 0.2, 0.15])),
        period=float(rng.uniform(0.015, 0.08)),
        angle_deg=float(rng.choice([0.0, 90.0, rng.uniform(0, 180)])),
    )
