"""COCO keypoints: one JSON file a split, with images, annotations and the points' names.

    annotations/train.json    also person_keypoints_val2017.json, or any .json in the folder
    images/train/a.png        looked for in images/SPLIT, images, SPLIT and the folder

A keypoint is x, y, v: v 0 not annotated, 1 hidden, 2 seen (cocodataset.org, data format). The
scheme is told by "info": {"landmarks": ...} as `tfan track --format coco` writes it, else by the
number of points; without a scheme of that number, points have the names of the category.
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
    for path in files:
        try:
            content = read_json(path)
            images, by_image, categories = _tables(content)
        except BadEntryError as error:
            problems.add(path.name, str(error))
            continue
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


def _tables(
    content: Any,
) -> tuple[dict[Any, Any], dict[Any, list[dict[str, Any]]], dict[Any, list[str]]]:
    """Return images by id, annotations by image, names of points by category."""
    try:
        images = {image["id"]: image for image in content["images"]}
        categories = {
            one["id"]: [str(name) for name in one.get("keypoints") or ()]
            for one in content["categories"]
        }
        by_image = defaultdict[Any, list[dict[str, Any]]](list)
        for entry in content["annotations"]:
            by_image[entry["image_id"]].append(entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadEntryError(
            f"no images, annotations and categories as COCO has them ({error})"
        ) from None
    return images, by_image, categories


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


def _face(entry: Mapping[str, Any], categories: Mapping[Any, list[str]], scheme: str) -> TrueFace:
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
    kind = entry.get("category_id")
    names = categories.get(kind, []) if isinstance(kind, Hashable) else []
    if known == NAMED and len(names) == len(points):
        return TrueFace(
            face.box_px, tuple(names), points, visible=visible, box_given=face.box_given
        )
    return face


def _licence(content: Mapping[str, Any]) -> str:
    licences = content.get("licenses")
    rows = licences if isinstance(licences, list) else []
    names = [str(one.get("name", "")) for one in rows if isinstance(one, dict)]
    return "; ".join(filter(None, names))
