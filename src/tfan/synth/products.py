"""What can be generated: for each product, how sample number i of a seed is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.synth.bank import APART, draw_head, head_arrays, open_bank
from tfan.synth.face_sample import RENDER_PX, SAMPLE_PX, FaceSample, render_sample
from tfan.synth.head import load_head
from tfan.synth.negatives import render_negative
from tfan.synth.record import to_json
from tfan.synth.scene import render_scene
from tfan.synth.scene_draw import draw_scene
from tfan.synth.scene_params import CANVAS_PX

Sample = tuple[dict[str, npt.NDArray[Any]], str]
Maker = Callable[[int], Sample]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a data set depends on.

    Attributes:
        product: key of `PRODUCTS`.
        seed: of the data set.
        head_path: packed head, or None for the default one.
        bank: folder of heads, for scenes and negatives.
        radiometric: True to store float16 degrees Celsius of each sample as well.
    """

    product: str
    seed: int
    head_path: Path | None = None
    bank: Path | None = None
    radiometric: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """One kind of data set: who makes its samples, and which arrays lie in files of their own."""

    maker: Callable[[Recipe], Maker]
    apart: tuple[str, ...] = ()
    needs_bank: bool = False


def maker_of(recipe: Recipe) -> Maker:
    """Open what the recipe needs and return the function from sample number to sample."""
    return product_of(recipe.product).maker(recipe)


def product_of(name: str) -> Product:
    """Return the row of a product, or say which there are."""
    if name not in PRODUCTS:
        raise InputError("product", expected=" or ".join(PRODUCTS), got=repr(name))
    return PRODUCTS[name]


def _faces(recipe: Recipe) -> Maker:
    head = load_head(recipe.head_path)

    def make(index: int) -> Sample:
        sample = render_sample(head, np.random.default_rng([recipe.seed, index]))
        arrays = face_arrays(sample)
        if recipe.radiometric:
            arrays["celsius"] = sample.celsius.astype(np.float16)
        return arrays, to_json(sample.params)

    return make


def face_arrays(sample: FaceSample) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of one face crop, as a shard stores them."""
    render = sample.render
    width, height = render.box_px[2:] - render.box_px[:2]
    sampled = min(1.0, sample.params.sensor.samples_px / RENDER_PX) * RENDER_PX / SAMPLE_PX
    return {
        "images": sample.image,
        "points_px": render.points_px.astype(np.float32),
        "visible": render.visible.astype(np.uint8),
        "jaw_contour_px": render.jaw_contour_px.astype(np.float32),
        "box_px": render.box_px.astype(np.float32),
        "five_px": render.five_px.astype(np.float32),
        "pose_deg": render.pose_deg.astype(np.float32),
        "ambient_celsius": np.array(render.ambient_celsius, np.float32),
        "face_px": np.array(np.sqrt(width * height) * sampled, np.float32),
    }


def _heads(recipe: Recipe) -> Maker:
    head = load_head(recipe.head_path)
    return lambda index: head_arrays(head, draw_head(np.random.default_rng([recipe.seed, index])))


def _scenes(recipe: Recipe) -> Maker:
    bank = open_bank(bank_of(recipe))

    def make(index: int) -> Sample:
        params = draw_scene(np.random.default_rng([recipe.seed, index]), bank)
        scene = render_scene(bank, params)
        arrays: dict[str, npt.NDArray[Any]] = {
            "images": scene.image,
            "size_hw": np.array(scene.size_hw, np.int16),
            "boxes_px": scene.boxes_px,
            "five_px": scene.five_px,
            "kind": scene.kind,
        }
        if recipe.radiometric:
            arrays["celsius"] = _on_canvas(scene.celsius)
        return arrays, to_json(params)

    return make


def _on_canvas(celsius: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Return (288, 288) degrees, NaN outside the scene."""
    canvas = np.full((CANVAS_PX, CANVAS_PX), np.nan, np.float16)
    canvas[: celsius.shape[0], : celsius.shape[1]] = celsius
    return canvas


def _negatives(recipe: Recipe) -> Maker:
    bank = open_bank(bank_of(recipe))

    def make(index: int) -> Sample:
        image, record = render_negative(bank, seed=recipe.seed, index=index)
        return {"images": image}, record

    return make


def bank_of(recipe: Recipe) -> Path:
    """Return the recipe's folder of heads, or say that one is needed."""
    if recipe.bank is None:
        raise InputError(
            recipe.product,
            expected="a bank of heads",
            got="none",
            fix="Run 'tfan synth generate heads FOLDER' and pass --bank FOLDER.",
        )
    return recipe.bank


PRODUCTS = {
    "faces": Product(_faces),
    "scenes": Product(_scenes, needs_bank=True),
    "negatives": Product(_negatives, needs_bank=True),
    "heads": Product(_heads, apart=APART),
}
