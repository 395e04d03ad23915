"""Small data sets, written in exactly the layouts that docs/how-to/get-data.md tells."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

SIDE = 64
FIVE = ((20.0, 24.0), (44.0, 24.0), (32.0, 34.0), (24.0, 46.0), (40.0, 46.0))


def write_image(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def grey(seed: int = 0, *, hw: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, hw).astype(np.uint8)


def ring(n: int, *, centre=(32.0, 32.0), radius: float = 20.0) -> np.ndarray:
    """n points (n, 2) around a centre, none in the same place."""
    angles = np.arange(n) * 2 * np.pi / n
    lengths = radius * (0.5 + 0.5 * np.arange(n) / n)
    return np.asarray(centre) + lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)


def write_lines(path: Path, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(" ".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")


def write_csv(path: Path, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def write_json(path: Path, content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_tfake(folder: Path, numbers=(0, 1, 2), *, protocol: int = 4) -> dict[str, np.ndarray]:
    """A T-FAKE folder; returns the dense points by name."""
    dense = {}
    for number in numbers:
        stem = f"{number:06d}"
        write_image(folder / f"{stem}.png", np.dstack([grey(number)] * 3))
        write_image(folder / f"{stem}_seg.png", np.full((SIDE, SIDE), number % 19, np.uint8))
        thermal = np.full((SIDE, SIDE), 13107 * (number % 5), np.uint16)  # 4 degC a step
        write_image(folder / f"{stem}_thermal.png", thermal)
        write_lines(folder / f"{stem}_ldmks.txt", ring(70) + number)
        shares = np.random.default_rng(number).uniform(0.2, 0.8, (478, 3)).astype(np.float32)
        dense[f"{stem}.png"] = shares
    (folder / "annotations.pkl").write_bytes(pickle.dumps(dense, protocol=protocol))
    return dense


def tfw_row(name: str, *, shift: float = 0) -> list:
    points = [int(value + shift) for point in FIVE for value in point]
    return [name, 10 + int(shift), 8, 54, 60, *points]


def write_tfw(folder: Path) -> None:
    heading = ["image", "xs", "ys", "xe", "ye", *(f"p{i}{c}" for i in range(1, 6) for c in "xy")]
    for split, names in (
        ("train", ["1_1_1_4_450_1.png", "3312.png"]),
        ("val", ["101_1_2_1_7_1.png"]),
    ):
        for name in names:
            for palette in ("", "_gray"):
                write_image(folder / split / f"indoor{palette}" / name, grey(len(palette)))
        rows = [tfw_row(name) for name in names]
        write_csv(folder / split / "indoor.csv", [heading, *rows])
    write_image(folder / "train" / "u-outdoor" / "4076.png", grey(4))
    rows = [tfw_row("4076.png"), tfw_row("4076.png", shift=3)]
    write_csv(folder / "train" / "u-outdoor.csv", [heading, *rows])


def sf_tl54_label(points: np.ndarray, *, box=((52, 60), (10, 8))) -> dict:
    shapes = [{"label": "face", "points": [list(corner) for corner in box]}]
    shapes += [
        {"label": label, "points": points[part].tolist()}
        for label, part in (("chin", slice(17)), ("rest", slice(17, None)))
    ]
    return {"shapes": shapes, "imagePath": "unused.png"}


def write_sf_tl54(folder: Path, names=("1_1_1_1_100_1", "142_2_1_9_3_1")) -> None:
    for palette in ("gray", "iron"):
        for split, name in zip(("train", "test"), names, strict=True):
            write_image(folder / palette / split / "images" / f"{name}.png", grey())
            write_json(folder / palette / split / "json" / f"{name}.json", sf_tl54_label(ring(54)))


def charlotte_rows(points_by_id: dict[str, np.ndarray], *, columns: int = 73) -> list[list]:
    """A table: every point column that a row does not fill is empty."""
    heading = ["ID", "Subject", "Distance", "Sensation"]
    heading += [f"x{i}" for i in range(columns)] + [f"y{i}" for i in range(columns)]
    rows = []
    for identity, points in points_by_id.items():
        gap = [""] * (columns - len(points))
        whole = np.rint(points).astype(int)
        rows.append([identity, 1, 1.4, 0, *whole[:, 0], *gap, *whole[:, 1], *gap])
    return [heading, *rows]


def centikelvin(celsius: np.ndarray) -> np.ndarray:
    return np.rint((celsius + 273.15) * 100).astype(np.uint16)


def face_scene(*, hw=(96, 96), centre=(48.0, 48.0), radius: float = 30.0) -> np.ndarray:
    """A warm disc in a room of 22 degC."""
    y, x = np.mgrid[: hw[0], : hw[1]]
    return np.where(np.hypot(x - centre[0], y - centre[1]) < radius, 34.0, 22.0)


def head_scene() -> np.ndarray:
    """A head that looks to the left: the room before it, warm hair and neck behind."""
    x = np.mgrid[:96, :96][1]
    return np.where(x < 25, 22.0, np.where(x < 76, 34.0, 29.0))


def profile(*, left: bool = True) -> np.ndarray:
    """43 points of a profile: most in front, a jaw line running back."""
    front = ring(30, centre=(38.0, 48.0), radius=12.0)
    jaw = np.stack([np.linspace(40, 76, 13), np.linspace(70, 44, 13)], axis=1)
    points = np.concatenate([front, jaw])
    return points if left else np.stack([96 - points[:, 0], points[:, 1]], axis=1)


@pytest.fixture
def write():
    """The writers of this folder, by name."""
    from types import SimpleNamespace

    return SimpleNamespace(
        **{k: v for k, v in globals().items() if callable(v)}, SIDE=SIDE, FIVE=FIVE
    )
