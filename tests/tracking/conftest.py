from __future__ import annotations

from importlib.resources import as_file, files

import cv2
import numpy as np
import pytest

from tfan.io import read_image
from tfan.pipeline import load_pipeline


@pytest.fixture(scope="session")
def pipeline():
    return load_pipeline(threads=1)


@pytest.fixture(scope="session")
def picture():
    """The frame with one face that ships with tfan, at half size: (240, 320) degC."""
    with as_file(files("tfan") / "data" / "demo_frame.tiff") as path:
        counts = read_image(path)
    half = cv2.resize(counts, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return (half.astype(np.float32) * 0.01 - 273.15).astype(np.float32)


@pytest.fixture(scope="session")
def empty(pipeline, picture):
    """The same room, the face covered."""
    (face,) = pipeline.detect(picture)
    left, top, right, bottom = face.box_px.astype(int)
    out = picture.copy()
    patch = out[max(top - 20, 0) : bottom + 5, max(left - 20, 0) : right + 20]
    patch[:] = np.percentile(picture, 20)
    return out


@pytest.fixture(scope="session")
def shifted(picture):
    """A maker of noisy frames in which everything lies dx, dy further."""

    def shift(dx=0.0, dy=0.0, seed=0):
        matrix = np.float32([[1, 0, dx], [0, 1, dy]])
        moved = cv2.warpAffine(
            picture, matrix, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        )
        noise = np.random.default_rng(seed).normal(0, 0.05, moved.shape)
        return (moved + noise).astype(np.float32)

    return shift
