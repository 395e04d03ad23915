"""From the record to degrees Celsius on each vertex of the head. No chance in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.synth import params
from tfan.synth.anatomy import PAIRED, Anatomy
from tfan.synth.head import Floats

Weights = npt.NDArray[np.floating[Any]]
Degrees = Weights | np.floating[Any]

SKIN, HAIR, CLOTH, MASK, OBJECT = 0.0, 1.0, 2.0, 2.5, 3.0
HAIR_AZIMUTHS_DEG = (0.0, 40.0, 62.0, 76.0, 88.0, 112.0, 126.0, 180.0)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The dressed head, V vertices.

    Attributes:
        celsius: (V,) temperature.
        material: (V,) SKIN, HAIR, CLOTH, MASK, or between where they blend.
        lift_cm: (V,) how far hair, beard, mask and cloth stand off the skin along the normal.
        raise_cm: (V,) how far hair also stands upwards.
    """

    celsius: Floats
    material: Floats
    lift_cm: Floats
    raise_cm: Floats


def skin_celsius(heat: params.Heat, anatomy: Anatomy) -> Floats:
    """Return (V,) temperature of the bare head."""
    celsius = np.full(len(anatomy.skin), heat.skin_celsius, np.float32)
    for name, right, left in heat.offsets:
        if name in PAIRED:
            celsius += (
                right * anatomy.regions[f"{name}_right"] + left * anatomy.regions[f"{name}_left"]
            )
        else:
            celsius += right * anatomy.regions[name]
    for term in heat.noise:
        celsius += field(anatomy, term)
    celsius += anatomy.skin * (
        heat.creases[0] * anatomy.creases[0] + heat.creases[1] * anatomy.creases[1]
    )
    if heat.brow:
        pair = anatomy.brows[heat.brow.height, heat.brow.width]
        brow = heat.brow.celsius[0] * pair[0] + heat.brow.celsius[1] * pair[1]
        celsius += (
            brow
            if heat.brow.patchiness is None
            else brow * (1 + field(anatomy, heat.brow.patchiness))
        )
    inner = (("eyeball", heat.eyeball), ("mouth_inside", heat.mouth_inside), ("teeth", heat.teeth))
    cornea = {name: right for name, right, _ in heat.offsets}.get("cornea", 0.0)
    for name, offset in inner:
        celsius = np.where(anatomy.regions[name] > 0, heat.skin_celsius + offset, celsius)
    return np.asarray(celsius + cornea * anatomy.regions["cornea"], np.float32)


def field(anatomy: Anatomy, term: params.NoiseTerm) -> Floats:
    """Return (V,) one smooth field of the bank, scaled."""
    return np.asarray(anatomy.noise[term.scale, term.field] * np.float32(term.celsius), np.float32)


def dress(person: params.FaceParams, anatomy: Anatomy) -> Surface:
    """Return the head with clothes, beard, hair and mask painted on, in that order."""
    surface = Surface(
        skin_celsius(person.heat, anatomy),
        *(np.zeros(len(anatomy.skin), np.float32) for _ in range(3)),
    )
    if person.clothes:
        surface = _clothe(surface, person.clothes, anatomy)
    if person.beard:
        surface = _grow_beard(surface, person.beard, anatomy)
    if person.hair:
        surface = _cover_scalp(surface, person.hair, anatomy)
    if person.mask:
        surface = _put_on_mask(surface, person.mask, anatomy)
    return surface


def _blend(
    surface: Surface,
    weight: Degrees,
    celsius: Degrees,
    material: float,
    lift: Degrees,
) -> Surface:
    return Surface(
        (surface.celsius * (1 - weight) + celsius * weight).astype(np.float32),
        (surface.material * (1 - weight) + material * weight).astype(np.float32),
        (surface.lift_cm + lift).astype(np.float32),
        surface.raise_cm,
    )


def _collar_line(clothes: params.Clothes, anatomy: Anatomy) -> Weights:
    """Return (V,) the height of the shirt's edge in each vertex's direction."""
    ahead = np.clip(np.cos(np.radians(anatomy.azimuth_deg)), 0, 1) ** 3
    return np.asarray(clothes.collar_cm - clothes.neckline_cm * ahead)


def shirt_weight(clothes: params.Clothes, anatomy: Anatomy) -> Weights:
    """Return (V,) how much of the skin the shirt covers, 0..1."""
    below = (anatomy.height_cm - _collar_line(clothes, anatomy)) / 0.12
    return np.asarray(anatomy.skin / (1 + np.exp(np.clip(below, -40, 40))))


def _clothe(surface: Surface, clothes: params.Clothes, anatomy: Anatomy) -> Surface:
    y, edge = anatomy.height_cm, _collar_line(clothes, anatomy)
    weight = shirt_weight(clothes, anatomy)
    collar = np.clip(1 - (edge - y) / 1.6, 0, 1) * clothes.collar_celsius
    celsius = clothes.celsius + collar + field(anatomy, clothes.noise)
    return _blend(surface, weight, celsius, CLOTH, weight * clothes.volume_cm)


def beard_weight(beard: params.Beard, anatomy: Anatomy) -> Weights:
    """Return (V,) how thick the beard grows, 0..1, before its patches."""
    weight = anatomy.regions["beard"] * beard.beard + anatomy.regions["sideburns"] * beard.sideburns
    weight = np.maximum(weight, anatomy.regions["moustache"] * beard.moustache)
    return np.asarray(np.clip(weight, 0, 1))


def _grow_beard(surface: Surface, beard: params.Beard, anatomy: Anatomy) -> Surface:
    weight = beard_weight(beard, anatomy)
    patches = sum((field(anatomy, term) for term in beard.patches), np.float32(1))
    return Surface(
        (surface.celsius + np.clip(weight * patches, 0, 1.4) * beard.celsius).astype(np.float32),
        np.maximum(surface.material, 0.8 * weight).astype(np.float32),
        (surface.lift_cm + weight * beard.volume_cm).astype(np.float32),
        surface.raise_cm,
    )


def scalp_weight(hair: params.Hair, anatomy: Anatomy) -> Weights:
    """Return (V,) how much hair, hat or hood covers the head, 0..1."""
    line = np.interp(anatomy.azimuth_deg, HAIR_AZIMUTHS_DEG, hair.line_deg)
    line += hair.asymmetry_deg * anatomy.side
    rough = sum((field(anatomy, term) for term in hair.edge_noise), np.float32(0))
    above = (anatomy.elevation_deg - line + rough) / hair.softness_deg
    return np.asarray(
        anatomy.skin * (anatomy.height_cm > -9) / (1 + np.exp(-np.clip(above, -30, 30)))
    )


def _cover_scalp(surface: Surface, hair: params.Hair, anatomy: Anatomy) -> Surface:
    weight = scalp_weight(hair, anatomy)
    tint = sum((field(anatomy, term) for term in hair.tint), np.float32(0))
    bumps = 1 + 0.25 * anatomy.noise[1, 0] + 0.15 * anatomy.noise[2, 0]
    lift = (weight * hair.thickness_cm * bumps).astype(np.float32)
    material = HAIR if hair.kind == "hair" else CLOTH
    covered = _blend(surface, weight.astype(np.float32), hair.celsius + tint, material, lift)
    return Surface(covered.celsius, covered.material, covered.lift_cm, lift * np.float32(hair.lift))


def mask_weight(mask: params.Mask, anatomy: Anatomy) -> Floats:
    """Return (V,) 1 where the mask lies, else 0."""
    ibug = anatomy.landmarks_cm
    y, z = anatomy.height_cm, anatomy.depth_cm
    top = ibug[29, 1] - mask.top_cm + (z - ibug[29, 2]) * mask.tilt
    weight = (y < top) & (y > ibug[8, 1] - 1.2) & (anatomy.azimuth_deg < mask.edge_deg) & (z > 1)
    return np.asarray(weight * anatomy.on_face, np.float32)


def _put_on_mask(surface: Surface, mask: params.Mask, anatomy: Anatomy) -> Surface:
    on = mask_weight(mask, anatomy)
    breath = (
        mask.breath_celsius * anatomy.regions["upper_lip"]
        + mask.nose_celsius * anatomy.regions["nose"]
    )
    celsius = (mask.celsius + breath + field(anatomy, mask.noise)).astype(np.float32)
    return _blend(surface, on, celsius, MASK, on * np.float32(mask.volume_cm))
