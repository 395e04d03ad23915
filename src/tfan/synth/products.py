"""What can be generated: for each product, how sample number i of a seed is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.synth.bank import APART, draw_head, head_arrays
from tfan.synth.face_sample import RENDER_PX, SAMPLE_PX, FaceSample, render_sample
from tfan.synth.head import load_head
from tfan.synth.record import to_json

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


PRODUCTS = {
    "faces": Product(_faces),
    "heads": Product(_heads, apart=APART),
}
