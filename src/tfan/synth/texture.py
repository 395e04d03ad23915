"""Smooth noise and painting, on images in degrees Celsius."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def smooth_noise(
    seed: int,
    shape_hw: tuple[int, int],
    cell_px: float,
    *,
    stretch: float = 1,
    angle_deg: float = 0,
) -> Floats:
    """Return a field of about unit deviation, the same for the same arguments.

    Args:
        seed: of the field.
        shape_hw: height and width in pixels.
        cell_px: size of its features.
        stretch: how many times longer than wide they are.
        angle_deg: direction of the length, 0 is horizontal.

    Returns:
        (H, W) float32.
    """
    height, width = shape_hw
    rng = np.random.default_rng(seed)
    rows = max(2, int(np.ceil(height / cell_px)) + 2)
    columns = max(2, int(np.ceil(width / cell_px) / stretch) + 2)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    out = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    if angle_deg:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.45)
        out = cv2.warpAffine(out, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(out, np.float32)


def paint(image: Floats, mask: Floats, value: npt.ArrayLike, *, blur_px: float = 0.0) -> None:
    """Blend a value (number or (H, W)) into an (H, W) image where the mask is, in place."""
    soft = cv2.GaussianBlur(mask, (0, 0), blur_px) if blur_px > 0 else mask
    image += soft * (np.asarray(value, np.float32) - image)
