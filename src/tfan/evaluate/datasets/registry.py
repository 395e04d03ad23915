"""The data sets that tfan reads, as a table: reader, options, licence, where to get each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tfan.errors import InputError
from tfan.evaluate.datasets import (
    aachen,
    charlotte,
    charlotte_kept,
    coco,
    own,
    pts,
    sf_tl54,
    tfake,
    tfw,
    yolo_face,
)  # fmt: skip
from tfan.evaluate.datasets.dataset import Dataset, Problems, Read
from tfan.evaluate.sample import Sample
from tfan.types import AnyArray

_YOURS = "your own, as you state it"
_FAKE = "research only, see LICENSE.txt of microsoft/FaceSynthetics"


@dataclass(frozen=True, slots=True)
class Row:
    """One data set, or one form that data sets have.

    Attributes:
        title: what it is called.
        open: folder and options -> one pass; raises InputError where the folder is not of the form.
        schemes: landmark schemes that its faces have; several where it depends on the file.
        licence: of the data as its makers state it; a sample's own licence goes before it.
        source: where it is to be had.
        options: keyword of `open` -> what it is for.
        look: folder, sample and its image -> what in them speaks against using it, "" for nothing.
        has_kept_list: whether those words make a list of frames to keep.
    """

    title: str
    open: Callable[..., Read]
    schemes: tuple[str, ...]
    licence: str
    source: str
    options: Mapping[str, str] = field(default_factory=dict)
    look: Callable[[Path, Sample, AnyArray], str] | None = None
    has_kept_list: bool = False


DATASETS: Mapping[str, Row] = {
    "tfake": Row(
        "T-FAKE (Flotho et al., CVPR 2025)", tfake.open_tfake, (tfake.SPARSE, tfake.DENSE),
        "CC BY-NC-SA 4.0", "https://github.com/phflot/tfake",
        {
            "image": "thermal (the default) or rgb",
            "scheme": "facesynthetics70 (the default) or mediapipe478",
            "condition": "warm or cold, where the folder's name does not say it",
            "thermal": "folder of the thermal images, where it is another",
            "dense": "path of annotations.pkl, where it is not in the folder",
        },
        tfake.look,
    ),
    "facesynthetics": Row(
        "FaceSynthetics (Wood et al., ICCV 2021), RGB", tfake.open_facesynthetics,
        (tfake.SPARSE,), _FAKE, "https://github.com/microsoft/FaceSynthetics", look=tfake.look,
    ),
    "tfw": Row(
        "TFW: Thermal Faces in the Wild (Kuzdeuov et al., 2022)", tfw.open_tfw, ("tfw5",), "MIT",
        "https://huggingface.co/datasets/issai/TFW", {"palette": "iron (the default) or gray"},
    ),
    "sf-tl54": Row(
        "SF-TL54 (Kuzdeuov et al., 2022)", sf_tl54.open_sf_tl54, ("sftl54",), "MIT",
        "https://huggingface.co/datasets/issai/SFTL54",
        {"palette": "gray, iron or negative; by default the first of them that is there"},
    ),
    "charlotte": Row(
        "Charlotte-ThermalFace (Ashrafi et al., 2022)", charlotte.open_charlotte,
        (charlotte.FRONT, charlotte.SIDE), "for research, says its README; no licence file",
        "https://github.com/TeCSAR-UNCC/UNCC-ThermalFace",
        {"kept": "list of kept frames, as `tfan data check charlotte --out` writes it"},
        charlotte_kept.look,
        has_kept_list=True,
    ),
    "aachen": Row(
        "Thermal face database of RWTH Aachen (Kopaczka et al., 2019)", aachen.open_aachen,
        ("ibug68",), "for academic use, says its paper",
        "https://github.com/marcinkopaczka/thermalfaceproject",
    ),
    "coco": Row(
        "COCO keypoints", coco.open_coco, (), _YOURS, "https://cocodataset.org/#format-data"
    ),
    "pts": Row(
        "300-W and others with .pts files", pts.open_pts, ("ibug68",),
        "of 300-W: research only; else " + _YOURS, "https://ibug.doc.ic.ac.uk/resources/300-W/",
    ),
    "yolo-face": Row(
        "YOLO labels with points", yolo_face.open_yolo_face, ("tfw5",), _YOURS,
        "https://docs.ultralytics.com/datasets/pose/",
    ),
    "tfan": Row("tfan's own form", own.open_own, (), _YOURS, "docs/how-to/evaluate.md"),
}  # fmt: skip


def open_dataset(name: str, folder: str | Path, **options: str) -> Dataset:
    """Return a data set to be read one sample at a time.

    Args:
        name: of DATASETS.
        folder: where it lies.
        options: those of its row.

    Raises:
        InputError: an unknown name or option, or a folder that is not laid out so.
    """
    row = row_of(name)
    for option in options:
        if option not in row.options:
            known = " or ".join(map(repr, row.options)) or "no option"
            raise InputError(f"option of {name}", expected=known, got=repr(option))
    folder = Path(folder)
    read = row.open(folder, **options)
    return Dataset(name, folder, row.licence, partial(_licensed, read, row.licence))


def row_of(name: str) -> Row:
    """Return the row of a data set.

    Raises:
        InputError: there is none of that name.
    """
    if name not in DATASETS:
        raise InputError("data set", expected=", ".join(DATASETS), got=repr(name))
    return DATASETS[name]


def _licensed(read: Read, licence: str, problems: Problems) -> Iterator[Sample]:
    for sample in read(problems):
        yield sample if sample.licence else replace(sample, licence=licence)
