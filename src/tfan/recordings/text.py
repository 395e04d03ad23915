"""Rows as text: long CSV, a wide CSV as OpenFace writes it, COCO keypoints, .pts."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from tfan.landmarks.schemes import load_scheme
from tfan.recordings.rows import FrameRow, PersonRow
from tfan.recordings.tables import TABLES, Column
from tfan.recordings.tracks import Rows
from tfan.types import Array

_SEEN_FROM = 0.5  # visibility
_IBUG = 68  # OpenFace's landmarks; the two pupils of our 70 come after them
_FIRST_PIXEL = 0.5  # image coordinates + 0.5 = positions in which the first pixel's middle is 1
_COCO_HIDDEN, _COCO_SEEN = 1, 2


def write_csv(path: Path, rows: Rows, table: str) -> None:
    """Write one of the long tables; what is no number is an empty cell."""
    made = TABLES[table]
    makers = [as_text(column) for column in made.columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in made.columns)
        for row in rows:
            writer.writerows(
                [make(cell) for make, cell in zip(makers, cells, strict=True)]
                for cells in made.rows(row, rows.heading)
            )


def as_text(column: Column) -> Callable[[Any], Any]:
    """Return what makes of a cell what CSV holds: decimals, NaN empty, truth as 1 and 0."""
    if column.kind == "float":
        form = f"%.{column.decimals}f"
        return lambda cell: form % cell if cell - cell == 0 else ""  # neither NaN nor infinite
    return int if column.kind in ("int", "bool") else str


def write_openface(path: Path, rows: Rows) -> None:
    """Write a wide CSV with the columns of OpenFace that tfan knows.

    frame counts from 1, face_id is the track_id, angles are radians in tfan's signs; success is 0
    where a face was predicted and not measured. Of 70 points, the first 68 are written.
    """
    n = load_scheme(rows.heading.scheme).n_points
    n = _IBUG if n == _IBUG + 2 else n
    head = ["frame", "face_id", "timestamp", "confidence", "success"]
    head += ["pose_Rx", "pose_Ry", "pose_Rz"]
    head += [f"{axis}_{index}" for axis in "xy" for index in range(n)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        for row, one in people(rows):
            face = one.face
            yaw, pitch, roll = np.radians(face.pose_deg.astype(np.float64))
            angles = [
                f"{angle:.4f}" if math.isfinite(angle) else "" for angle in (pitch, yaw, roll)
            ]
            time_s = "" if math.isnan(row.time_s) else f"{row.time_s:.6f}"
            key = [row.frame + 1, one.track_id, time_s, f"{face.quality:.4f}", int(not one.held)]
            places = face.points_px[:n].T.ravel().astype(np.float64).tolist()
            writer.writerow([*key, *angles, *(f"{place:.3f}" for place in places)])


def people(rows: Rows) -> Iterator[tuple[FrameRow, PersonRow]]:
    """Yield each person of each frame."""
    for row in rows:
        for one in row.people:
            yield row, one


def write_coco(path: Path, rows: Rows) -> None:
    """Write COCO keypoints, frame by frame: images, annotations with their track_id, category."""
    heading = rows.heading
    height, width = heading.hw
    scheme = load_scheme(heading.scheme)
    skeleton = (scheme.edges + 1).tolist()  # COCO counts keypoints from 1
    category = {
        "id": 1, "name": "face", "supercategory": "person", "keypoints": list(scheme.names),
        "skeleton": skeleton,
    }  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info": ')
        json.dump({"description": heading.source, "landmarks": heading.scheme}, file)
        file.write(', "categories": ')
        json.dump([category], file)
        file.write(', "images": [')
        images = (
            {"id": row.frame, "file_name": f"{Path(heading.source).name}#{row.frame}",
             "width": width, "height": height}
            for row in rows
        )  # fmt: skip
        _write_each(file, images)
        file.write('], "annotations": [')
        _write_each(file, (_annotation(i, *each) for i, each in enumerate(people(rows), start=1)))
        file.write("]}\n")


def _write_each(file: IO[str], records: Iterator[dict[str, Any]]) -> None:
    for number, record in enumerate(records):
        file.write(",\n" if number else "\n")
        json.dump(record, file, allow_nan=False)


def _annotation(number: int, row: FrameRow, one: PersonRow) -> dict[str, Any]:
    face = one.face
    left, top, right, bottom = (round(float(edge), 3) for edge in face.box_px)
    known = np.asarray(np.isfinite(face.points_px).all(axis=1))
    shown = np.where(face.visibility >= _SEEN_FROM, _COCO_SEEN, _COCO_HIDDEN)
    places = np.round(np.where(known[:, None], face.points_px, 0).astype(np.float64), 3)
    triples = np.concatenate([places, np.where(known, shown, 0)[:, None]], axis=1)
    keypoints = [int(v) if i % 3 == 2 else v for i, v in enumerate(triples.ravel().tolist())]
    return {
        "id": number, "image_id": row.frame, "category_id": 1, "track_id": one.track_id,
        "keypoints": keypoints, "num_keypoints": int(known.sum()),
        "bbox": [left, top, round(right - left, 3), round(bottom - top, 3)],
        "area": round((right - left) * (bottom - top), 3), "iscrowd": 0,
        "score": round(float(face.score), 4), "held": one.held,
    }  # fmt: skip


def write_pts(folder: Path, rows: Rows) -> None:
    """Write a .pts file for each person and frame into a folder: 1-based, as 300-W has them."""
    folder.mkdir(parents=True)
    for row, one in people(rows):
        name = f"frame_{row.frame:06d}_id{one.track_id}.pts"
        (folder / name).write_text(pts_text(one.face.points_px), encoding="utf-8")


def pts_text(points_px: Array) -> str:
    """Return a .pts file of points (N, 2) in image coordinates."""
    lines = [f"{x:.3f} {y:.3f}" for x, y in (points_px + _FIRST_PIXEL).tolist()]
    return "\n".join(["version: 1", f"n_points: {len(lines)}", "{", *lines, "}", ""])
