"""Faces cut from their surroundings by a segmentation, as some data sets store them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.face import FaceRender
from tfan.synth.texture import Floats

SHARE = 0.11  # of all crops


@dataclass(frozen=True, slots=True)
class Cutout:
    """A face segmented from its surroundings, as some data sets store them.

    Attributes:
        neck: how far below the chin the cut runs, as a share of the box height.
        hair: True when hair is kept.
        trim: how far the cut runs inside the outline, as a share of the box width.
        level: grey level of what was cut away.
    """

    neck: float
    hair: bool
    trim: float
    level: int


def draw_cutout(rng: np.random.Generator) -> Cutout:
    """Draw how a face is cut out."""
    u = rng.uniform
    level = 0 if rng.random() < 0.8 else int(rng.integers(256))
    trim = float(u(0, 0.1)) if rng.random() < 0.6 else 0.0
    return Cutout(float(u(0, 0.25)), bool(rng.random() < 0.4), trim, level)


def cut_mask(render: FaceRender, cutout: Cutout) -> npt.NDArray[np.uint8]:
    """Return (S, S) 1 where the picture is kept."""
    y = np.arange(len(render.coverage))[:, None]
    left, top, right, bottom = render.box_px
    keep = (render.coverage > 0) & (y < bottom + cutout.neck * (bottom - top))
    if not cutout.hair:
        keep &= (render.material < 0.5) | (render.material > 2.2)
    mask = cv2.medianBlur(keep.astype(np.uint8), 5)
    if cutout.trim:
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
        mask = (depth > cutout.trim * (right - left)).astype(np.uint8)
    return np.asarray(mask, np.uint8)


def cut_away(kept: npt.NDArray[np.uint8]) -> Floats:
    """Return (S, S) 1 where the cut removed the picture for certain; its own edge still shows."""
    return np.asarray(1 - cv2.dilate(kept, np.ones((5, 5), np.uint8)), np.float32)


def cut_out(
    image: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8], level: int
) -> npt.NDArray[np.uint8]:
    """Return the picture (A, A), with a level where the mask (S, S) keeps nothing."""
    mask = np.asarray(cv2.resize(mask, image.shape[::-1], interpolation=cv2.INTER_NEAREST))
    return np.where(mask > 0, image, np.uint8(level))
