"""Pseudo-colour pictures back to one value per pixel, by recognising their palette."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from tfan.types import AnyArray, Array

Order = Literal["bgr", "rgb"]
Levels = npt.NDArray[np.uint8]

MIN_EXPLAINED = 0.7  # share of pixels near the palette; the rest may be text, logos, cross-hairs
NEAR_LEVELS = 26.0  # distance in 8-bit RGB that JPEG and another maker's shade stay within
_TOP_LEVEL = 255.0
_TEN_BITS = 1023.0  # the next width that colours come in
_SAMPLES = 300
_ENTRIES = 64  # of each palette while searching
_CLEARLY = 0.8  # of the usual order's mean distance: below, the other order is the right one
_TURNS = {"rgb": slice(None), "bgr": slice(None, None, -1)}
_CELL_LEVELS = 32  # colours within are alike
_CALM_LEVELS = 24.0  # neighbours, summed over the channels
_BITS = 6  # per channel, of the look-up table that decodes
_BLOCK = np.uint8(256 - 2 ** (8 - _BITS))
_INDEX_WEIGHTS = np.array([4**_BITS, 2**_BITS, 1], np.float32) / 2 ** (8 - _BITS)
_TABLE = Path(__file__).parent / "data" / "palettes.json"


@dataclass(frozen=True, slots=True)
class Match:
    """The palette that explains a colour picture best.

    Attributes:
        name: row of data/palettes.json.
        order: order of the picture's channels.
        explained: 0..1, share of the pixels that lie near the palette.
    """

    name: str
    order: Order
    explained: float

    @property
    def sure(self) -> bool:
        """Whether enough of the picture is explained to trust the palette."""
        return self.explained >= MIN_EXPLAINED


@cache
def load_palettes() -> dict[str, Array]:
    """Return name -> (256, 3) red, green, blue in 0..255, from cold to hot."""
    rows = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {name: _spread(stops.split(), 256) for name, stops in rows.items()}


def eight_bit_colours(image: AnyArray) -> AnyArray:
    """Return (H, W, 3) colours as uint8, whatever their width."""
    if image.dtype == np.uint8:
        return image
    values = np.nan_to_num(image.astype(np.float32), posinf=0.0, neginf=0.0)
    top = float(values.max())
    if top <= 1:
        values = values * np.float32(_TOP_LEVEL)
    elif top > _TOP_LEVEL:
        values = values * np.float32(_TOP_LEVEL / max(top, _TEN_BITS))
    return np.clip(values, 0, _TOP_LEVEL).astype(np.uint8)


def recognise(image: Levels, *, usual: Order = "bgr") -> Match:
    """Return the palette and channel order that explain (H, W, 3) colours best, sure or not.

    Args:
        image: (H, W, 3).
        usual: order of the channels unless the other one explains them clearly better. Jet is
            nearly its own mirror: noise would decide which of its ends is hot.
    """
    calm = _smooth_pixels(image)
    varied = calm[_varied(calm)]
    orders: tuple[Order, Order] = (usual, "rgb" if usual == "bgr" else "bgr")
    (here, row), (there, other) = (_nearest(varied, order) for order in orders)
    order = orders[0]
    if there < _CLEARLY * here:
        order, row = orders[1], other
    some = calm[:: max(1, len(calm) // _SAMPLES), _TURNS[order]]
    explained = float((_distances(some)[:, row] < NEAR_LEVELS).mean())
    return Match(list(load_palettes())[row], order, explained)


def _nearest(colours: Array, order: Order) -> tuple[float, int]:
    """Return the mean distance of colours (N, 3) to the palette nearest to them, and its row."""
    distances = _distances(colours[:, _TURNS[order]])  # (N, P)
    capped = np.minimum(distances, 2 * NEAR_LEVELS).mean(axis=0)  # overlays weigh no more
    row = int(capped.argmin())
    return float(capped[row]), row


def decode(image: Levels, match: Match) -> Levels:
    """Return (H, W) places on the palette, 0 coldest to 255 hottest, of (H, W, 3) colours."""
    blocks = (image & _BLOCK).astype(np.float32)
    weights = _INDEX_WEIGHTS if match.order == "rgb" else _INDEX_WEIGHTS[::-1]
    index = cv2.transform(blocks, weights[None]).astype(np.int32)
    places: Levels = _decoder(match.name).take(index, mode="clip")
    return places


def _smooth_pixels(image: Levels) -> Array:
    """Return colours (N, 3) of pixels whose neighbours agree: edges are mixtures."""
    height, width = image.shape[:2]
    step = max(1, int(np.sqrt(height * width / (8 * _SAMPLES))))
    here = image[: height - 1 : step, : width - 1 : step].astype(np.float32)
    there = image[1::step, 1::step].astype(np.float32)[: here.shape[0], : here.shape[1]]
    unrest = np.abs(here - there).sum(axis=2).reshape(-1)
    calm: Array = here.reshape(-1, 3)[unrest <= max(float(np.median(unrest)), _CALM_LEVELS)]
    return calm


def _varied(colours: Array) -> npt.NDArray[np.intp]:
    """Return the indices of about _SAMPLES colours (N, 3), fewer of those that are many.

    A picture is mostly background, and the few colours of that lie on many palettes.
    """
    cells = (colours // _CELL_LEVELS) @ np.array([64, 8, 1], np.float32)
    _, cell, counts = np.unique(cells, return_inverse=True, return_counts=True)
    share = np.cumsum(1 / np.sqrt(counts[cell]))
    wanted = np.linspace(0, share[-1], _SAMPLES, endpoint=False)
    return np.unique(np.searchsorted(share, wanted))


def _distances(colours: Array) -> Array:
    """Return the distance (N, P) of each colour to the nearest entry of each palette."""
    # einsum: for so narrow a product the threads of a BLAS cost more than they give
    products = np.einsum("nc,cm->nm", colours, _search_directions())  # (N, _ENTRIES * P)
    products += _search_offsets()
    nearest = products.reshape(len(colours), _ENTRIES, -1).min(axis=1)
    squared = (colours**2).sum(axis=1)[:, None] + nearest
    distances: Array = np.sqrt(np.maximum(squared, 0))
    return distances


@cache
def _search_directions() -> Array:
    """Return (3, _ENTRIES * P): minus twice the entries, so that a product gives distances."""
    entries = np.stack([palette[:: 256 // _ENTRIES] for palette in load_palettes().values()])
    directions: Array = np.ascontiguousarray(-2 * entries.transpose(2, 1, 0).reshape(3, -1))
    return directions


@cache
def _search_offsets() -> Array:
    offsets: Array = (_search_directions() ** 2).sum(axis=0) / 4
    return offsets


@cache
def _decoder(name: str) -> Levels:
    """Return the place on a palette for each colour of _BITS bits per channel."""
    palette = load_palettes()[name]
    levels = (np.arange(2**_BITS, dtype=np.float32) + 0.5) * 2 ** (8 - _BITS) - 0.5
    green_blue = np.stack(np.meshgrid(levels, levels, indexing="ij"), axis=-1).reshape(-1, 2)
    table = np.empty((2**_BITS, 4**_BITS), np.uint8)
    rest = (palette[:, 1:] ** 2).sum(1) - 2 * green_blue @ palette[:, 1:].T  # (G * B, 256)
    for row, red in enumerate(levels):
        table[row] = (rest + (palette[:, 0] - red) ** 2).argmin(axis=1)
    return table.reshape(-1)


def _spread(stops: list[str], count: int) -> Array:
    colours = np.array([list(bytes.fromhex(stop)) for stop in stops], np.float32)
    places = np.linspace(0, 1, len(stops))
    wanted = np.linspace(0, 1, count)
    channels = [np.interp(wanted, places, colours[:, i]) for i in range(3)]
    return np.stack(channels, axis=1).astype(np.float32)
