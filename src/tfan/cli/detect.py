"""`tfan detect`: faces and landmarks of images; results to stdout, remarks to stderr."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from tfan.cli.finding import Asked, find
from tfan.cli.landmarker import Landmarker, loader
from tfan.cli.options import (
    CsvOption,
    DeviceOption,
    JsonOption,
    LeastSizeOption,
    Mode,
    ModeOption,
    MostOption,
    MultiOption,
    OverlayOption,
    Points,
    PointsOption,
    ScoreOption,
    SizeOption,
    VerboseOption,
)
from tfan.cli.read import (
    DistanceOption,
    EmissivityOption,
    ReflectedOption,
    UnitOption,
    named,
)
from tfan.cli.results import CSV_COLUMNS, Failed, Found, csv_rows, json_line, table
from tfan.errors import InputError, TfanError, WeightsError
from tfan.io import expand, write_png
from tfan.io.formats import STILL_SUFFIXES
from tfan.io.units import check_unit
from tfan.models.wanted import Wanted
from tfan.viz import colourise, draw_faces

_BAR_FROM_FILES = 3
_PICTURE = "{}.faces.png"  # name of an overlay; a folder of them and of images gives the images


def detect(
    context: typer.Context,
    images: Annotated[
        list[str],
        typer.Argument(help="Files, folders, patterns: PNG, JPEG (FLIR's too), TIFF, NPY ..."),
    ],
    n_landmarks: PointsOption = Points.MEDIAPIPE,
    mode: ModeOption = Mode.AUTO,
    multi: MultiOption = True,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    overlay: OverlayOption = None,
    min_score: ScoreOption = None,
    min_size: LeastSizeOption = 0.0,
    max_faces: MostOption = None,
    detector_size: SizeOption = None,
    device: DeviceOption = "cpu",
    unit: UnitOption = "auto",
    emissivity: EmissivityOption = None,
    distance_m: DistanceOption = None,
    reflected_celsius: ReflectedOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Find faces and landmarks in IMAGES.

    Results go to stdout, remarks to stderr. The exit code is 0, or 1 if some image failed (the
    others are done all the same), or 2 for a wrong call. Folders and patterns do not give the
    pictures (*.faces.png) that --overlay wrote before.
    """
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv: choose one of them.")
    wanted = _wanted(min_score, min_size, max_faces, multi=multi)
    reading = {
        "unit": _unit(unit), "emissivity": emissivity, "distance_m": distance_m,
        "reflected_celsius": reflected_celsius,
    }  # fmt: skip
    landmarker = _loaded(
        context, n_landmarks=int(n_landmarks), device=device, detector_size=detector_size
    )
    asked = Asked(str(mode), wanted, overlay, verbose, reading)
    quiet = sys.stdout.isatty() and (as_json or as_csv)  # results and a bar would mix
    files = expand(images, suffixes=STILL_SUFFIXES)
    with _bar(files, quiet=quiet) as paths:
        results = _results(landmarker, paths, asked)
        n_failed = _write_csv(results) if as_csv else _write(results, as_json=as_json)
    if n_failed:
        raise typer.Exit(1)


def _wanted(
    min_score: float | None, min_size: float, max_faces: int | None, *, multi: bool
) -> Wanted:
    """Return the limits that were asked for; what cannot be meant is a wrong call."""
    if not multi and max_faces not in (None, 1):
        raise typer.BadParameter(f"--best and --max-faces {max_faces}: choose one of them.")
    try:
        return Wanted(
            min_score=min_score, min_size_px=min_size, max_faces=max_faces if multi else 1
        )
    except InputError as error:  # infinity, which the option's range lets pass
        raise typer.BadParameter(str(error)) from error


def _unit(name: str) -> str:
    try:
        return check_unit(name)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error


def _loaded(context: typer.Context, **asked: Any) -> Landmarker:
    """Return the landmarker that was asked for; what cannot be had is a wrong call."""
    try:
        return loader(context)(**asked)
    except InputError as error:
        _remark(f"Error: {error}")
        raise typer.Exit(2) from error


def _results(
    landmarker: Landmarker, paths: Iterable[Path], asked: Asked
) -> Iterator[Found | Failed]:
    drawn: list[Path] = []
    for path in paths:
        try:
            found = find(landmarker, path, asked)
            if asked.verbose:
                _remark(f"{path}: {found.reading.reason}")
        except WeightsError:
            raise  # would fail for every image
        except Exception as error:  # one odd image must not cost the others their results
            sentence = _sentence(path, error)
            _remark(sentence)
            yield Failed(path, sentence)
            continue
        if asked.overlay is not None:
            picture = _free_name(asked.overlay, path, drawn)
            found = replace(found, undrawn=not _drawn(found, picture))
            drawn += [] if found.undrawn else [picture]
        yield found
    if drawn:
        many = f"{len(drawn)} pictures in {asked.overlay}"
        _remark(f"Drawn: {drawn[0] if len(drawn) == 1 else many}")


def _write(results: Iterable[Found | Failed], *, as_json: bool) -> int:
    """Print results, JSON line by line or a table at the end; return how many images failed."""
    kept: list[Found | Failed] = []
    n_failed = 0
    for result in results:
        n_failed += isinstance(result, Failed) or result.undrawn
        if as_json:
            typer.echo(json_line(result))
        else:
            kept.append(result)
    if kept:
        print_table(kept)
    return n_failed


def _write_csv(results: Iterable[Found | Failed]) -> int:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    n_failed = 0
    for result in results:
        if isinstance(result, Failed):
            n_failed += 1
        else:
            n_failed += result.undrawn
            writer.writerows(csv_rows(result))
    return n_failed


def print_table(results: Sequence[Found | Failed]) -> None:
    """Print the table for people to stdout."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 10_000  # nothing is cut in a file or a pipe
    Console(width=width, highlight=False).print(table(results))


def draw(found: Found, path: Path) -> None:
    """Write a PNG of the image with its faces drawn on it."""
    write_png(path, draw_faces(colourise(found.shown), found.faces))


def _drawn(found: Found, path: Path) -> bool:
    """Write the picture; if that fails, say why and return False."""
    try:
        draw(found, path)
    except Exception as error:  # the results are worth having without the picture
        _remark(_sentence(found.path, error))
        return False
    return True


def _free_name(folder: Path, image: Path, taken: Sequence[Path]) -> Path:
    """Return a name that no other image of this run has: a.png and b/a.tiff are two pictures."""
    path, number = folder / _PICTURE.format(image.stem), 2
    while path in taken:
        path, number = folder / _PICTURE.format(f"{image.stem}-{number}"), number + 1
    return path


def _sentence(path: Path, error: Exception) -> str:
    if isinstance(error, TfanError):
        return named(path, error)
    kind = type(error).__name__
    return f"{path}: tfan failed on this image, please report it ({kind}: {error})"


def _remark(sentence: str) -> None:
    typer.echo(sentence, err=True)


@contextmanager
def _bar(paths: list[Path], *, quiet: bool) -> Iterator[Iterable[Path]]:
    """Give the paths, with a progress bar on stderr where there are many and someone looks."""
    if quiet or len(paths) < _BAR_FROM_FILES or not sys.stderr.isatty():
        yield paths
        return
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), redirect_stdout=False, transient=True)
    with bar:
        yield bar.track(paths, description="detect")
