"""`tfan track`: people of recordings followed and measured; files to a folder, table to stdout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tfan.cli.options import DeviceOption, Points, PointsOption
from tfan.cli.read import (
    DatasetOption,
    DistanceOption,
    EmissivityOption,
    FpsOption,
    ReflectedOption,
    UnitOption,
)
from tfan.cli.track_board import print_table, shown
from tfan.cli.track_jobs import Done, Job, LoadFollower, Tell, load_follower, run_beside, run_here
from tfan.errors import InputError
from tfan.io.files import claim_writable
from tfan.io.units import check_unit
from tfan.landmarks.schemes import load_scheme, scheme_for
from tfan.recordings import FORMATS, SIGNALS, Asked, Wanted
from tfan.recordings.finish import check_source, result_files
from tfan.recordings.origin import keep_apart
from tfan.recordings.people_signals import regions_needed
from tfan.rois import Region, choose_regions, load_regions, read_regions

_ALL, _NONE = "all", "none"
_ODD_SIGNS = re.compile(r"[^\w.+-]+")


def track(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE", help="Recordings; a folder of pictures is one. Or camera:N."
        ),
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results.")],
    regions: Annotated[
        str, typer.Option(metavar="NAMES|FILE", help="all, none, names, or a JSON file of yours.")
    ] = _ALL,
    signals: Annotated[
        str, typer.Option(metavar="NAMES", help=f"Some of {', '.join(SIGNALS)}.")
    ] = "",
    formats: Annotated[
        str, typer.Option("--format", metavar="NAMES", help=f"Some of {', '.join(FORMATS)}.")
    ] = "csv",
    overlay: Annotated[bool, typer.Option("--overlay", help="Write a video to check by.")] = False,
    every: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="A picture of every Nth frame.")
    ] = None,
    n_landmarks: PointsOption = Points.MEDIAPIPE,
    unit: UnitOption = "auto",
    emissivity: EmissivityOption = None,
    distance_m: DistanceOption = None,
    reflected_celsius: ReflectedOption = None,
    dataset: DatasetOption = None,
    fps: FpsOption = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Recordings side by side.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after an interruption; skip what is complete.")
    ] = False,
    device: DeviceOption = "cpu",
) -> None:
    """Follow the people in recordings and measure their faces.

    Each SOURCE gives files in DIR that begin with its name: tables, a plot, a report in JSON. The
    table on stdout says who was seen. The exit code is 0, or 1 if some source failed or had
    frames that cannot be read (the others are done all the same), or 2 for a wrong call.
    """
    reading = {
        "unit": unit, "emissivity": emissivity, "distance_m": distance_m,
        "reflected_celsius": reflected_celsius, "dataset": dataset, "fps": fps,
    }  # fmt: skip
    wanted = Wanted(formats=_names(formats), signals=_names(signals), overlay=overlay, every=every)
    n, todo = int(n_landmarks), jobs_of(sources)
    try:
        check_unit(unit)
        wanted.check()
        chosen = _regions(regions, n, wanted.signals)
        for name in sources:
            check_source(name, wanted, resume=resume)
        places = [output / job.stem for job in todo]
        keep_apart(sources, [path for place in places for path in result_files(place, wanted)])
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    claim_writable(output)
    asked = Asked(output=output, regions=chosen, reading=reading, wanted=wanted, resume=resume)
    options = {"n_landmarks": n, "device": device}
    done = _done(todo, asked, context.obj or load_follower, options, min(jobs, len(todo)))
    print_table(done)
    if any(one.summary is None or one.trouble for one in done):
        raise typer.Exit(1)


def _done(
    todo: Sequence[Job],
    asked: Asked,
    load: LoadFollower,
    options: dict[str, Any],
    n_workers: int,
) -> list[Done]:
    done = []
    with shown() as tell:
        try:
            for one in _started(todo, asked, load, options, n_workers, tell):
                done.append(one)
                if one.trouble:
                    typer.echo(f"Error: {one.trouble}", err=True)
        except InputError as error:  # such as a device that is not there
            raise typer.BadParameter(str(error)) from error
        except KeyboardInterrupt as error:
            says = f"Interrupted. What was measured is kept in {asked.output}; --resume goes on."
            typer.echo(says, err=True)
            raise typer.Exit(1) from error
    return done


def _started(
    todo: Sequence[Job],
    asked: Asked,
    load: LoadFollower,
    options: dict[str, Any],
    n_workers: int,
    tell: Tell,
) -> Iterator[Done]:
    if n_workers > 1:
        return run_beside(todo, asked, load, options, n_workers, tell)
    return run_here(todo, asked, load(**options), tell)


def jobs_of(sources: Sequence[str]) -> list[Job]:
    """Return each source with a name for its files that no other one of this call has."""
    jobs: list[Job] = []
    taken: set[str] = set()
    for name in sources:
        path = Path(name)
        plain = path.name if path.is_dir() else path.stem
        stem = _ODD_SIGNS.sub("_", plain or path.resolve().name).strip("_.") or "recording"
        unique, number = stem, 2
        while unique in taken:
            unique, number = f"{stem}-{number}", number + 1
        taken.add(unique)
        jobs.append(Job(name, unique))
    return jobs


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _regions(text: str, n_landmarks: int, signals: Sequence[str]) -> tuple[Region, ...]:
    """Return the regions that were asked for, and those that the signals need."""
    scheme = scheme_for(n_landmarks).name
    shipped = load_regions(scheme)
    if text == _ALL:
        return shipped
    if text.lower().endswith(".json"):
        chosen = read_regions(text)
        for region in chosen:
            if region.scheme != scheme:
                fix = f"Say --n-landmarks {load_scheme(region.scheme).n_points}."
                raise InputError(text, expected=f"regions of {scheme}", got=region.scheme, fix=fix)
    else:
        chosen = () if text == _NONE else choose_regions(_names(text), shipped)
    known = {region.name for region in chosen}
    needed = [name for name in regions_needed(signals) if name not in known]
    return (*chosen, *choose_regions(needed, shipped))
