"""Where the faces of a batch come from: shards of the generator, or gathered from a data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from tfan.landmarks.convert import correspondence
from tfan.landmarks.schemes import load_scheme, mirror_548
from tfan.train.config import CropAugment
from tfan.train.crops import CropBatch, Faces, hull
from tfan.train.deck import Dealing, Deck
from tfan.train.gather import Gathered
from tfan.train.partial import N_GUESSED, Targets, targets_of
from tfan.train.shards import Shards, load_shards, no_shards
from tfan.train.sources import INVERT_SHARES, Source

FACES = ("images", "points_px", "visible", "pose_deg", "box_px")
GATHERED = ("images", "points_px", "known", "visible", "box_px")
_MEAN_OF = 500  # faces


class FacePool(Protocol):
    """Faces of one source.

    Attributes:
        targets: what its labels say of the network's answers; None where they say all.
        mirror: permutation of its points in a mirrored image.
        numbers: how much its crops vary.
    """

    targets: Targets | None
    mirror: Tensor
    numbers: CropAugment

    def deal(self, count: int) -> Faces:
        """Return the next count faces, on the device."""

    def mean_points(self) -> Tensor:
        """Return (548, 2) the symmetric mean shape in crop units."""


class SynthPool:
    """Shards of `tfan synth generate faces`, some swapped for crops without a face."""

    targets: Targets | None = None

    def __init__(self, folder: Path, numbers: CropAugment, dealing: Dealing) -> None:
        batch, seed, device = dealing.batch, dealing.seed, dealing.device
        self._faces = Deck(load_shards(folder, "faces", names=FACES), batch=batch, seed=seed)
        empty = no_shards(folder, "negatives", names=("images",))
        self._negatives = Deck(empty, batch=int(batch * numbers.negative_share), seed=seed)
        self._device = device
        self.numbers = numbers
        self.mirror = torch.tensor(mirror_548(), device=device)

    def deal(self, count: int) -> Faces:
        """Return the next faces; some show none once there are negatives."""
        faces = stored_faces(self._faces.shards, self._faces.deal(count), device=self._device)
        rows = self._negatives.deal(int(count * self.numbers.negative_share))
        swapped = min(len(rows), len(faces.images) - 1)
        if swapped > 0:
            images = self._negatives.shards.columns["images"][rows[:swapped]]
            faces.images[:swapped] = images.to(self._device)
            faces.present[:swapped] = False
        return faces

    def mean_points(self) -> Tensor:
        """Return (548, 2) the mean shape of 500 faces at most."""
        columns = self._faces.shards.columns
        return mean_shape(columns["images"], columns["points_px"], self.mirror.cpu())


class GatheredPool:
    """Faces of a data set, with the points that its labels have."""

    def __init__(
        self, gathered: Gathered, source: Source, numbers: CropAugment, dealing: Dealing
    ) -> None:
        shards = load_shards(gathered.folder, "faces", names=GATHERED)
        self._deck = Deck(shards, batch=dealing.batch, seed=dealing.seed)
        self._device = dealing.device
        targets = targets_of(gathered.scheme)
        self.targets: Targets | None = targets
        self.mirror = gathered_mirror(targets, device=dealing.device)
        if targets.mirror is None:
            numbers = replace(numbers, mirror_share=0.0)
        if source.tone in INVERT_SHARES:
            numbers = replace(numbers, invert_share=INVERT_SHARES[source.tone])
        self.numbers = numbers

    def deal(self, count: int) -> Faces:
        """Return the next faces."""
        return gathered_faces(self._deck.shards, self._deck.deal(count), device=self._device)

    def mean_points(self) -> Tensor:
        """Return (548, 2) the mean of what was guessed of 500 faces at most."""
        columns = self._deck.shards.columns
        mirror = torch.tensor(load_scheme("mediapipe478").mirror)
        guessed = columns["points_px"][:, :N_GUESSED]
        dense = mean_shape(columns["images"], guessed, mirror)
        weights = correspondence("mediapipe478", "facesynthetics70", near=True).matrix
        return torch.cat([dense, torch.tensor(weights, dtype=dense.dtype) @ dense])


def stored_faces(shards: Shards, rows: Tensor, *, device: torch.device) -> Faces:
    """Return those rows of the generator's shards on the device."""
    column = {name: shards.columns[name][rows].to(device) for name in FACES[:3]}
    present = torch.ones(len(rows), dtype=torch.bool, device=device)
    return Faces(column["images"], column["points_px"], column["visible"].bool(), present)


def gathered_faces(shards: Shards, rows: Tensor, *, device: torch.device) -> Faces:
    """Return those rows of gathered shards on the device: guessed points, then the targets."""
    column = {name: shards.columns[name][rows].to(device) for name in GATHERED[:4]}
    guessed = torch.zeros(len(rows), N_GUESSED, dtype=torch.bool, device=device)

    def with_guessed(said: Tensor) -> Tensor:
        return torch.cat([guessed, said], 1)

    known, visible = column["known"].bool(), column["visible"]
    return Faces(
        column["images"], column["points_px"], with_guessed(visible > 0),
        torch.ones(len(rows), dtype=torch.bool, device=device),
        known=with_guessed(known), judged=with_guessed(known & (visible >= 0)),
    )  # fmt: skip


def gathered_mirror(targets: Targets, *, device: torch.device) -> Tensor:
    """Return the permutation of guessed points and targets in a mirrored image."""
    dense = torch.tensor(load_scheme("mediapipe478").mirror)
    count = len(targets)
    swapped = torch.arange(count) if targets.mirror is None else torch.tensor(targets.mirror)
    return torch.cat([dense, swapped + N_GUESSED]).to(device)


def targets_only(batch: CropBatch) -> CropBatch:
    """Return a batch without its guessed points."""
    assert batch.known is not None
    assert batch.judged is not None
    wanted = slice(N_GUESSED, None)
    return replace(
        batch, points=batch.points[:, wanted], visible=batch.visible[:, wanted],
        inside=batch.inside[:, wanted], known=batch.known[:, wanted],
        judged=batch.judged[:, wanted],
    )  # fmt: skip


def mean_shape(images: Tensor, points_px: Tensor, mirror: Tensor) -> Tensor:
    """Return (N, 2) the symmetric mean shape in crop units, of 500 faces at most."""
    points_px = points_px[:_MEAN_OF]
    everywhere = torch.ones(len(points_px), dtype=torch.bool)
    boxes = hull(Faces(images[:_MEAN_OF], points_px, everywhere, everywhere))
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).prod(1).sqrt()
    mean = ((points_px - centre[:, None]) / (0.75 * size[:, None, None])).mean(0)
    return (mean + mean[mirror] * torch.tensor([-1.0, 1.0])) / 2
