"""`tfan evaluate`: how good faces and landmarks are on annotated images, and where they fail."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

import tfan
from tfan.cli.options import DeviceOption, Points, ScoreOption
from tfan.types import AnyArray, Face

if TYPE_CHECKING:
    from tfan.evaluate.judge import Evaluation
    from tfan.evaluate.record import Record
    from tfan.evaluate.sample import Sample
    from tfan.evaluate.tables import Table


class Load(Protocol):
    """Makes what finds faces; tests put a fake of their own into the context."""

    def __call__(
        self,
        *,
        n_landmarks: int,
        model_path: Path | None,
        detector_path: Path | None,
        device: str,
        min_score: float | None,
    ) -> Callable[[AnyArray], list[Face]]:
        """Return image -> faces."""


def evaluate(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="annotations.json, images/, manifest.csv.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the report and its pictures here.")
    ] = None,
    n_landmarks: Annotated[
        Points | None, typer.Option(help="478 or 70 points; both by default.")
    ] = None,
    landmarks: Annotated[
        Path | None, typer.Option(metavar="FILE.onnx", help="Landmark network of your own.")
    ] = None,
    detector: Annotated[
        Path | None, typer.Option(metavar="FILE.onnx", help="Detector of your own.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="report.json", help="Print the differences to an earlier report."),
    ] = None,
    min_score: ScoreOption = None,
    device: DeviceOption = "cpu",
) -> None:
    """Score faces and landmarks on the annotated images of FOLDER, in all and by group.

    Tables go to stdout. With --out they are written, too: report.md, report.json, and pictures of
    the worst faces and of the errors. The exit code is 1 if an image could not be used; the others
    are judged all the same.
    """
    from tfan.evaluate.annotations import read_folder
    from tfan.evaluate.judge import evaluate as judge_all
    from tfan.evaluate.record import read_record, report_record
    from tfan.evaluate.report import printed_tables, write_report
    from tfan.io.files import claim_writable

    if out is not None:
        claim_writable(out)
    earlier = None if against is None else read_record(against)
    samples = read_folder(folder)
    weights = {"model_path": landmarks, "detector_path": detector}
    load: Load = context.obj or load_detect
    evaluations: dict[str, Evaluation] = {}
    for scheme, n in _schemes(n_landmarks):
        detect = load(n_landmarks=n, device=device, min_score=min_score, **weights)
        with _bar(samples, scheme) as some:
            evaluations[scheme] = judge_all(some, detect)
    about = _about(folder, weights) | {"min_score": min_score}
    record = report_record(evaluations, about)
    print_tables(printed_tables(record, earlier))
    if out is not None:
        write_report(out, evaluations, record=record, earlier=earlier)
        typer.echo(f"Written: {out / 'report.md'}", err=True)
    _end(record)


def load_detect(
    *,
    n_landmarks: int,
    model_path: Path | None,
    detector_path: Path | None,
    device: str,
    min_score: float | None,
) -> Callable[[AnyArray], list[Face]]:
    """Return what finds faces with the bundled weights or one's own."""
    from tfan.pipeline import load_pipeline

    pipeline = load_pipeline(
        model_path, n_landmarks=n_landmarks, detector_path=detector_path, device=device
    )
    return lambda image: pipeline.detect(image, min_score=min_score)


def _schemes(n_landmarks: Points | None) -> list[tuple[str, int]]:
    from tfan.landmarks.schemes import NETWORK_SCHEMES, load_scheme, scheme_for

    if n_landmarks is not None:
        return [(scheme_for(int(n_landmarks)).name, int(n_landmarks))]
    return [(name, load_scheme(name).n_points) for name in NETWORK_SCHEMES]


def _about(folder: Path, weights: dict[str, Path | None]) -> dict[str, Any]:
    """Return what was judged: the folder's name (a path would tell of the machine) and hashes."""
    from tfan.models.registry import find

    def words(name: str, path: Path | None) -> str:
        if path is None:
            row = find(name)
            return f"{row.file} {row.sha256[:16]} (bundled)"
        return f"{path.name} {_sha256(path)}"

    return {
        "tfan": tfan.__version__,
        "folder": folder.resolve().name,
        "annotations": _sha256(folder / "annotations.json"),
        "landmarks": words("landmarks", weights["model_path"]),
        "detector": words("detector", weights["detector_path"]),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def print_tables(tables: Iterable[Table]) -> None:
    """Write tables to stdout, for people."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 10_000  # nothing is cut in a file or a pipe
    console = Console(width=width, highlight=False)
    for table in tables:
        if table.title != table.heading[0]:
            console.print(table.title, style="bold")
        console.print(_for_people(table))
        console.print()


def _for_people(table: Table) -> Any:
    from rich.markup import escape
    from rich.table import Table as RichTable

    made = RichTable(box=None, pad_edge=False, header_style="bold")
    for i, heading in enumerate(table.heading):
        made.add_column(heading, justify="right" if i else "left", no_wrap=True)
    for row in table.rows:
        made.add_row(*map(escape, row))
    return made


def _end(record: Record) -> None:
    for failed in record["failed"]:
        typer.echo(f"Error: {failed['error']}", err=True)
    count = len(record["failed"])
    if count:
        words = "1 image has" if count == 1 else f"{count} images have"
        typer.echo(f"{words} no result.", err=True)
        raise typer.Exit(1)


def _bar(samples: Sequence[Sample], scheme: str) -> Any:
    """Give the samples, with a progress bar on stderr where someone looks."""
    if not sys.stderr.isatty():
        return nullcontext(samples)
    from rich.console import Console
    from rich.progress import Progress

    return _Tracked(Progress(console=Console(stderr=True), transient=True), samples, scheme)


class _Tracked:
    """A progress bar as a context that gives the samples."""

    def __init__(self, progress: Any, samples: Sequence[Sample], scheme: str) -> None:
        self._progress, self._samples, self._scheme = progress, samples, scheme

    def __enter__(self) -> Iterable[Sample]:
        tracked: Iterable[Sample] = self._progress.__enter__().track(
            self._samples, description=self._scheme
        )
        return tracked

    def __exit__(self, *raised: Any) -> None:
        self._progress.__exit__(*raised)
