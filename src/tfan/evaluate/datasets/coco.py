"""COCO keypoints: one JSON file a split, with images, annotations and the points' names.

    annotations/train.json    also faces_val2017.json, or any .json in the folder
    images/train/a.png        looked for in images/SPLIT, images, SPLIT and the folder

A keypoint is x, y, v: v 0 not annotated, 1 hidden, 2 seen (cocodataset.org, data format). The
scheme is told by "info": {"landmarks": ...} as `tfan track --format coco` writes it, else by the
number of points; without a scheme of that number, points have the names of the category.
Annotations of other things than faces are passed over, and files without a category of faces, such
as COCO's own instances_val2017.json, are refused (`coco_categories`).
Coordinates are taken as image coordinates. The JSON is read whole, as its form asks; images are
not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.coco_categories import (
    Category,
    NoFacesError,
    categories_of,
    is_face,
    named,
)
from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import (
    SCHEME_OF_COUNT,
    BadEntryError,
    missing,
    read_json,
    schemed_face,
    split_in,
)
from tfan.evaluate.datasets.listing import is_there, names_in, reader_of
from tfan.evaluate.sample import NAMED, Sample, TrueFace
from tfan.landmarks import SCHEMES

PAGE = "docs/how-to/get-data.md"


def open_coco(folder: Path) -> Read:
    """Return the reader of a folder of COCO keypoints.

    Raises:
        InputError: there is no JSON file.
    """
    homes = [folder / "annotations", folder]
    files = next(
        ([home / name for name in names] for home in homes if (names := names_in(home, ".json"))),
        [],
    )
    if not files:
        raise missing(folder, "annotations/train.json and images/, or the like", PAGE)
    return partial(_read, folder, files)


def _read(folder: Path, files: list[Path], problems: Problems) -> Iterator[Sample]:
    """Yield the samples of all files.

    Raises:
        InputError: they hold annotations, and none of them of faces.
    """
    refused: tuple[Path, NoFacesError] | None = None
    n_read = 0
    for path in files:
        try:
            content = read_json(path)
            images, by_image, categories = _tables(content)
        except BadEntryError as error:
            problems.add(path.name, str(error))
            if isinstance(error, NoFacesError):
                refused = refused or (path, error)
            continue
        n_read += 1
        about = content.get("info")
        scheme = str(about.get("landmarks") or "") if isinstance(about, dict) else ""
        licence = _licence(content)
        split = split_in(path.stem) or split_in(path.stem.rstrip("0123456789"))
        for key, image in images.items():
            sample = _sample(folder, split, image, problems, path.name)
            faces, bad = list[TrueFace](), 0
            for entry in by_image.pop(key, ()):
                try:
                    faces.append(_face(entry, categories, scheme))
                except BadEntryError as error:
                    problems.add(f"{path.name}: annotation {entry.get('id')}", str(error))
                    bad += 1
            if sample is not None and (faces or not bad):
                yield Sample(
                    sample.name, sample.read, tuple(faces), partial=bad > 0, split=split,
                    licence=licence,
                )  # fmt: skip
        for key in by_image:
            problems.add(f"{path.name}: image {key}", "annotated, but not in the list of images")
    if refused and not n_read:
        path, why = refused
        fix = "If they are faces, say so in the category's name; boxes of bodies are no truth here."
        raise InputError(str(path), expected="annotations of faces", got=str(why), fix=fix)


def _tables(
    content: Any,
) -> tuple[dict[Any, Any], dict[Any, list[dict[str, Any]]], dict[Any, Category]]:
    """Return images by id, annotations of faces by image, categories by id.

    Raises:
        BadEntryError: the file has other tables.
        NoFacesError: it has annotations, and none of a face.
    """
    try:
        images = {image["id"]: image for image in content["images"]}
        categories = categories_of(content["categories"])
        by_image = defaultdict[Any, list[dict[str, Any]]](list)
        for entry in content["annotations"]:
            if is_face(entry, _category_of(entry, categories)):
                by_image[entry["image_id"]].append(entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadEntryError(
            f"no images, annotations and categories as COCO has them ({error})"
        ) from None
    if content["annotations"] and not by_image:
        raise NoFacesError(f"none of a face, only of {named(categories.values())}")
    return images, by_image, categories


def _category_of(entry: Mapping[str, Any], categories: Mapping[Any, Category]) -> Category | None:
    kind = entry.get("category_id")
    return categories.get(kind) if isinstance(kind, Hashable) else None


def _sample(
    folder: Path, split: str, image: Mapping[str, Any], problems: Problems, where: str
) -> Sample | None:
    name = str(image.get("file_name", ""))
    homes = [folder / "images" / split, folder / "images", folder / split, folder]
    path = next((home / name for home in homes if name and is_there(home / name)), None)
    if path is None:
        problems.add(f"{where}: image {image.get('id')}", f"no image {name!r}")
        return None
    short = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    return Sample(short, reader_of(path), ())


def _face(entry: Mapping[str, Any], categories: Mapping[Any, Category], scheme: str) -> TrueFace:
    try:
        triples = np.array(entry.get("keypoints") or [], np.float64).reshape(-1, 3)
        box = np.array(entry.get("bbox") or [], np.float64)
        left, top, width, height = box if len(box) else (0.0, 0.0, 0.0, 0.0)
    except (OverflowError, TypeError, ValueError):
        raise BadEntryError("keypoints that are not x, y, v, or a box not of four") from None
    given = bool(width > 0 and height > 0)
    box_px = np.array([left, top, left + width, top + height]) if given else None
    seen = triples[:, 2]
    points = np.where((seen > 0)[:, None], triples[:, :2], np.nan)
    visible = np.where(seen > 0, (seen > 1).astype(np.float64), np.nan)
    known = scheme if scheme in SCHEMES else SCHEME_OF_COUNT.get(len(points), NAMED)
    face = schemed_face(points, known, box_px=box_px, visible=visible)
    category = _category_of(entry, categories)
    names = category.points if category else ()
    if known == NAMED and len(names) == len(points):
        return TrueFace(face.box_px, names, points, visible=visible, box_given=face.box_given)
    return face


def _licence(content: Mapping[str, Any]) -> str:
    licences = content.get("licenses")
    rows = licences if isinstance(licences, list) else []
    names = [str(one.get("name", "")) for one in rows if isinstance(one, dict)]
    return "; ".join(filter(None, names))
