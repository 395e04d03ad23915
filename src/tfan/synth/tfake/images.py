"""A look into images of a set: that they open, and are of the size and bits of their kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.synth.tfake.files import CELSIUS_ENDING, is_there, read_image, stem_of

PAIRS_LOOKED_INTO = 100
"""How many pairs of a set are opened unless more are asked for: a second or two."""
_KINDS = {".png": ("uint8", 3), "_thermal.png": ("uint16", 1), CELSIUS_ENDING: ("uint16", 1)}
"""Ending -> type and channels; the image of parts is compared with its checksum instead."""


def spread_over(pairs: int, most: int | None) -> tuple[int, ...]:
    """Return the numbers of at most so many pairs, evenly spread from the first to the last.

    Args:
        pairs: how many there are.
        most: of them; None for all.
    """
    n = pairs if most is None else min(pairs, most)
    return tuple(np.unique(np.linspace(0, pairs - 1, n).round().astype(int)).tolist())


def image_problems(
    folder: Path, indices: Iterable[int], *, side_px: int | None, radiometric: bool
) -> list[str]:
    """Return a sentence for each image of these pairs that is not as it should be.

    Args:
        folder: of the set.
        indices: numbers of the pairs; files that are missing are passed over.
        side_px: height and width of all images; None where the set does not say: then any square.
        radiometric: whether there are images of degrees too.
    """
    endings = [ending for ending in _KINDS if radiometric or ending != CELSIUS_ENDING]
    paths = (folder / f"{stem_of(index)}{ending}" for index in indices for ending in endings)
    found = ((path.name, _problem(path, side_px)) for path in paths if is_there(path))
    return [f"{name} {problem}" for name, problem in found if problem]


def _problem(path: Path, side_px: int | None) -> str:
    """Return what is wrong with an image, "" for nothing."""
    try:
        image = read_image(path)
    except (InputError, OSError):
        return "cannot be opened as an image"
    ending = path.name.lstrip("0123456789")
    dtype, channels = _KINDS[ending]
    kind = str(image.dtype), image.shape[2] if image.ndim == 3 else 1
    if kind != (dtype, channels):
        return f"holds {_kind_words(*kind)}, expected {_kind_words(dtype, channels)}"
    height, width = image.shape[:2]
    side = height if side_px is None else side_px
    if (height, width) != (side, side):
        return f"is {width} x {height} pixels, expected {side} x {side}"
    if (image == image[:1, :1]).all():
        return "is the same everywhere"
    return ""


def _kind_words(dtype: str, channels: int) -> str:
    return f"{channels} channel{'s' if channels > 1 else ''} of {dtype}"
