"""300-W: a .pts file beside each image, "x y" a line in braces, the first pixel's middle 1.

The format is older than 300-W and says nothing of boxes; the points' hull stands for one. Menpo's
importer and 300-W's own MATLAB files count from 1, so that a position minus 0.5 is an image
coordinate. (tfan writes the same: `tfan track --format pts`.)
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
from tfan.evaluate.datasets.listing import files_below, image_of, reader_of
from tfan.evaluate.sample import NAMED, Floats, Sample

PAGE = "docs/how-to/get-data.md"
_FIRST_PIXEL = 0.5  # positions - 0.5 = image coordinates


def open_pts(folder: Path) -> Read:
    """Return the reader of a folder, and the folders in it, of images with .pts files.

    Raises:
        InputError: there is no .pts file.
    """
    if next(files_below(folder, ".pts"), None) is None:
        raise missing(folder, ".pts files beside images", PAGE)
    return partial(_read, folder)


def read_pts(path: Path) -> Floats:
    """Return the points (N, 2) of a .pts file in image coordinates.

    Raises:
        BadEntryError: it is not one, or has other points than it says.
    """
    text = read_text(path)
    head, brace, rest = text.partition("{")
    body, end, _ = rest.partition("}")
    if not brace or not end:
        raise BadEntryError("no points in braces")
    rows = [line.split() for line in body.splitlines() if line.strip()]
    if any(len(row) != 2 for row in rows):
        raise BadEntryError("a line that is not two numbers")
    points = numbers((word for row in rows for word in row), what="a coordinate").reshape(-1, 2)
    if not np.isfinite(points).all():
        raise BadEntryError("a point that is not finite")
    told = next((line for line in head.splitlines() if line.startswith("n_points")), "")
    if told and told.partition(":")[2].strip() != str(len(points)):
        raise BadEntryError(f"{len(points)} points, although it says {told.strip()!r}")
    return points - _FIRST_PIXEL


def _read(folder: Path, problems: Problems) -> Iterator[Sample]:
    for path in files_below(folder, ".pts"):
        name = path.relative_to(folder).as_posix()
        image = image_of(path.parent, path.stem)
        try:
            if image is None:
                raise BadEntryError("no image of this name")
            points = read_pts(path)
            face = schemed_face(points, SCHEME_OF_COUNT.get(len(points), NAMED))
        except BadEntryError as error:
            problems.add(name, str(error))
            continue
        folders = path.relative_to(folder).parts[:-1]
        yield Sample(
            image.relative_to(folder).as_posix(), reader_of(image), (face,),
            split=next(filter(None, map(split_in, folders)), ""),
            condition=folders[-1] if folders else "",
        )  # fmt: skip
