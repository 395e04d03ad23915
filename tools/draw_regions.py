"""Draw docs/pictures/regions.png: the regions of both conventions on the mean head, by name.

python tools/draw_regions.py [--head HEAD.npz]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tfan.io import write_png
from tfan.landmarks import NETWORK_SCHEMES
from tfan.rois import load_regions, outlines
from tfan.synth.head import Head, load_head
from tfan.synth.raster import rasterise, vertex_normals
from tfan.viz import draw_outlines

OUT = Path(__file__).parents[1] / "docs" / "pictures" / "regions.png"
SIDE_PX, PX_PER_CM, MIDDLE_CM = 900, 50.0, (0.0, 0.5)
LIGHT = np.array([0.25, 0.35, 0.9])
DARKEST, RANGE = 45, 165
SHORT = {"inner_canthus": "canthus", "periorbital": "periorbital", "whole_face": ""}


def flat_px(points_cm: np.ndarray) -> np.ndarray:
    """Return (N, 2) image coordinates of points (N, 3) seen from the front."""
    x, y = points_cm[:, 0] - MIDDLE_CM[0], MIDDLE_CM[1] - points_cm[:, 1]
    return np.stack([x, y], axis=1) * PX_PER_CM + SIDE_PX / 2


def head_picture(head: Head) -> np.ndarray:
    """Return (SIDE_PX, SIDE_PX, 3) the mean head in grey."""
    light = LIGHT / np.linalg.norm(LIGHT)
    shade = np.clip(vertex_normals(head.mean, head.triangles) @ light, 0, 1)
    screen = np.concatenate([flat_px(head.mean) - 0.5, 50 - head.mean[:, 2:]], axis=1)
    drawn, depth = rasterise(
        screen.astype(np.float32), head.triangles,
        np.stack([shade, shade], axis=1).astype(np.float32), side_px=SIDE_PX,
    )  # fmt: skip
    grey = np.where(np.isfinite(depth), DARKEST + RANGE * drawn[..., 0], 15)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def word(name: str) -> str:
    """Return what is written on a region: its name without the side."""
    name = name.removeprefix("right_").removeprefix("left_")
    return SHORT.get(name, name).replace("_", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--head", type=Path)
    head = load_head(parser.parse_args().head)
    points = flat_px(head.rows.points(head.mean))
    pictures = []
    for scheme, rows in NETWORK_SCHEMES.items():
        regions = load_regions(scheme)
        drawn = outlines(points[rows], regions)
        words = {region.name: word(region.name) for region in regions}
        face = drawn.pop("whole_face")  # nothing of it is filled
        picture = draw_outlines(head_picture(head), drawn, words=words, fill=0.35)
        pictures.append(draw_outlines(picture, {"whole_face": face}))
    write_png(OUT, np.hstack(pictures))


if __name__ == "__main__":
    main()
