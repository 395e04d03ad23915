"""Applies a `CropDraw`: no chance here, the same draw gives the same batch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tfan.train.crops import NO_LIMIT, CropBatch, CropDraw, Faces, crop_units
from tfan.train.nets import CROP_PX
from tfan.train.normalise import normalise_crops
from tfan.train.warps import bent_points, flat_positions


def pixel_centres(n: int, *, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return x (n, 1, 128) and y (n, 128, 1) of the pixels' centres in crop units -1..1."""
    line = (torch.arange(CROP_PX, device=device) * 2 + 1) / CROP_PX - 1
    return line.view(1, 1, -1).expand(n, 1, -1), line.view(1, -1, 1).expand(n, -1, 1)


def apply_crops(faces: Faces, draw: CropDraw, *, mirror: Tensor) -> CropBatch:
    """Crop, disturb and normalise B faces, and carry their labels along.

    Args:
        faces: stored images and labels.
        draw: from `draw_crops`.
        mirror: (548,) permutation of the landmarks in a mirrored image.
    """
    crops = _sample(faces.images, draw)
    flat, visible = _labels(faces, draw, mirror=mirror)
    points = bent_points(flat, draw.warp)
    seen = points.abs().amax(2) <= 1.0
    flat_x, flat_y = flat.unbind(-1)
    inside = seen & ~_beyond(*to_px(flat_x, flat_y, draw.to_px), draw.window_px)
    x, y = points.unbind(-1)
    hidden = _occlusion(x, y, draw.occluders) < 1.0
    crops = _disturb(_occlude(crops, draw), draw)
    return CropBatch(
        crops=normalise_crops(crops, draw.floor),
        points=points,
        visible=visible & inside & ~hidden & faces.present[:, None],
        inside=inside,
        present=faces.present,
        known=_mirrored(faces.known, draw, mirror=mirror),
        judged=_mirrored(faces.judged, draw, mirror=mirror),
    )


def to_px(x: Tensor, y: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
    """Map x and y, (B, ...) that broadcast together, by (B, 2, 3) maps to pixels.

    Planes instead of pairs: a product with 2 x 2 matrices takes fifty times as long.
    """
    shape = (len(maps),) + (1,) * (x.ndim - 1)
    a, b, c, d, e, f = (entry.view(shape) for entry in maps.flatten(1).T)
    return a * x + b * y + c, d * x + e * y + f


def _beyond(x_px: Tensor, y_px: Tensor, window_px: Tensor) -> Tensor:
    """Say which (B, ...) pixels lie more than half a pixel outside the window."""
    shape = (len(window_px),) + (1,) * (x_px.ndim - 1)
    left, top, right, bottom = (edge.view(shape) for edge in window_px.T)
    beside: Tensor = (x_px < left - 0.5) | (x_px > right + 0.5)
    over: Tensor = (y_px < top - 0.5) | (y_px > bottom + 0.5)
    return beside | over


def _sample(images: Tensor, draw: CropDraw) -> Tensor:
    """Return (B, 1, 128, 128) of 0..1."""
    n, side = len(images), images.shape[-1]
    x, y = flat_positions(*pixel_centres(n, device=images.device), draw.warp)
    x_px, y_px = to_px(x, y, draw.to_px)  # (B, 128, 128)
    left, top, right, bottom = draw.window_px[:, :, None, None].unbind(1)
    units = torch.stack([x_px.clamp(left, right), y_px.clamp(top, bottom)], dim=-1)
    units = units.add_(0.5).mul_(2 / side).sub_(1.0)
    stored = images[:, None].float() * (1 / 255)
    crops = functional.grid_sample(
        stored, units, mode="bilinear", padding_mode="border", align_corners=False
    )
    beyond = _beyond(x_px, y_px, draw.window_px) & draw.zero_beyond[:, None, None]
    return crops.masked_fill_(beyond[:, None], 0.0)


def _labels(faces: Faces, draw: CropDraw, *, mirror: Tensor) -> tuple[Tensor, Tensor]:
    """Return (B, 548, 2) points in crop units before the bend, and (B, 548) visible."""
    points = crop_units(faces.points_px, draw.to_px)
    mirrored = draw.mirrored[:, None]
    points = torch.where(mirrored[..., None], points[:, mirror], points)
    return points, torch.where(mirrored, faces.visible[:, mirror], faces.visible)


def _mirrored(said: Tensor | None, draw: CropDraw, *, mirror: Tensor) -> Tensor | None:
    """Return what is said of each point (B, N), of the mirrored ones where a crop is."""
    if said is None:
        return None
    return torch.where(draw.mirrored[:, None], said[:, mirror], said)


def _local(x: Tensor, y: Tensor, occluders: Tensor) -> tuple[Tensor, Tensor]:
    """Return (B, ...) positions in units of each occluder's half axes."""
    shape = (len(occluders),) + (1,) * (x.ndim - 1)
    cx, cy, half_x, half_y, angle, _ = (entry.view(shape) for entry in occluders.T)
    x, y, c, s = x - cx, y - cy, angle.cos(), angle.sin()
    return (c * x + s * y) / half_x.clamp(min=1e-6), (c * y - s * x) / half_y.clamp(min=1e-6)


def _occlusion(x: Tensor, y: Tensor, occluders: Tensor) -> Tensor:
    """Return (B, ...) below 1 where positions lie behind the occluder, a box or an ellipse."""
    u, v = _local(x, y, occluders)
    square = occluders[:, 5].view((-1,) + (1,) * (x.ndim - 1)) > 0
    return torch.where(square, torch.maximum(u.abs(), v.abs()), (u.square() + v.square()).sqrt())


def _occlude(crops: Tensor, draw: CropDraw) -> Tensor:
    rows = torch.nonzero(draw.occluders[:, 2] > 0)[:, 0]
    if len(rows) == 0:
        return crops
    shapes = draw.occluders[rows]
    x, y = pixel_centres(len(rows), device=crops.device)
    covered = _occlusion(x, y, shapes) < 1.0  # (R, 128, 128)
    value, slope = draw.occluder_tone[rows, :, None, None].unbind(1)
    tone = (value + slope * _local(x, y, shapes)[0].clamp(-1.0, 1.0)).clamp(0.0, 1.0)
    crops[rows] = torch.where(covered, tone, crops[rows, 0])[:, None]
    return crops


def _disturb(crops: Tensor, draw: CropDraw) -> Tensor:
    """Blur, then gamma, contrast, offset, noise, clipping, polarity, and the steps of 8 bits."""
    grain = draw.grain
    rows = torch.nonzero(draw.blurred)[:, 0]
    if len(rows):
        crops[rows] = _enlarged(_shrunk(crops[rows], draw.blur_px))
        grain = grain.clone()
        # a small face's noise is as coarse as its pixels: it is enlarged with them
        grain[rows] = _enlarged(grain[rows, :, : draw.blur_px, : draw.blur_px])
    gamma, contrast, offset = (tone[:, None, None, None] for tone in draw.tones.T)
    crops = crops.clamp_(1e-4, 1.0) ** gamma
    mean = crops.mean((1, 2, 3), keepdim=True)
    crops = _clip((crops - mean) * contrast + mean + offset + grain, draw.span)
    crops = torch.where(draw.inverted[:, None, None, None], 1.0 - crops, crops)
    return (crops.clamp(0.0, 1.0) * 255).round() * (1 / 255)


def _clip(crops: Tensor, span: Tensor) -> Tensor:
    """Let crops reach no further than (B, 2) span, in deviations from each crop's mean."""
    rows = torch.nonzero((span.abs() < NO_LIMIT).any(1))[:, 0]
    if len(rows):
        deviation, mean = torch.std_mean(crops[rows], (1, 2, 3), keepdim=True)
        low, high = (limit[:, None, None, None] * deviation + mean for limit in span[rows].T)
        crops[rows] = crops[rows].clamp(low, high)
    return crops


def _shrunk(images: Tensor, side_px: int) -> Tensor:
    return functional.interpolate(images, size=side_px, mode="bilinear", antialias=True)


def _enlarged(images: Tensor) -> Tensor:
    """Return (B, 1, 128, 128), bicubic as `geometry.crop` enlarges small faces."""
    return functional.interpolate(images, size=CROP_PX, mode="bicubic")
