"""Crops without a face, for the network to learn what is none: two from each faceless scene.

Half of them are aimed at something: the back of a head, a trunk, a hand, a lamp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.bank import HeadBank
from tfan.synth.face_sample import SAMPLE_PX
from tfan.synth.record import to_json
from tfan.synth.scene import render_scene
from tfan.synth.scene_draw import draw_scene
from tfan.synth.scene_params import SceneParams
from tfan.synth.stagings import FACELESS

CROPS_PER_SCENE = 2
BEHIND_SHARE = 0.4  # of the scenes: people from behind
LEAST_SIDE_PX = 14.0
CROPS_TRIED = 2
OUTSIDE = 0.15  # share of a crop that may lie outside the picture
FACE_SIDES = (1.3, 2.3)  # side of a crop aimed at a head, in face heights


@dataclass(frozen=True, slots=True)
class NegativeParams:
    """One crop of one faceless scene.

    Attributes:
        scene: the record of the scene.
        centre_px: of the crop.
        side_px: of the square crop.
        turn_deg: of the crop.
        smoothed: True for cubic enlargement, False for linear.
    """

    scene: SceneParams
    centre_px: tuple[float, float]
    side_px: float
    turn_deg: float
    smoothed: bool


def render_negative(bank: HeadBank, *, seed: int, index: int) -> tuple[npt.NDArray[np.uint8], str]:
    """Return the (176, 176) crop with this number, and its record."""
    number, which = divmod(index, CROPS_PER_SCENE)
    scene, image = _scene(bank, seed, number)
    rng = np.random.default_rng([seed, number, which])
    tries = [draw_negative(rng, scene) for _ in range(CROPS_TRIED)]
    crops = [cut_negative(image, params) for params in tries]
    best = int(np.argmax([crop.std() for crop in crops]))  # bare walls teach little
    return crops[best], to_json(tries[best])


@lru_cache(maxsize=1)  # the crops of one scene come one after the other
def _scene(bank: HeadBank, seed: int, number: int) -> tuple[SceneParams, npt.NDArray[np.uint8]]:
    rng = np.random.default_rng([seed, number])
    staging = FACELESS[0] if rng.random() < BEHIND_SHARE else FACELESS[1]
    params = draw_scene(rng, bank, staging=staging)
    away = tuple(one for one in params.people if bank.is_faceless(one.head))
    params = replace(params, people=away)
    rendered = render_scene(bank, params)
    height, width = rendered.size_hw
    return params, rendered.image[:height, :width]


def draw_negative(rng: np.random.Generator, scene: SceneParams) -> NegativeParams:
    """Draw where to cut."""
    height, width = scene.size_hw
    most = 0.95 * min(height, width)
    side = LEAST_SIDE_PX * (most / LEAST_SIDE_PX) ** float(rng.random())
    x, y = width * float(rng.random()), height * float(rng.random())
    items = [item for item in scene.backdrop.items if 0 < item.x_px < width]
    if scene.people and rng.random() < 0.6:
        one = scene.people[int(rng.integers(len(scene.people)))]
        x, y = one.x_px, one.y_px + (0.0 if rng.random() < 0.6 else 2.0 * one.height_px)
        side = one.height_px * float(rng.uniform(*FACE_SIDES))
    elif items and rng.random() < 0.6:
        item = items[int(rng.integers(len(items)))]
        x, y = item.x_px, item.y_px
        side = 2 * item.size_px * float(rng.uniform(0.7, 2.5))
    side = min(max(side, LEAST_SIDE_PX), most)
    dx, dy = (rng.normal(size=2) * 0.12 * side).tolist()
    inset = (0.5 - OUTSIDE) * side
    x, y = min(max(x + dx, inset), width - inset), min(max(y + dy, inset), height - inset)
    turn = float(rng.normal() * 8)
    return NegativeParams(scene, (x, y), side, turn, bool(rng.random() < 0.5))


def cut_negative(image: npt.NDArray[np.uint8], params: NegativeParams) -> npt.NDArray[np.uint8]:
    """Return the (176, 176) crop of a (H, W) picture."""
    zoom = SAMPLE_PX / params.side_px
    to_crop = cv2.getRotationMatrix2D(params.centre_px, params.turn_deg, zoom)
    to_crop[:, 2] = to_crop[:, 2] + (SAMPLE_PX - 1) / 2 - np.array(params.centre_px)
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC if params.smoothed else cv2.INTER_LINEAR
    size = (SAMPLE_PX, SAMPLE_PX)
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(image, to_crop, size, flags=way, borderMode=edge), np.uint8)
