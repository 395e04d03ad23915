"""The table of formats: name -> the files that are written of a recording."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tfan.errors import InputError
from tfan.io.files import replace_file
from tfan.recordings.columnar import load_arrow, write_npz, write_parquet
from tfan.recordings.tables import TABLES
from tfan.recordings.text import write_coco, write_csv, write_openface, write_pts
from tfan.recordings.tracks import Rows


@dataclass(frozen=True, slots=True)
class Output:
    """One file of a recording, or one folder of files.

    Attributes:
        suffix: what follows the recording's name.
        write: fills a path with rows.
        folder: whether it is a folder.
        regional: only for recordings with temperatures.
    """

    suffix: str
    write: Callable[[Path, Rows], None]
    folder: bool = False
    regional: bool = False


FORMATS: dict[str, tuple[Output, ...]] = {
    "csv": tuple(
        Output(f".{name}.csv", partial(write_csv, table=name), regional=name == "regions")
        for name in TABLES
    ),
    "parquet": tuple(
        Output(f".{name}.parquet", partial(write_parquet, table=name), regional=name == "regions")
        for name in TABLES
    ),
    "openface": (Output(".openface.csv", write_openface),),
    "coco": (Output(".coco.json", write_coco),),
    "pts": (Output(".pts", write_pts, folder=True),),
    "npz": (Output(".npz", write_npz),),
}


def check_formats(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once.

    Raises:
        InputError: no such format.
        MissingExtraError: its package is not installed.
    """
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in FORMATS:
            raise InputError("format", expected=f"one of {', '.join(FORMATS)}", got=repr(name))
    if "parquet" in chosen:
        load_arrow()
    return chosen


def result_paths(
    folder: Path, stem: str, names: Iterable[str], *, measured: bool = True
) -> list[Path]:
    """Return where the files of some formats lie, of a recording with temperatures or without."""
    return [
        folder / f"{stem}{output.suffix}"
        for name in names
        for output in FORMATS[name]
        if measured or not output.regional
    ]


def write_formats(folder: Path, stem: str, rows: Rows, names: Iterable[str]) -> list[Path]:
    """Write a recording in some formats, each file beside its place and renamed; return them."""
    written = []
    for output in (output for name in names for output in FORMATS[name]):
        if output.regional and not rows.heading.measured:
            continue
        path = folder / f"{stem}{output.suffix}"
        if output.folder:
            _replace_folder(path, output, rows)
        else:
            replace_file(path, partial(_fill, output, rows))
        written.append(path)
    return written


def _fill(output: Output, rows: Rows, path: Path) -> None:
    output.write(path, rows)


def _replace_folder(path: Path, output: Output, rows: Rows) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        output.write(beside, rows)
        if path.is_dir():
            shutil.rmtree(path)
        beside.replace(path)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected="a place to write a folder", got=got) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
