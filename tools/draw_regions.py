"""Draw docs/pictures/regions.png: the regions of both conventions on the mean head, by name.

python tools/draw_regions.py [--head HEAD.npz]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from head_picture import View

from tfan.io import write_png
from tfan.landmarks import NETWORK_SCHEMES
from tfan.rois import load_regions, outlines
from tfan.synth.head import load_head
from tfan.viz import draw_outlines

OUT = Path(__file__).parents[1] / "docs" / "pictures" / "regions.png"
VIEW = View(900, 50.0, (0.0, 0.5), darkest=45, spread=165)
SHORT = {"inner_canthus": "canthus", "periorbital": "periorbital", "whole_face": ""}


def word(name: str) -> str:
    """Return what is written on a region: its name without the side."""
    name = name.removeprefix("right_").removeprefix("left_")
    return SHORT.get(name, name).replace("_", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--head", type=Path)
    head = load_head(parser.parse_args().head)
    points = VIEW.flat_px(head.rows.points(head.mean))
    pictures = []
    for scheme, rows in NETWORK_SCHEMES.items():
        regions = load_regions(scheme)
        drawn = outlines(points[rows], regions)
        words = {region.name: word(region.name) for region in regions}
        face = drawn.pop("whole_face")  # nothing of it is filled
        picture = draw_outlines(VIEW.picture(head), drawn, words=words, fill=0.35)
        pictures.append(draw_outlines(picture, {"whole_face": face}))
    write_png(OUT, np.hstack(pictures))


if __name__ == "__main__":
    main()
