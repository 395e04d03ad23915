"""The landmark network as a task of the training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tfan.landmarks.schemes import mirror_548
from tfan.train.config import CropAugment
from tfan.train.cropping import apply_crops
from tfan.train.crops import CropBatch, Faces, draw_crops, hull
from tfan.train.deck import Deck
from tfan.train.landmark_scores import LandmarkResults, landmark_scores
from tfan.train.losses import LandmarkOutputs, landmark_loss
from tfan.train.nets import CROP_PX, N_LANDMARKS, LandmarkNet
from tfan.train.setting import Setting
from tfan.train.shards import Shards, grow, load_shards, no_shards

Forward = Callable[[Tensor], LandmarkOutputs]

_FACES = ("images", "points_px", "visible", "pose_deg", "box_px")
_PLAIN_UNTIL, _LIKELY_FROM = 0.05, 0.10  # shares of the budget: distances alone, likelihood alone
_BATCH = 100
_QUICK = 500
# held-out crops are as badly placed as a detector places them, and not disturbed otherwise
_HELD_OUT = CropAugment(
    scale=0.07, shift=0.05, turn_deg=5.0, big_turn_share=0.0, anisotropy=0.0, warp_share=0.0,
    mirror_share=0.0, cut_share=0.0, tight_share=0.0, occluder_share=0.0, blur_share=0.0,
    gamma=0.0, contrast=0.0, offset=0.0, noise=0.0, invert_share=0.0, flat_share=0.0,
)  # fmt: skip


class LandmarkTask:
    """Batches, loss and validation of the landmark network."""

    def __init__(self, setting: Setting) -> None:
        config, device, seed = setting.config, setting.device, setting.seed
        self.net = LandmarkNet(config.network).to(device)
        self.example = torch.zeros(1, 1, CROP_PX, CROP_PX)
        self._setting = setting
        faces = load_shards(setting.data, "faces", names=_FACES)
        self._faces = Deck(faces, batch=config.schedule.batch, seed=seed)
        negatives = int(config.schedule.batch * config.crops.negative_share)
        self._negatives = Deck(
            no_shards(setting.data, "negatives", names=("images",)), batch=negatives, seed=seed
        )
        self._generator = setting.generator()
        self._mirror = torch.tensor(mirror_548(), device=device)
        self.net.start_from(mean_points(faces, self._mirror.cpu()).to(device))

    def next_batch(self) -> CropBatch:
        """Return the next augmented batch; some of it shows no face once negatives exist."""
        rows = self._faces.deal()
        faces = _faces(self._faces.shards, rows, device=self._setting.device)
        faces = self._swap_in_negatives(faces)
        draw = draw_crops(faces, self._setting.config.crops, generator=self._generator)
        return apply_crops(faces, draw, mirror=self._mirror)

    def loss(
        self, forward: Forward, batch: CropBatch, *, share: float
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss when share of the budget is spent."""
        likelihood = (share - _PLAIN_UNTIL) / (_LIKELY_FROM - _PLAIN_UNTIL)
        return landmark_loss(forward(batch.crops), batch, likelihood=min(1.0, max(0.0, likelihood)))

    def validate(self, forward: Forward, *, quick: bool) -> dict[str, float]:
        """Return the scores on held-out crops; nothing while there are none."""
        held_out, limit = self._setting.held_out_with("faces"), _QUICK if quick else None
        if held_out is None:
            return {}
        return score_landmarks(forward, held_out, device=self._setting.device, limit=limit)

    def _swap_in_negatives(self, faces: Faces) -> Faces:
        rows = self._negatives.deal()
        count = min(len(rows), len(faces.images) - 1)
        if count > 0:
            images = self._negatives.shards.columns["images"][rows[:count]]
            faces.images[:count] = images.to(self._setting.device)
            faces.present[:count] = False
        return faces


def mean_points(faces: Shards, mirror: Tensor) -> Tensor:
    """Return (548, 2) the symmetric mean shape in crop units, of 500 faces at most."""
    points_px = faces.columns["points_px"][:500]
    everywhere = torch.ones(len(points_px), dtype=torch.bool)
    boxes = hull(Faces(faces.columns["images"][:500], points_px, everywhere, everywhere))
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).prod(1).sqrt()
    mean = ((points_px - centre[:, None]) / (0.75 * size[:, None, None])).mean(0)
    return (mean + mean[mirror] * torch.tensor([-1.0, 1.0])) / 2


def _faces(shards: Shards, rows: Tensor, *, device: torch.device) -> Faces:
    column = {name: shards.columns[name][rows].to(device) for name in _FACES[:3]}
    present = torch.ones(len(rows), dtype=torch.bool, device=device)
    return Faces(column["images"], column["points_px"], column["visible"].bool(), present)


@torch.no_grad()
def score_landmarks(
    forward: Forward, folder: Path, *, device: torch.device, limit: int | None = None
) -> dict[str, float]:
    """Return the scores of forward on the faces and negatives in folder."""
    shards = load_shards(folder, "faces", names=_FACES, limit=limit)
    parts = list(_answers(forward, shards, device=device))
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    negatives = grow(no_shards(folder, "negatives", names=("images",)), limit=limit)
    absent = _absences(forward, negatives, device=device)
    yaw_deg = shards.columns["pose_deg"][:, 0].numpy()
    return landmark_scores(
        LandmarkResults(**columns, yaw_deg=yaw_deg, absent=np.concatenate([np.empty(0), *absent]))
    )


def _in_turn(shards: Shards) -> Iterator[Tensor]:
    return (
        torch.arange(start, min(start + _BATCH, len(shards)))
        for start in range(0, len(shards), _BATCH)
    )


def _answers(
    forward: Forward, shards: Shards, *, device: torch.device
) -> Iterator[dict[str, np.ndarray]]:
    generator = torch.Generator(device).manual_seed(1)
    mirror = torch.arange(N_LANDMARKS, device=device)
    for rows in _in_turn(shards):
        faces = _faces(shards, rows, device=device)
        draw = draw_crops(faces, _HELD_OUT, generator=generator)
        batch = apply_crops(faces, draw, mirror=mirror)
        points, log_sigma, seen, present = forward(batch.crops)
        box_px = shards.columns["box_px"][rows].to(device)
        size_px = (box_px[:, 2:] - box_px[:, :2]).prod(1).sqrt()
        half = (torch.linalg.det(draw.to_px[:, :, :2]).abs().sqrt() / size_px)[:, None]
        yield {
            "distance": ((points - batch.points).norm(dim=-1) * half).cpu().numpy(),
            "sigma": (log_sigma.exp() * half).cpu().numpy(),
            "seen": seen.cpu().numpy(),
            "visible": batch.visible.cpu().numpy(),
            "present": present.cpu().numpy(),
        }


def _absences(forward: Forward, shards: Shards, *, device: torch.device) -> Iterator[np.ndarray]:
    generator = torch.Generator(device).manual_seed(2)
    mirror = torch.arange(N_LANDMARKS, device=device)
    for rows in _in_turn(shards):
        images = shards.columns["images"][rows].to(device)
        nothing = torch.zeros(len(rows), N_LANDMARKS, dtype=torch.bool, device=device)
        points_px = torch.zeros(len(rows), N_LANDMARKS, 2, device=device)
        faces = Faces(images, points_px, nothing, nothing[:, 0])
        draw = draw_crops(faces, _HELD_OUT, generator=generator)
        yield forward(apply_crops(faces, draw, mirror=mirror).crops)[3].cpu().numpy()
