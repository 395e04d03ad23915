"""The thermal face database of RWTH Aachen: 68 points in a file of Menpo beside each image.

    irface_sub001_seq02_frm00155.jpg_lfb.png    8-bit grey, 1024 x 768
    irface_sub001_seq02_frm00155.jpg_lfb.ljson  {"landmarks": {"points": [[y, x], ...]}, ...}

The folder is called FaceDB_Snapshot_complete. Its makers (marcinkopaczka/thermalfaceproject) do not
describe it in public; the names and the format are as programs of others read them: menpo's LJSON,
and PhysiologicAILab/SAM-CL, whose copy has .npy files in place of pictures. LJSON counts from the
middle of the first pixel, y before x, null where a point is not annotated. The split by persons of
the literature (58, 8, 24) is not published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.faces import BadEntryError, missing, read_json, schemed_face
from tfan.evaluate.datasets.listing import image_of, names_in, reader_of, unlabelled
from tfan.evaluate.sample import Floats, Sample

PAGE = "docs/how-to/get-data.md"
_TO_IMAGE = 0.5  # pixel middles + 0.5 = image coordinates
_NAME = re.compile(r"_sub(\d+)_seq(\d+)_")


def open_aachen(folder: Path) -> Read:
    """Return the reader of a folder of images with .ljson files.

    Raises:
        InputError: there is no .ljson file.
    """
    if not names_in(folder, ".ljson"):
        raise missing(folder, ".ljson files beside images", PAGE)
    return partial(_read, folder)


def read_ljson(path: Path) -> Floats:
    """Return the points (N, 2) of an LJSON file of version 1, 2 or 3 in image coordinates.

    Raises:
        BadEntryError: it is not one.
    """
    content = read_json(path)
    try:
        rows = _rows(content)
        places = [[np.nan if v is None else float(v) for v in row] for row in rows]
        points = np.array(places, np.float64).reshape(len(places), 2)
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        raise BadEntryError("no landmarks as LJSON has them") from None
    return points[:, ::-1] + _TO_IMAGE


def _rows(content: Any) -> list[Any]:
    version = content.get("version")
    if version == 1:
        return [one["point"] for group in content["groups"] for one in group["landmarks"]]
    if version == 3:
        groups = list(content["groups"].values())
        return list(groups[0]["landmarks"]["points"])
    return list(content["landmarks"]["points"])


def _read(folder: Path, problems: Problems) -> Iterator[Sample]:
    for name in names_in(folder, ".ljson"):
        image = image_of(folder, Path(name).stem)
        try:
            if image is None:
                raise BadEntryError("no image of this name")
            face = schemed_face(read_ljson(folder / name), "ibug68")
        except BadEntryError as error:
            problems.add(name, str(error))
            continue
        known = _NAME.search(name)
        yield Sample(
            image.name, reader_of(image), (face,),
            meaning="auto" if image.suffix == ".npy" else "pixel",
            subject=known[1] if known else "", condition=f"sequence {known[2]}" if known else "",
        )  # fmt: skip
    for name in unlabelled(folder, folder, ".ljson"):
        problems.add(name, "no .ljson file of this name")
