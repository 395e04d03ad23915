"""`tfan benchmark`: a model on a data set by a named protocol, beside what others published."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import tfan
from tfan.cli.evaluate import print_tables
from tfan.cli.options import DeviceOption
from tfan.cli.options import Points as Count
from tfan.errors import InputError

if TYPE_CHECKING:
    from tfan.evaluate.benchmark.comparison import Bridge
    from tfan.evaluate.benchmark.contenders import Contender
    from tfan.evaluate.benchmark.run import BenchmarkRun
    from tfan.evaluate.datasets import Dataset
    from tfan.evaluate.record import Record
    from tfan.evaluate.sample import Sample


_UNMEASURED = (
    "No face has an error: truth and answers have no points in common (see --points, --adapter), "
    "or the truth has nothing to make {normaliser} of."
)


class Compared(StrEnum):
    """Which points are compared."""

    AUTO = "auto"
    EXACT = "exact"
    NEAR = "near"
    FIVE = "five"


def benchmark(
    dataset: Annotated[str, typer.Argument(help="A name that `tfan data list` knows.")],
    folder: Annotated[Path, typer.Argument(help="Where the data set lies.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write results and pictures here.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="bundled, published, a file, a rival's .py, or module:callable.")
    ] = "bundled",
    normaliser: Annotated[
        str | None,
        typer.Option(help="box, box-sides, box-mean, box-diagonal, outer-eyes or pupils."),
    ] = None,
    points: Annotated[
        Compared, typer.Option(help="Which points count; docs/how-to/benchmark.md.")
    ] = Compared.AUTO,
    adapter: Annotated[
        str | None, typer.Option(help="Network between two schemes: bundled, or a file of yours.")
    ] = None,
    n_landmarks: Annotated[
        Count | None, typer.Option(help="What tfan's weights answer: 70 or 478; else by the set.")
    ] = None,
    detector: Annotated[
        str | None, typer.Option(help="Detector beside the model: bundled, tfw or a file.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Of the data set's reader; may be repeated."),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split, such as test.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many samples.")] = None,
    min_iou: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least overlap that finds a face.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least score of a face.")
    ] = None,
    ap_from: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Lower least score, for average precision alone."),
    ] = None,
    visible_only: Annotated[
        bool, typer.Option("--visible-only", help="Points that the set calls hidden do not count.")
    ] = False,
    python: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The interpreter that runs a rival.")
    ] = None,
    device: DeviceOption = "cpu",
) -> None:
    """Measure a model on a data set, by a protocol that the report states in full.

    Tables go to stdout. With --out they are written, too: results.json, report.md beside the
    numbers that others have published, faces.csv, and two curves. A face that is not found counts
    as failed. The exit code is 1 if an image could not be used.
    """
    from tfan.evaluate.benchmark.contenders import Wanted, open_contender
    from tfan.evaluate.benchmark.protocols import custom_of
    from tfan.evaluate.benchmark.record import benchmark_record
    from tfan.evaluate.benchmark.report import printed_tables
    from tfan.evaluate.benchmark.run import run_benchmark
    from tfan.evaluate.datasets import open_dataset
    from tfan.io.files import claim_writable

    if out is not None:
        claim_writable(out)
    custom = custom_of(dataset)
    protocol = custom.protocol(
        normaliser=normaliser, min_iou=min_iou, points=points.value, visible_only=visible_only,
        bridges=_bridges(adapter),
    )  # fmt: skip
    options = _options(option or [])
    data = open_dataset(dataset, folder, **options)
    wanted = Wanted(
        n_landmarks=int(n_landmarks) if n_landmarks else _count_for(data), detector=detector,
        device=device, min_score=min_score, python=python,
        ap_from=custom.ap_from if ap_from is None else ap_from,
    )  # fmt: skip
    some = islice((sample for sample in data if split in (None, sample.split)), limit)
    with open_contender(model, wanted) as contender:
        run = run_benchmark(_shown(some), contender, protocol)
    record = benchmark_record(run, _about(data, contender, options, split=split, limit=limit))
    _drop_paths(record, [folder, *map(Path, options.values())])
    print_tables(printed_tables(record))
    if out is not None:
        _write(out, run, record)
    _end(record, data)


def _options(given: list[str]) -> dict[str, str]:
    for words in given:
        if "=" not in words:
            raise InputError("--option", expected="KEY=VALUE", got=words)
    return dict(words.split("=", 1) for words in given)


def _bridges(which: str | None) -> tuple[Bridge, ...]:
    if which is None:
        return ()
    from tfan.evaluate.benchmark.bridges import read_bridges

    return read_bridges(which)


def _count_for(data: Dataset) -> int:
    """Return the number of landmarks that is nearest to the truth: 478 for 478, else 70."""
    first = next((face for sample in data for face in sample.faces), None)
    return 478 if first is not None and first.scheme == "mediapipe478" else 70


def _about(
    data: Dataset, contender: Contender, options: dict[str, str], **which: str | int | None
) -> dict[str, Any]:
    """Return what was measured, on what; of paths the name only: the rest tells of the owner."""
    from tfan.evaluate.benchmark.machine import machine_facts
    from tfan.evaluate.benchmark.protocols import custom_of

    return {
        "tfan": tfan.__version__,
        "dataset": {
            "name": data.name, "folder": data.folder.resolve().name, **which,
            **{key: Path(value).name for key, value in options.items()},
            "entries left out as damaged": data.problems.n_skipped,
        },
        "model": {"name": contender.name, **contender.about},
        "machine": machine_facts(),
        "usual": custom_of(data.name).why,
    }  # fmt: skip


def _drop_paths(record: Record, homes: list[Path]) -> None:
    """Leave out of the sentences about images where these lie: files of results are passed on."""
    for failed in (*record["unread"], *record["refused"]):
        for home in homes:
            failed["error"] = failed["error"].replace(f"{home}{os.sep}", "")


def _write(out: Path, run: BenchmarkRun, record: Record) -> None:
    from tfan.evaluate.benchmark.published import published_on
    from tfan.evaluate.benchmark.report import write_benchmark

    published = published_on(record["about"]["dataset"]["name"])
    write_benchmark(out, run, record=record, published=published)
    typer.echo(f"Written: {out / 'report.md'}", err=True)


def _end(record: Record, data: Dataset) -> None:
    if not record["summary"]["images"]:
        typer.echo("Error: no sample was measured.", err=True)
        raise typer.Exit(1)
    for kind, words in (("unread", "cannot be read"), ("refused", "was refused by the model")):
        for failed in record[kind]:
            typer.echo(f"Error: {failed['image']} {words}: {failed['error']}", err=True)
    if data.problems.n_skipped:
        command = f"tfan data check {data.name} FOLDER"
        typer.echo(
            f"Left out as damaged: {data.problems.n_skipped} ({command} says why).", err=True
        )
    if record["summary"]["faces"] and not record["summary"]["measured"]:
        typer.echo(_UNMEASURED.format(**record["protocol"]), err=True)
    if record["unread"] or record["refused"]:
        raise typer.Exit(1)


def _shown(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Yield the samples, with a counter on stderr where someone looks."""
    if not sys.stderr.isatty():
        yield from samples
        return
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.completed} images"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(samples)
