"""T-FAKE, and FaceSynthetics from which it was made: one folder, files by number.

    000000.png           colours, 8 bit
    000000_seg.png       class of each pixel (tfan.thermal.segments)
    000000_ldmks.txt     70 lines "x y" in pixels
    000000_thermal.png   16 bit; 0..65535 stand for 20..40 degrees Celsius (T-FAKE alone)
    annotations.pkl      "000000.png" -> (478, 3), x and y as shares of the image (T-FAKE alone)

Layout: README of microsoft/FaceSynthetics; README and code of phflot/tfake. Neither says whether
(0, 0) of the 70 is the corner or the middle of the first pixel: they are taken as image
coordinates, as projections are. Jaw points lie on the jaw even where the head hides it ("x-ray").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import (
    BadEntryError,
    missing,
    numbers,
    read_json,
    read_text,
    schemed_face,
)
from tfan.evaluate.datasets.image_size import image_hw
from tfan.evaluate.datasets.tfake_files import BITS, NAME, PARTS, TfakeFolder, file_name
from tfan.evaluate.datasets.tfake_images import read_segmentation, read_thermal
from tfan.evaluate.sample import Floats, Sample, TrueFace
from tfan.io import read_image
from tfan.thermal.segments import CONDITIONS
from tfan.types import AnyArray

PAGE = "docs/how-to/get-data.md"
SPARSE, DENSE = "facesynthetics70", "mediapipe478"
_DENSE_FILE = "annotations.pkl"
_RECIPE_FILE = "tfake.dataset.json"
_OWN_LICENCE = "yours: made by `tfan synth`, heads of ICT-FaceKit (MIT)"


def open_tfake(
    folder: Path,
    *,
    image: str = "thermal",
    scheme: str = SPARSE,
    condition: str = "",
    thermal: str = "",
    dense: str = "",
) -> Read:
    """Return the reader of a T-FAKE folder.

    Args:
        folder: of the files above.
        image: "thermal", or "rgb" for the colours.
        scheme: "facesynthetics70", or "mediapipe478" for the dense points.
        condition: "warm" or "cold"; by default what the folder's name says, or the recipe of
            `tfan synth` in it.
        thermal: folder of the thermal images, if it is another.
        dense: path of the pickle, if it does not lie in the folder.

    Raises:
        InputError: an option is not one of these, or the folder holds none of the files.
    """
    _check("image", image, ("thermal", "rgb"))
    _check("scheme", scheme, (SPARSE, DENSE))
    _check("condition", condition, ("", *CONDITIONS))
    files = TfakeFolder(
        folder,
        Path(thermal) if thermal else folder,
        Path(dense) if dense else folder / _DENSE_FILE,
    )
    _check_folder(files, "thermal" if image == "thermal" else "")
    if scheme == DENSE:
        len(files.dense)  # says now, not after the first sample, what is wrong with the file
    recipe = _recipe(folder)
    shown = "thermal" if image == "thermal" else ""
    words = {
        "condition": condition or _condition_in(folder, recipe),
        "licence": _OWN_LICENCE if recipe else "",
    }
    return partial(_read, files, shown, scheme, words)


def open_facesynthetics(folder: Path) -> Read:
    """Return the reader of a FaceSynthetics folder: colours and 70 points."""
    files = TfakeFolder(folder, folder, folder / _DENSE_FILE)
    _check_folder(files, "")
    return partial(_read, files, "", SPARSE, {})


def look(folder: Path, sample: Sample, values: AnyArray) -> str:
    """Return what is wrong with the classes beside an image (H, W), "" for nothing."""
    known = NAME.fullmatch(sample.name)
    path = folder / file_name(int(known[1]), "seg") if known else folder
    if not path.is_file():
        return ""  # told already, by the reader
    try:
        classes = read_segmentation(path)
    except InputError as error:
        return str(error)
    if classes.shape == values.shape[:2]:
        return ""
    return f"classes of {classes.shape} pixels for an image of {values.shape[:2]}"


def _read(
    files: TfakeFolder, shown: str, scheme: str, words: Mapping[str, str], problems: Problems
) -> Iterator[Sample]:
    needed = [shown] if scheme == DENSE else [shown, "ldmks"]
    for number, bits in zip(*files.entries(), strict=True):
        entry = int(number)
        name = file_name(entry, shown)
        lacking = [file_name(entry, part) for part in PARTS if not bits & BITS[part]]
        lost = [file_name(entry, part) for part in needed if not bits & BITS[part]]
        if lost:
            problems.add(name, f"no {' and no '.join(lost)}")
            continue
        try:
            face = _dense_face(files, entry) if scheme == DENSE else _sparse_face(files, entry)
        except BadEntryError as error:
            problems.add(name, str(error))
            continue
        if file_name(entry, "seg") in lacking:
            problems.add(name, f"no {file_name(entry, 'seg')}", skipped=False)
        path = files.path(entry, shown)
        yield Sample(
            name, partial(read_thermal if shown else read_image, path), (face,),
            meaning="temperature" if shown else "pixel",
            condition=words.get("condition", ""), licence=words.get("licence", ""),
        )  # fmt: skip


def _sparse_face(files: TfakeFolder, number: int) -> TrueFace:
    path = files.path(number, "ldmks")
    rows = [line.split() for line in read_text(path).splitlines() if line.strip()]
    if any(len(row) != 2 for row in rows):
        raise BadEntryError(f"{path.name}: a line that is not two numbers")
    points = numbers((word for row in rows for word in row), what=path.name).reshape(-1, 2)
    return schemed_face(_finite(points, path.name), SPARSE)


def _dense_face(files: TfakeFolder, number: int) -> TrueFace:
    name = file_name(number, "")
    shares = files.dense.read(name)
    if shares is None:
        raise BadEntryError(f"{files.dense_path.name} has no points of {name}")
    if shares.ndim != 2 or shares.shape[1] not in (2, 3):
        raise BadEntryError(f"{files.dense_path.name}: {name} has the shape {shares.shape}")
    colours = files.path(number, "")
    path = colours if colours.is_file() else files.path(number, "thermal")
    height, width = image_hw(path)
    return schemed_face(_finite(shares[:, :2] * (width, height), name), DENSE)


def _finite(points: Floats, where: str) -> Floats:
    if not np.isfinite(points).all():
        raise BadEntryError(f"{where}: a point that is not finite")
    return points


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(what, expected=" or ".join(map(repr, known)), got=repr(value))


def _check_folder(files: TfakeFolder, shown: str) -> None:
    home = files.thermal_folder if shown and files.folder.is_dir() else files.folder
    if not files.folder.is_dir() or not files.has(shown):
        raise missing(home, f"files such as {file_name(0, shown)}", PAGE)


def _condition_in(folder: Path, recipe: Mapping[str, Any]) -> str:
    """Return the condition that tfan's own recipe or the folder's name says, "" for none."""
    if recipe.get("condition") in CONDITIONS:
        return str(recipe["condition"])
    name = folder.resolve().name.lower()
    said = [word for word in CONDITIONS if word in name]
    return said[0] if len(said) == 1 else ""


def _recipe(folder: Path) -> Mapping[str, Any]:
    """Return what `tfan synth generate --layout tfake` wrote beside its images, else nothing."""
    try:
        content = read_json(folder / _RECIPE_FILE)
    except BadEntryError:
        return {}
    return content if isinstance(content, dict) else {}
