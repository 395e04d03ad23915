"""What a landmark network says of synthetic crops, beside the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.geometry.crop import Windows, windows_for_boxes
from tfan.models.landmarker import Answers, Landmarker
from tfan.synth.shards import UNREADABLE, read_records
from tfan.thermal.plane import prepare
from tfan.types import AnyArray, Array

Bools = npt.NDArray[np.bool_]
Advance = Callable[[int], None]

# A box as a detector places it, and its five points, in shares of the face's size.
SHIFT, ZOOM, FIVE = 0.05, 0.07, 0.04
CUT_SHARE, CUT_DEPTH = 0.25, (0.05, 0.4)  # of the faces, and how much of a face the frame cuts off
_COLUMNS = (
    "images", "points_px", "visible", "box_px", "five_px", "pose_deg", "face_px", "ambient_celsius",
)  # fmt: skip
_UPRIGHT = np.array([[-0.5, -0.5], [0.5, -0.5], [0, 0], [-0.4, 0.5], [0.4, 0.5]], np.float32)
_NO_FACE_SHARE = 0.5  # side of the box laid on a crop without a face
_FULL_BEARD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Answers and truth of B crops with a face, in pixels counted from pixel centres.

    Attributes:
        said: (B, N) the network's own, after as many looks as the landmarker takes.
        hw: (B, 2) height and width of the image in which the face was looked for.
        true_px: (B, N, 2) where the points are.
        visible: (B, N) whether a point is seen: not hidden, and inside the image.
        pose_deg: (B, 3) yaw, pitch, roll.
        face_px: (B,) sensor pixels across the face.
        ambient_celsius: (B,) of the air.
        worn: name -> (B,) whether the person wears it.
        cut: (B,) whether the frame cuts the face.
    """

    said: Answers
    hw: npt.NDArray[np.int64]
    true_px: Array
    visible: Bools
    pose_deg: Array
    face_px: Array
    ambient_celsius: Array
    worn: dict[str, Bools]
    cut: Bools


def observe(
    landmarker: Landmarker,
    folder: Path,
    *,
    seed: int = 0,
    limit: int | None = None,
    advance: Advance = lambda _: None,
) -> Observed:
    """Return what a landmarker says of the faces of a folder, placed as a detector places them.

    Args:
        landmarker: its calibration is not applied.
        folder: shards that `tfan synth generate faces` wrote, with their records.
        seed: of the placing and of what the frame cuts off.
        limit: number of faces at most.
        advance: called with the number of crops done since its last call.
    """
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for sample in _samples(folder, limit):
        rows.append(_look(landmarker, sample, rng))
        advance(1)
    columns = {name: np.stack([row[name] for row in rows]) for name in rows[0] if name != "worn"}
    answers = Answers(**{name: columns.pop(name) for name in Answers.__dataclass_fields__})
    names = rows[0]["worn"]
    worn = {name: np.array([row["worn"][name] for row in rows]) for name in names}
    return Observed(said=answers, worn=worn, **columns)


def observe_nothing(
    landmarker: Landmarker, folder: Path, *, seed: int = 0, limit: int | None = None
) -> tuple[Answers, tuple[int, int]]:
    """Return what a landmarker says of crops without a face, and the crops' height and width."""
    rng = np.random.default_rng(seed)
    images = _arrays(folder, "negatives", ("images",), limit)["images"]
    found = []
    for image in images:
        height, width = image.shape
        side = _NO_FACE_SHARE * width
        centre = np.array([width, height]) / 2 + rng.normal(size=2) * SHIFT * side
        half = side / 2 * np.exp(rng.normal() * ZOOM)
        box = np.concatenate([centre - half, centre + half])[None]
        five = (centre + _UPRIGHT * half)[None]
        found.append(landmarker.answers(prepare(image), windows_for_boxes(box, five)))
    return stacked(found), (images.shape[1], images.shape[2])


def stacked(parts: list[Answers]) -> Answers:
    """Return answers one after the other."""
    names = Answers.__dataclass_fields__
    return Answers(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def _look(landmarker: Landmarker, sample: dict[str, Any], rng: np.random.Generator) -> Any:
    """Return one face's answers and truth, in pixels of what the frame leaves of the image."""
    points = sample["points_px"]
    windows = _placed(sample, rng)
    left, top, right, bottom = _frame(points, sample["images"].shape, rng)
    image = np.ascontiguousarray(sample["images"][top:bottom, left:right])
    corner, end = (np.array(at, np.float32) for at in ((left, top), (right, bottom)))
    moved = Windows(windows.centre_px - corner, windows.half_side_px, windows.roll)
    said = landmarker.answers(prepare(image), moved)
    inside = ((points >= corner - 0.5) & (points < end - 0.5)).all(axis=1)
    return {name: getattr(said, name)[0] for name in Answers.__dataclass_fields__} | {
        "hw": np.array(image.shape),
        "true_px": points - corner,
        "visible": (sample["visible"] > 0) & inside,
        "pose_deg": sample["pose_deg"],
        "face_px": sample["face_px"],
        "ambient_celsius": sample["ambient_celsius"],
        "worn": sample["worn"],
        "cut": not inside.all(),
    }


def _placed(sample: dict[str, Any], rng: np.random.Generator) -> Windows:
    box = sample["box_px"]
    size = np.sqrt(np.prod(box[2:] - box[:2]))
    five = sample["five_px"] + rng.normal(size=(5, 2)) * FIVE * size
    centre = (box[:2] + box[2:]) / 2 + rng.normal(size=2) * SHIFT * size
    half = (box[2:] - box[:2]) / 2 * np.exp(rng.normal() * ZOOM)
    return windows_for_boxes(np.concatenate([centre - half, centre + half])[None], five[None])


def _frame(
    points: Array, hw: tuple[int, int], rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what is left of an image, the whole of most."""
    cut, side, depth = rng.random() < CUT_SHARE, rng.integers(4), rng.uniform(*CUT_DEPTH)
    frame = [0, 0, hw[1], hw[0]]
    low, high = points.min(axis=0), points.max(axis=0)
    if cut:
        axis = side % 2
        share = depth * (high - low)[axis]
        frame[side] = int(low[axis] + share if side < 2 else high[axis] - share)
    left, top, right, bottom = frame
    return max(left, 0), max(top, 0), min(right, hw[1]), min(bottom, hw[0])


def _samples(folder: Path, limit: int | None) -> Iterator[dict[str, Any]]:
    columns = _arrays(folder, "faces", _COLUMNS, limit)
    records = [line for path in _files(folder, "faces") for line in _records(path)]
    for i in range(len(columns["images"])):
        yield {name: columns[name][i] for name in _COLUMNS} | {"worn": worn(records[i])}


def worn(line: str) -> dict[str, bool]:
    """Return what hides parts of a face, from its record as a line of JSON."""
    record = json.loads(line)
    person = record["person"]
    hair, beard = person["hair"] or {}, person["beard"] or {}
    return {
        "glasses": person["glasses"] is not None,
        "mask": person["mask"] is not None,
        "hat or hood": hair.get("kind") in ("hat", "hood"),
        "beard": beard.get("beard", 0.0) >= _FULL_BEARD,
        "occluder": bool(record["before"]),
    }


def _files(folder: Path, kind: str) -> list[Path]:
    found = [p for p in folder.glob("*.npz") if re.fullmatch(rf"{kind}-\d+\.npz", p.name)]
    if not found:
        raise InputError(
            f"data folder {folder}", expected=f"{kind}-00000.npz and so on",
            got=f"no shard of {kind}", fix=f"Make some with tfan synth generate {kind}.",
        )  # fmt: skip
    return sorted(found)


def _arrays(
    folder: Path, kind: str, names: tuple[str, ...], limit: int | None
) -> dict[str, AnyArray]:
    parts = [_read(path, names) for path in _files(folder, kind)]
    return {name: np.concatenate([part[name] for part in parts])[:limit] for name in names}


def _read(path: Path, names: tuple[str, ...]) -> dict[str, AnyArray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in names}
    except UNREADABLE as error:
        raise InputError(
            f"shard {path.name}", expected=f"arrays {', '.join(names)}", got=str(error),
            fix="Delete it and generate it again.",
        ) from error  # fmt: skip


def _records(path: Path) -> list[str]:
    try:
        return read_records(path)
    except UNREADABLE as error:
        raise InputError(
            f"shard {path.name}", expected="its .params.jsonl.gz beside it", got=str(error),
            fix="Generate it again.",
        ) from error  # fmt: skip
