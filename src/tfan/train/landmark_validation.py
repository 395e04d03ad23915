"""The landmark network on held-out faces: all of its landmarks, or those that a data set has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tfan.train.config import CropAugment
from tfan.train.cropping import apply_crops
from tfan.train.crops import Faces, draw_crops
from tfan.train.face_pools import (
    FACES,
    GATHERED,
    gathered_faces,
    gathered_mirror,
    stored_faces,
    targets_only,
)
from tfan.train.landmark_scores import LandmarkResults, landmark_scores
from tfan.train.losses import LandmarkOutputs
from tfan.train.nets import N_LANDMARKS
from tfan.train.partial import Targets, answers_for
from tfan.train.shards import Shards, grow, load_shards, no_shards

Forward = Callable[[Tensor], LandmarkOutputs]

_BATCH = 100
FAIL_AT = 0.10
# held-out crops are as badly placed as a detector places them, and not disturbed otherwise
_HELD_OUT = CropAugment(
    scale=0.07, shift=0.05, turn_deg=5.0, big_turn_share=0.0, anisotropy=0.0, warp_share=0.0,
    mirror_share=0.0, cut_share=0.0, tight_share=0.0, occluder_share=0.0, blur_share=0.0,
    gamma=0.0, contrast=0.0, offset=0.0, noise=0.0, invert_share=0.0, flat_share=0.0,
    clip_share=0.0,
)  # fmt: skip


@torch.no_grad()
def score_landmarks(
    forward: Forward, folder: Path, *, device: torch.device, limit: int | None = None
) -> dict[str, float]:
    """Return the scores of forward on the faces and negatives in folder."""
    shards = load_shards(folder, "faces", names=FACES, limit=limit)
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
        faces = stored_faces(shards, rows, device=device)
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


@torch.no_grad()
def score_partial(
    forward: Forward, folder: Path, targets: Targets, *, device: torch.device,
    limit: int | None = None,
) -> dict[str, float]:  # fmt: skip
    """Return the scores of forward on gathered held-out faces, on the points that they have."""
    shards = load_shards(folder, "faces", names=GATHERED, limit=limit)
    errors = np.concatenate(
        [_errors(forward, shards, rows, targets, device=device) for rows in _in_turn(shards)]
    )
    return {
        "faces": len(errors),
        "nme": float(errors.mean()),
        "nme_median": float(np.median(errors)),
        "failed_10_percent": float((errors > FAIL_AT).mean()),
    }


def _errors(
    forward: Forward, shards: Shards, rows: Tensor, targets: Targets, *, device: torch.device
) -> npt.NDArray[np.floating]:
    """Return (B,) the mean distance of the known points over sqrt(box), of one batch."""
    faces = gathered_faces(shards, rows, device=device)
    generator = torch.Generator(device).manual_seed(1)
    draw = draw_crops(faces, _HELD_OUT, generator=generator)
    batch = targets_only(apply_crops(faces, draw, mirror=gathered_mirror(targets, device=device)))
    points = answers_for(targets, *forward(batch.crops)[:3])[0]
    box_px = shards.columns["box_px"][rows].to(device)
    size_px = (box_px[:, 2:] - box_px[:, :2]).prod(1).sqrt()
    half = torch.linalg.det(draw.to_px[:, :, :2]).abs().sqrt() / size_px
    known = batch.known
    assert known is not None
    distance = (points - batch.points).norm(dim=-1) * known
    return np.asarray((distance.sum(1) / known.sum(1) * half).cpu())
