"""Rows as columns for programs: Parquet, and arrays in one NPZ file."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from tfan._optional import require
from tfan.landmarks.schemes import load_scheme
from tfan.recordings.rows import FrameRow, PersonRow
from tfan.recordings.tables import TABLES, Table
from tfan.recordings.text import people
from tfan.recordings.tracks import Rows
from tfan.rois import RegionReading

EXTRA = "tables"
_BATCH_ROWS = 100_000
_COPIED_BYTES = 1 << 20
_STATISTICS = tuple(field.name for field in fields(RegionReading))[1:]  # without the name

Cells = Callable[[FrameRow, PersonRow], Any]


def load_arrow() -> Any:
    """Return `pyarrow`.

    Raises:
        MissingExtraError: it is not installed.
    """
    return require("pyarrow", extra=EXTRA, purpose="Writing Parquet")


def write_parquet(path: Path, rows: Rows, table: str) -> None:
    """Write one of the long tables, a batch of rows at a time; what is no number is NaN."""
    arrow = load_arrow()
    parquet = require("pyarrow.parquet", extra=EXTRA, purpose="Writing Parquet")
    made = TABLES[table]
    kinds = {"int": arrow.int64(), "float": arrow.float64(), "bool": arrow.bool_(),
             "str": arrow.string()}  # fmt: skip
    schema = arrow.schema([(column.name, kinds[column.kind]) for column in made.columns])
    with parquet.ParquetWriter(str(path), schema) as writer:
        for batch in _batches(rows, made):
            columns = [list(column) for column in zip(*batch, strict=True)]
            arrays = [
                arrow.array(column, type=field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def _batches(rows: Rows, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.extend(table.rows(row, rows.heading))
        if len(batch) >= _BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def write_npz(path: Path, rows: Rows) -> None:
    """Write arrays of K rows, one for each person and frame, and what they have in common.

    The rows are gone through once; arrays grow in nameless files beside, none in memory.
    """
    heading = rows.heading
    n, n_regions = load_scheme(heading.scheme).n_points, len(heading.regions)
    common = {
        "scheme": np.array(heading.scheme),
        "source": np.array(heading.source),
        "hw": np.array(heading.hw),
        "landmark_names": np.array(load_scheme(heading.scheme).names),
        "region_names": np.array(heading.regions or [""])[:n_regions],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, ExitStack() as stack:
        for name, values in common.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, values, allow_pickle=False)
        arrays = [
            (name, *array, stack.enter_context(TemporaryFile(dir=path.parent)))
            for name, array in _arrays(n, n_regions).items()
        ]
        total = 0
        for row, one in people(rows):
            total += 1
            for _, dtype, _, cells, part in arrays:
                part.write(np.asarray(cells(row, one), dtype).tobytes())
        for name, dtype, shape, _, part in arrays:
            head = {"descr": dtype, "fortran_order": False, "shape": (total, *shape)}
            part.seek(0)
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array_header_1_0(file, head)
                shutil.copyfileobj(part, file, _COPIED_BYTES)


def _arrays(n: int, n_regions: int) -> dict[str, tuple[str, tuple[int, ...], Cells]]:
    """Return name -> type, shape of a row, and what stands in it."""
    arrays: dict[str, tuple[str, tuple[int, ...], Cells]] = {
        "frame": ("<i8", (), _of_row("frame")),
        "time_s": ("<f8", (), _of_row("time_s")),
        "track_id": ("<i8", (), _of_person("track_id")),
        "held": ("|b1", (), _of_person("held")),
        "score": ("<f4", (), _of_face("score")),
        "quality": ("<f4", (), _of_face("quality")),
        "box_px": ("<f4", (4,), _of_face("box_px")),
        "pose_deg": ("<f4", (3,), _of_face("pose_deg")),
        "points_px": ("<f4", (n, 2), _of_face("points_px")),
        "sigma_px": ("<f4", (n,), _of_face("sigma_px")),
        "confidence": ("<f4", (n,), _of_face("confidence")),
        "visibility": ("<f4", (n,), _of_face("visibility")),
        "celsius": ("<f4", (n,), _of_person("celsius")),
    }
    for name in _STATISTICS:
        arrays[f"region_{name}"] = ("<f4", (n_regions,), _statistic(name, n_regions))
    return arrays


def _of_row(name: str) -> Cells:
    return lambda row, _: getattr(row, name)


def _of_person(name: str) -> Cells:
    return lambda _, one: getattr(one, name)


def _of_face(name: str) -> Cells:
    return lambda _, one: getattr(one.face, name)


def _statistic(name: str, n_regions: int) -> Cells:
    def cells(_: FrameRow, one: PersonRow) -> list[float]:
        if not one.readings:
            return [float("nan")] * n_regions
        return [float(getattr(each, name)) for each in one.readings]

    return cells
