"""SF-TL54: 54 points and a box a face, a labelme file for each image.

    gray/train/images/1_1_1_1_1_1.png    also iron/..., val/ and test/
    gray/train/json/1_1_1_1_1_1.json     {"shapes": [{"label": ..., "points": [[x, y], ...]}, ...]}
    rgb/train/                           the visual pairs; not read

The shape "face" is a rectangle of two corners; the points of all others, one after the other, are
the 54. Layout: README, build_dlib_landmarks_xml.py and visualize_dataset.py of
IS2AI/thermal-facial-landmarks-detection. Labelme counts from the corner of the first pixel. Names
are those of SpeakingFaces and begin with the subject's number (metadata.csv there has 1 to 142).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import (
    BadEntryError,
    missing,
    read_json,
    schemed_face,
    split_in,
)
from tfan.evaluate.datasets.listing import image_of, names_in, reader_of, unlabelled
from tfan.evaluate.datasets.tfw import subject_of
from tfan.evaluate.sample import Floats, Sample, TrueFace

PAGE = "docs/how-to/get-data.md"
_PALETTES = ("gray", "iron", "negative")
_FACE = "face"


def open_sf_tl54(folder: Path, *, palette: str = "") -> Read:
    """Return the reader of an SF-TL54 folder.

    Args:
        folder: holds gray/ or another palette.
        palette: "gray", "iron" or "negative"; by default the first of them that is there.

    Raises:
        InputError: no such palette, or no labels in the folder.
    """
    if palette and palette not in _PALETTES:
        raise InputError("palette", expected=" or ".join(map(repr, _PALETTES)), got=repr(palette))
    for home in [folder / one for one in ([palette] if palette else _PALETTES)]:
        splits = [one for one in sorted(home.iterdir()) if one.is_dir()] if home.is_dir() else []
        labelled = [one for one in splits if split_in(one.name) and (one / "json").is_dir()]
        if labelled:
            return partial(_read, labelled)
    raise missing(folder, "gray/train/json and the like", PAGE)


def _read(splits: list[Path], problems: Problems) -> Iterator[Sample]:
    for home in splits:
        short = f"{home.parent.name}/{home.name}"
        for name in names_in(home / "json", ".json"):
            image = image_of(home / "images", Path(name).stem)
            try:
                if image is None:
                    raise BadEntryError(f"no image {Path(name).stem} in images/")
                face = _face(read_json(home / "json" / name))
            except BadEntryError as error:
                problems.add(f"{short}/json/{name}", str(error))
                continue
            yield Sample(
                f"{short}/{image.name}", reader_of(image), (face,), meaning="pixel",
                subject=subject_of(name), split=split_in(home.name), condition=home.parent.name,
            )  # fmt: skip
        for name in unlabelled(home / "images", home / "json", ".json"):
            problems.add(f"{short}/images/{name}", "no labels in json/")


def _face(content: Any) -> TrueFace:
    shapes = content.get("shapes") if isinstance(content, dict) else None
    if not isinstance(shapes, list) or not all(isinstance(shape, dict) for shape in shapes):
        raise BadEntryError('no list "shapes"')
    boxes = [_points(shape) for shape in shapes if shape.get("label") == _FACE]
    others = [_points(shape) for shape in shapes if shape.get("label") != _FACE]
    if len(boxes) > 1:
        raise BadEntryError(f"{len(boxes)} boxes of one face")
    points = np.concatenate(others) if others else np.zeros((0, 2))
    box = None
    if boxes:
        box = np.concatenate([boxes[0].min(axis=0), boxes[0].max(axis=0)])
    return schemed_face(points, "sftl54", box_px=box)


def _points(shape: Any) -> Floats:
    try:
        points = np.array(shape.get("points"), np.float64).reshape(-1, 2)
    except (OverflowError, TypeError, ValueError):
        raise BadEntryError(f"the points of {shape.get('label')!r} are not x, y") from None
    if not len(points) or not np.isfinite(points).all():
        raise BadEntryError(f"the points of {shape.get('label')!r} are none, or not finite")
    return points
