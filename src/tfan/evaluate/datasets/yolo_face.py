"""Labels as YOLO detectors with points take them: a text file an image, a row a face, in shares.

    images/train/a.png  labels/train/a.txt     or  train/images/a.png  train/labels/a.txt
    a.png  a.txt                                   side by side, too

A row: class, middle x, middle y, width, height, then x, y of each point (yolov5-face, as IS2AI/TFW
converts to it) or x, y, visibility (Ultralytics pose), all as shares of the image's sides; negative
points are not annotated. Without points: plain YOLO. An empty file says that there is no face.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import (
    SCHEME_OF_COUNT,
    BadEntryError,
    missing,
    numbers,
    read_text,
    schemed_face,
    split_in,
)
from tfan.evaluate.datasets.image_size import image_hw
from tfan.evaluate.datasets.listing import files_below, image_of, reader_of, unlabelled
from tfan.evaluate.sample import NAMED, Floats, Sample, TrueFace

PAGE = "docs/how-to/get-data.md"
_BOX = 5  # class and box
_LABELS, _IMAGES = "labels", "images"
_NOT_LABELS = {"classes.txt", "readme.txt", "train.txt", "val.txt", "test.txt"}


def open_yolo_face(folder: Path) -> Read:
    """Return the reader of a folder of YOLO labels.

    Raises:
        InputError: there is no label.
    """
    if next(_labels(folder), None) is None:
        raise missing(folder, "labels/train/*.txt and images/train/ or the like", PAGE)
    return partial(_read, folder)


def _labels(folder: Path) -> Iterator[Path]:
    apart = any(_LABELS in path.relative_to(folder).parts for path in files_below(folder, ".txt"))
    for path in files_below(folder, ".txt"):
        if apart and _LABELS not in path.relative_to(folder).parts:
            continue
        image = image_of(_images_of(folder, path.parent), path.stem)
        if image is not None or path.name.lower() not in _NOT_LABELS:
            yield path


def _images_of(folder: Path, labels: Path) -> Path:
    """Return the folder of images that belongs to a folder of labels."""
    parts = list(labels.relative_to(folder).parts)
    if _LABELS not in parts:
        return labels
    parts[parts.index(_LABELS)] = _IMAGES
    return folder.joinpath(*parts)


def _read(folder: Path, problems: Problems) -> Iterator[Sample]:
    homes: dict[Path, None] = {}
    for path in _labels(folder):
        homes.setdefault(path.parent)
        name = path.relative_to(folder).as_posix()
        image = image_of(_images_of(folder, path.parent), path.stem)
        try:
            if image is None:
                raise BadEntryError("no image of this name")
            lines = [line.split() for line in read_text(path).splitlines() if line.strip()]
            hw = image_hw(image)
        except BadEntryError as error:
            problems.add(name, str(error))
            continue
        faces, bad = list[TrueFace](), 0
        for number, row in enumerate(lines, start=1):
            try:
                faces.append(_face(numbers(row, what="a share"), hw))
            except BadEntryError as error:
                problems.add(f"{name} row {number}", str(error))
                bad += 1
        if faces or not bad:
            folders = path.relative_to(folder).parts[:-1]
            yield Sample(
                image.relative_to(folder).as_posix(), reader_of(image), tuple(faces),
                partial=bad > 0, split=next(filter(None, map(split_in, folders)), ""),
            )  # fmt: skip
    for home in homes:
        for name in unlabelled(_images_of(folder, home), home, ".txt"):
            problems.add(name, "no labels; an empty file would say that there is no face")


def _face(row: Floats, hw: tuple[int, int]) -> TrueFace:
    if len(row) < _BOX or not np.isfinite(row).all():
        raise BadEntryError(f"a row of {len(row)} numbers, expected 5 or more")
    size = np.array(hw[::-1], np.float64)
    middle, sides = row[1:3] * size, row[3:5] * size
    box = np.concatenate([middle - sides / 2, middle + sides / 2])
    if len(row) == _BOX:
        return schemed_face(np.zeros((0, 2)), NAMED, box_px=box)
    points, seen = _points(row[_BOX:])
    lost = np.asarray((points < 0).any(axis=1) if seen is None else seen == 0)
    points = np.where(lost[:, None], np.nan, points * size)
    visible = None if seen is None else np.where(lost, np.nan, (seen > 1).astype(np.float64))
    scheme = SCHEME_OF_COUNT.get(len(points), NAMED)
    return schemed_face(points, scheme, box_px=box, visible=visible)


def _points(values: Floats) -> tuple[Floats, Floats | None]:
    """Return points (N, 2), and visibilities (N,) where a row has them."""
    for width in (2, 3):
        if len(values) % width == 0 and len(values) // width in SCHEME_OF_COUNT:
            table = values.reshape(-1, width)
            return table[:, :2], table[:, 2] if width == 3 else None
    counts = ", ".join(map(str, SCHEME_OF_COUNT))
    raise BadEntryError(f"{len(values)} numbers after the box, expected x, y of {counts} points")
