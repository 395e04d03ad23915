"""Show the crops of synthetic shards through one fixed camera: what fine-tuning is shown on.

    python tools/make_camera.py data/faces data/camera --crops 4000
    python tools/make_camera.py data/faces/val data/camera/val --crops 1000

The camera is always the same: coarse pixels (a face is 22 to 48 of them across, as from a Lepton
in a room), soft optics, little contrast, a strong fixed pattern of columns, rows and single
pixels, some dead pixels, warm corners. Only where on its chip the face lies, how near it is and
what flickers differ from crop to crop. Labels stay as they are. Training and held-out crops have
other people where SOURCE has.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tfan.io.files import replace_file
from tfan.thermal.normalise import normalise_crop

Floats = npt.NDArray[np.float32]

CHIP_HW = (120, 160)
CHIP_SEED = 20261123  # the same chip for every crop
FACE_PX = (22.0, 48.0)  # chip pixels across a face
CONTRAST = 0.35  # of the levels that the crop had
COLUMNS, ROWS, PIXELS = 0.016, 0.008, 0.012  # deviations of the fixed pattern, of the full range
DEAD_SHARE = 0.003
CORNER = 0.06  # how much warmer the corners look
FLICKER = 0.012
BLUR_PX = 0.8  # of the chip
MIDDLE = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Chip:
    """What the camera adds, (120, 160) of the full range, and which pixels are dead."""

    pattern: Floats
    dead: npt.NDArray[np.bool_]


def make_chip() -> Chip:
    """Return the fixed pattern of the camera."""
    rng = np.random.default_rng(CHIP_SEED)
    height, width = CHIP_HW
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    pattern = CORNER * (x**2 + y**2) / 2 + PIXELS * rng.standard_normal(CHIP_HW)
    pattern += COLUMNS * rng.standard_normal(width) + ROWS * rng.standard_normal((height, 1))
    return Chip(pattern.astype(np.float32), rng.random(CHIP_HW) < DEAD_SHARE)


def through_camera(
    image: npt.NDArray[np.uint8], *, face_px: float, chip: Chip, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return a square crop (S, S) as the camera shows it.

    Args:
        image: 8-bit levels.
        face_px: sqrt(width x height) of the face in it.
        chip: the camera.
        rng: where on the chip, how near, what flickers.
    """
    side = len(image)
    coarse = round(side * rng.uniform(*FACE_PX) / max(face_px, 1.0))
    coarse = int(np.clip(coarse, 16, min(CHIP_HW)))
    picture = image.astype(np.float32) / 255
    picture = cv2.resize(picture, (coarse, coarse), interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(picture, (0, 0), BLUR_PX)
    picture = MIDDLE + CONTRAST * (picture - float(picture.mean()))
    top, left = (int(rng.integers(0, length - coarse + 1)) for length in CHIP_HW)
    here = np.s_[top : top + coarse, left : left + coarse]
    picture += chip.pattern[here] + FLICKER * rng.standard_normal(picture.shape).astype(np.float32)
    picture[chip.dead[here]] = 0.0
    levels = (picture.clip(0, 1) * 255).round()
    shown = cv2.resize(levels, (side, side), interpolation=cv2.INTER_CUBIC)
    return shown.clip(0, 255).round().astype(np.uint8)


def write_shard(source: Path, target: Path, *, chip: Chip, seed: int, limit: int) -> int:
    """Write at most limit crops of one shard through the camera; return how many."""
    with np.load(source) as archive:
        columns = {name: archive[name][:limit] for name in archive.files}
    rng = np.random.default_rng([seed, int(source.stem.rpartition("-")[2])])
    boxes = columns["box_px"]
    sizes = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(1))
    columns["images"] = np.stack(
        [through_camera(image, face_px=float(size), chip=chip, rng=rng)
         for image, size in zip(columns["images"], sizes, strict=True)]
    )  # fmt: skip

    def save(path: Path) -> None:
        with path.open("wb") as file:
            np.savez_compressed(file, **columns)

    replace_file(target, save)
    return len(columns["images"])


def write_sheet(source: Path, out: Path, sheet: Path) -> None:
    """Draw eight crops: as they were, through the camera, and that as a network is shown it."""
    rows = []
    for folder in (source, out):
        with np.load(min(folder.glob("faces-*.npz"))) as archive:
            rows.append(np.hstack(archive["images"][:8]))
    last = [normalise_crop(crop, 3.0) for crop in np.split(rows[1], 8, axis=1)]
    stretched = (np.hstack(last).clip(-1, 1) * 127 + 128).astype(np.uint8)
    replace_file(sheet, lambda path: path.write_bytes(encoded(np.vstack([*rows, stretched]))))


def encoded(picture: npt.NDArray[np.uint8]) -> bytes:
    """Return a picture at half its size as PNG."""
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".png", small)[1].tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, help="folder of faces-*.npz")
    parser.add_argument("out", type=Path)
    parser.add_argument("--crops", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="PNG of eight crops before and after")
    options = parser.parse_args()
    chip, left = make_chip(), options.crops
    for number, source in enumerate(sorted(options.source.glob("faces-*.npz"))):
        if left <= 0:
            break
        target = options.out / f"faces-{number:05d}.npz"
        left -= write_shard(source, target, chip=chip, seed=options.seed, limit=left)
    if options.sheet:
        write_sheet(options.source, options.out, options.sheet)
    print(f"{options.crops - max(left, 0)} crops in {options.out}")


if __name__ == "__main__":
    main()
