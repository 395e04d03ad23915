"""Whole pictures with their labels, for the published recipe, which crops anywhere in them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tfan.errors import InputError
from tfan.evaluate.datasets.tfake_files import NAME, file_name
from tfan.evaluate.datasets.tfake_images import read_segmentation
from tfan.evaluate.sample import Sample
from tfan.landmarks.convert import correspondence
from tfan.landmarks.schemes import NETWORK_SCHEMES
from tfan.train.cuts import Columns, eight_bits, grey, has_points, label_of
from tfan.train.deck import Dealing, Deck
from tfan.train.gather import Gathered
from tfan.train.published_crops import Pictures
from tfan.train.shards import Shards, load_shards

PICTURE_PX = 256
SCHEME_OF = {70: "facesynthetics70", 478: "mediapipe478"}
_BACKGROUND = 0  # class of the segmentation
COLUMNS = ("images", "points_px", "person", "told")
_SYNTH = ("images", "points_px")


def picture_cut(sample: Sample, *, scheme: str, tone: str, folder: Path) -> Columns | None:
    """Return the columns of one shard's row; None where nobody's points are given.

    Columns: images (256, 256) uint8; points_px (K, 2) of the scheme, NaN where one is missing;
    person (256, 32) uint8, packed bits of what is no background; told () whether that is known.
    Pictures that are not square are drawn out to a square, as the published recipe does.

    Raises:
        InputError: the image cannot be read.
    """
    faces = [face for face in sample.faces if face.scheme == scheme and has_points(face)]
    if not faces:
        return None
    face = max(faces, key=lambda one: one.size_px)
    values = grey(sample, tone=tone)
    height, width = values.shape
    side = (PICTURE_PX, PICTURE_PX)
    method = cv2.INTER_AREA if min(height, width) > PICTURE_PX else cv2.INTER_LINEAR
    shown = cv2.resize(values.astype(np.float32), side, interpolation=method)
    person = _person(sample, folder)
    told = person is not None and person.shape == values.shape
    if person is None or not told:
        person = np.ones(values.shape[:2], np.uint8)
    mask = np.asarray(cv2.resize(person, side, interpolation=cv2.INTER_NEAREST), np.uint8)
    scale = np.array([PICTURE_PX / width, PICTURE_PX / height])
    return {
        "images": eight_bits(shown),
        "points_px": ((label_of(face) + 0.5) * scale - 0.5).astype(np.float32),
        "person": np.packbits(mask, axis=1),
        "told": np.array(told, np.uint8),
    }


def _person(sample: Sample, folder: Path) -> npt.NDArray[np.uint8] | None:
    """Return (H, W) 1 where a T-FAKE image shows somebody, None without a segmentation."""
    known = NAME.fullmatch(sample.name)
    path = folder / file_name(int(known[1]), "seg") if known else folder
    if not path.is_file():
        return None
    try:
        return np.asarray(read_segmentation(path) != _BACKGROUND, np.uint8)
    except InputError:
        return None  # the background stays as it is


class PicturePool(Protocol):
    """Pictures of one source, with N points."""

    def deal(self, count: int) -> Pictures:
        """Return the next count pictures, on the device."""


class SynthPictures:
    """Shards of `tfan synth generate faces` as pictures."""

    def __init__(self, folder: Path, points: int, dealing: Dealing) -> None:
        shards = load_shards(folder, "faces", names=_SYNTH)
        self._deck = Deck(shards, batch=dealing.batch, seed=dealing.seed)
        self._rows = NETWORK_SCHEMES[SCHEME_OF[points]]
        self._device = dealing.device

    def deal(self, count: int) -> Pictures:
        """Return the next pictures."""
        rows = self._deck.deal(count)
        columns = self._deck.shards.columns
        return synth_pictures(columns, rows, points=self._rows, device=self._device)


class GatheredPictures:
    """Pictures of a data set, with those of the points that its labels make."""

    def __init__(self, gathered: Gathered, points: int, dealing: Dealing) -> None:
        shards = load_shards(gathered.folder, "pictures", names=COLUMNS)
        self._deck = Deck(shards, batch=dealing.batch, seed=dealing.seed)
        self._weights = weights_to(gathered.scheme, points)
        self._device = dealing.device

    def deal(self, count: int) -> Pictures:
        """Return the next pictures."""
        rows = self._deck.deal(count)
        return gathered_pictures(self._deck.shards, rows, self._weights, device=self._device)


def weights_to(scheme: str, points: int) -> Tensor:
    """Return (N, K) the published network's points as sums of a scheme's."""
    found = correspondence(scheme, SCHEME_OF[points])
    if not found.mask.any():
        raise InputError(f"labels of {scheme}", expected=f"points of {SCHEME_OF[points]}",
                         got="none")  # fmt: skip
    return torch.tensor(found.matrix, dtype=torch.float32)


def synth_pictures(
    columns: dict[str, Tensor], rows: Tensor, *, points: slice, device: torch.device
) -> Pictures:
    """Return those rows of the generator's shards."""
    points_px = columns["points_px"][rows][:, points].to(device)
    known = torch.ones(points_px.shape[:2], dtype=torch.bool, device=device)
    return Pictures(columns["images"][rows].to(device), points_px, known, None)


def gathered_pictures(
    shards: Shards, rows: Tensor, weights: Tensor, *, device: torch.device
) -> Pictures:
    """Return those rows of gathered pictures; what no label makes is not known."""
    labels = shards.columns["points_px"][rows]
    there = labels.isfinite().all(-1)
    points_px = torch.einsum("nk,bkc->bnc", weights, torch.where(there[..., None], labels, 0.0))
    used = weights != 0
    known = used.any(1) & ~((~there).float() @ used.float().T).bool()
    packed = shards.columns["person"][rows].numpy()
    person = torch.from_numpy(np.unpackbits(packed, axis=2)).bool()
    untold = shards.columns["told"][rows] == 0
    person = person | untold[:, None, None]
    return Pictures(
        shards.columns["images"][rows].to(device), points_px.to(device), known.to(device),
        person.to(device),
    )  # fmt: skip
