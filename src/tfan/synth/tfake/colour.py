"""The colour image: what each place reflects, and a lamp and the sky on it. No chance in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.params import Triple
from tfan.synth.texture import smooth_noise
from tfan.synth.tfake.mesh import RENDER_PX, Drawn
from tfan.synth.tfake.parts import ORDER, shares
from tfan.synth.tfake.record import Background, Cloth, Light, Look, PairParams, Rgb

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

WRAP = 0.15  # skin scatters light past the edge of its shadow
CORNEA_CM, CORNEA_POWER = 0.6, 4  # how anatomy's cornea weight falls with the distance
SCLERA: Rgb = (0.62, 0.56, 0.52)
MOUTH: Rgb = (0.10, 0.025, 0.022)
LIP: Rgb = (0.55, 0.16, 0.15)
TOOTH_GLOSS = 0.25
LEAST_SHARE = 0.004
OCCLUSION_PX, OCCLUSION_CM = 14.0, 1.8
CAMERA_NOISE = 0.006


def colour_image(seen: Drawn, through: Drawn, params: PairParams) -> Bytes:
    """Return (S, S, 3) RGB.

    Args:
        seen: the person with the glass of spectacles.
        through: the person without it.
        params: the record.
    """
    image = background_colour(params.background)
    lit = _albedo(through, params) * _shade(through, params.light)
    image[through.there] = lit + _gloss(through, params)[:, None]
    image = _behind_glass(image, seen, through, params.look)
    noise = smooth_noise(params.seed, (RENDER_PX, RENDER_PX), 1.5)[..., None] * CAMERA_NOISE
    image = np.clip(image * params.light.exposure, 0, 1) ** np.float32(1 / 2.2) + noise
    soft = cv2.GaussianBlur(image, (0, 0), 0.7)
    return np.asarray(np.clip(np.rint(soft * 255), 0, 255), np.uint8)


def background_colour(background: Background) -> Floats:
    """Return (S, S, 3) what is behind the person."""
    side = RENDER_PX
    down = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    top, bottom = (np.array(colour, np.float32) for colour in background.colours)
    image = np.broadcast_to(top * (1 - down) + bottom * down, (side, side, 3)).copy()
    for thing in background.things:
        mask = stamp(thing.kind, thing.centre, thing.size, thing.angle_deg)[..., None]
        image += mask * (np.array(thing.colour, np.float32) - image)
    seed, cell, strength = background.unrest
    mottle = smooth_noise(seed, (side, side), cell * side)[..., None]
    image *= np.exp(0.5 * strength * mottle)
    if background.blur > 0:
        image = cv2.GaussianBlur(image, (0, 0), background.blur * side)
    return np.asarray(image, np.float32)


def stamp(
    kind: str, centre: tuple[float, float], size: tuple[float, float], angle_deg: float
) -> Floats:
    """Return (S, S) 1 within an ellipse or a box; centre and half axes are shares of the side."""
    side = RENDER_PX
    mask = np.zeros((side, side), np.float32)
    at, half = (centre[0] * side, centre[1] * side), (size[0] * side, size[1] * side)
    if kind == "ellipse":
        middle, axes = (round(at[0]), round(at[1])), (round(half[0]) + 1, round(half[1]) + 1)
        cv2.ellipse(mask, middle, axes, angle_deg, 0, 360, 1, -1)
    else:
        corners = cv2.boxPoints((at, (2 * half[0], 2 * half[1]), angle_deg))
        cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    return mask


def _albedo(drawn: Drawn, params: PairParams) -> Floats:
    """Return (N, 3) what share of red, green and blue each place reflects."""
    share = dict(zip((*ORDER, "skin"), shares(drawn.fields), strict=True))
    out = np.zeros((len(drawn.values), 3), np.float32)
    skin = _skin(drawn, params.look, params.seed)
    for name, part in share.items():
        at = np.flatnonzero(part > LEAST_SHARE)
        if len(at):
            colour = SURFACES.get(name, _bare)(Place(drawn, at, skin[at], params))
            out[at] += part[at, None] * colour
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a part is seen: n of the person's N pixels, the skin there, and the record."""

    drawn: Drawn
    at: npt.NDArray[np.intp]
    skin: Floats
    params: PairParams

    def channel(self, name: str) -> Floats:
        """Return (n,) one channel."""
        return self.drawn.channel(name)[self.at]

    def texture(self, field: Floats) -> Floats:
        """Return (n, 1) of an (S, S) field."""
        return field[self.drawn.there][self.at][:, None]


def _bare(place: Place) -> Floats:
    return place.skin


def _mixed(ground: Floats, colour: Rgb | Floats, share: float) -> Floats:
    return np.asarray(ground * (1 - share) + np.asarray(colour, np.float32) * share, np.float32)


def _lip(place: Place) -> Floats:
    return _mixed(place.skin, LIP, 0.35 + 0.3 * place.params.look.blush)


def _haired(place: Place, colour: Rgb, dense: float) -> Floats:
    side = (RENDER_PX, RENDER_PX)
    fine = smooth_noise(place.params.seed + 1, side, 2.0, stretch=9, angle_deg=80)
    locks = smooth_noise(place.params.seed + 2, side, 9.0, stretch=4, angle_deg=95)
    strands = np.exp(0.35 * place.texture(fine + locks))
    return _mixed(place.skin, np.array(colour, np.float32) * strands, dense)


def _eye(place: Place) -> Floats:
    look = place.params.look
    weight = np.clip(place.channel("cornea"), 1e-6, 1 - 1e-6)
    away_cm = CORNEA_CM * (-np.log(weight)) ** (1 / CORNEA_POWER)
    iris = np.clip((look.iris_cm - away_cm) / 0.04 + 0.5, 0, 1)[:, None]
    pupil = np.clip((look.pupil_cm - away_cm) / 0.04 + 0.5, 0, 1)[:, None]
    ring = 1 - 0.5 * np.clip((away_cm - 0.8 * look.iris_cm) / 0.1, 0, 1)[:, None]
    eye = np.array(SCLERA, np.float32) * (1 - iris) + np.array(look.iris) * ring * iris
    return np.asarray(eye * (1 - 0.95 * pupil), np.float32)


def _mouth(place: Place) -> Floats:
    """Return dark red with light teeth: what faces the camera there is mostly teeth."""
    ahead = np.clip(place.channel("z"), 0, 1)[:, None] ** 4
    return np.asarray(np.array(MOUTH) + TOOTH_GLOSS * ahead, np.float32)


def _cloth(place: Place, cloth: Cloth, seed: int) -> Floats:
    side = RENDER_PX
    row, column = np.nonzero(place.drawn.there)
    y, x = (values[place.at] / (cloth.period * side) for values in (row, column))
    turn = np.radians(cloth.angle_deg)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    stripes = np.sin(np.pi * along) > 0.2
    second = {
        "plain": np.zeros(len(x), bool), "stripes": stripes,
        "checks": stripes ^ (np.sin(np.pi * across) > 0.2),
    }[cloth.pattern]  # fmt: skip
    folds = place.texture(smooth_noise(seed, (side, side), 24, stretch=3, angle_deg=70))
    colour = np.array(cloth.colours, np.float32)[second.astype(int)]
    return np.asarray(colour * np.exp(0.15 * folds), np.float32)


def _one(colour: Rgb) -> Floats:
    return np.array(colour, np.float32)


SURFACES: dict[str, Callable[[Place], Floats]] = {
    "top_lip": lambda p: _lip(p) * np.float32(0.9),
    "bottom_lip": _lip,
    "right_eye": _eye,
    "left_eye": _eye,
    "mouth_interior": _mouth,
    "right_brow": lambda p: _haired(p, p.params.look.brow, 0.75),
    "left_brow": lambda p: _haired(p, p.params.look.brow, 0.75),
    "beard": lambda p: _haired(p, p.params.look.beard, 0.8),
    "hair": lambda p: _haired(p, p.params.look.hair, 1.0),
    "neck": lambda p: p.skin * np.float32(0.93),
    "headwear": lambda p: _cloth(p, p.params.look.cap, p.params.seed + 3),
    "clothing": lambda p: _cloth(p, p.params.look.shirt, p.params.seed + 4),
    "facewear": lambda p: _one(p.params.look.mask),
    "glasses": lambda p: _one(p.params.look.frame),
}
"""How a part looks; what is not named looks like skin."""


def _skin(drawn: Drawn, look: Look, seed: int) -> Floats:
    side = drawn.depth_cm.shape
    spots = 0.03 * smooth_noise(seed + 5, side, 2.5) + 0.03 * smooth_noise(seed + 6, side, 14)
    dark = spots[drawn.there] - 0.2 * drawn.channel("lid")
    dark = np.exp(dark - 0.08 * np.clip(drawn.channel("crease"), -1, 3))[:, None]
    blood = np.clip(drawn.channel("blood"), 0, 1)[:, None] * np.float32(0.5 * look.blush)
    red = np.array(look.skin, np.float32) * (1 - blood * np.array((0.05, 0.5, 0.5), np.float32))
    return np.asarray(red * dark, np.float32)


def _shade(drawn: Drawn, light: Light) -> Floats:
    """Return (N, 3) light that arrives."""
    normals = drawn.normals()
    lamp = np.maximum((_along(normals, light.direction) + WRAP) / (1 + WRAP), 0)[:, None]
    up = (0.5 + 0.5 * normals[:, 1])[:, None]
    around = _one(light.sky) * up + _one(light.ground) * (1 - up)
    openness = _open(drawn)[:, None]
    return np.asarray(_one(light.lamp) * lamp + around * openness, np.float32)


def _gloss(drawn: Drawn, params: PairParams) -> Floats:
    """Return (N,) what shines: skin a little, eyes much."""
    halfway = np.array(params.light.direction) + np.array([0, 0, 1.0])
    x, y, z = (halfway / np.linalg.norm(halfway)).tolist()
    shine = np.maximum(_along(drawn.normals(), (x, y, z)), 0)
    eyes = [drawn.channel(name) > 0 for name in ("right_eye", "left_eye")]
    wet = np.where(eyes[0] | eyes[1], np.float32(0.4), np.float32(0))
    return np.asarray(params.look.gloss * shine**20 + wet * shine**150, np.float32)


def _along(normals: Floats, direction: Triple) -> Floats:
    return np.asarray(normals @ np.array(direction, np.float32), np.float32)


def _open(drawn: Drawn) -> Floats:
    """Return (N,) how open a place lies to the sky: less where its surroundings are nearer."""
    filled = np.where(drawn.there, drawn.depth_cm, 0).astype(np.float32)
    weight = cv2.GaussianBlur(drawn.there.astype(np.float32), (0, 0), OCCLUSION_PX)
    around = cv2.GaussianBlur(filled, (0, 0), OCCLUSION_PX)[drawn.there]
    around = around / np.maximum(weight[drawn.there], 1e-3)
    deeper = np.clip((drawn.depth_cm[drawn.there] - around) / OCCLUSION_CM, 0, 1.5)
    return np.asarray(np.exp(-0.8 * deeper), np.float32)


def _behind_glass(image: Floats, seen: Drawn, through: Drawn, look: Look) -> Floats:
    if seen is through:
        return image
    glass = seen.depth_cm < through.depth_cm - 1e-3
    hides = np.float32(look.lens[1])
    image[glass] = image[glass] * (1 - hides) + _one(look.lens[0]) * hides
    return image
