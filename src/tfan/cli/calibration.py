"""`tfan calibration`: fits and proves the certainties of a landmark network."""

from __future__ import annotations

import hashlib
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import tfan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tfan.models.landmarker import Landmarker


def calibration(
    weights: Annotated[Path, typer.Argument(help="ONNX file of a landmark network.")],
    data: Annotated[Path, typer.Option(help="Folder of faces to judge with, never trained on.")],
    out: Annotated[Path, typer.Option(help="Folder that gets report.md, .json and pictures.")],
    fit: Annotated[
        Path | None, typer.Option(help="Folder of other faces to fit the constants to.")
    ] = None,
    negatives: Annotated[
        Path | None, typer.Option(help="Folder of crops without a face; DATA if it has some.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Use that many crops of each folder at most.")
    ] = None,
) -> None:
    """Judge sigma, confidence, visibility, quality and head pose on synthetic faces, by group.

    With --fit the constants that make them true are fitted first, and printed: they belong into
    the network's row of tfan.models.registry. Without it the row's own are judged.
    """
    from tfan.calibration.prove import prove
    from tfan.calibration.report import constants, printed_tables, write_report
    from tfan.evaluate.tables import markdown
    from tfan.io.files import claim_writable

    claim_writable(out)
    if negatives is None and any(data.glob("negatives-*.npz")):
        negatives = data
    landmarker, digest = _landmarker(weights)
    about = {
        "tfan": tfan.__version__,
        "weights": f"{weights.name} {digest[:16]}",
        "judged on": data.resolve().name,
        "fitted on": "nothing" if fit is None else fit.resolve().name,
    }
    with _counter() as advance:
        proof = prove(
            landmarker, data, fit_on=fit, negatives=negatives, about=about, limit=limit,
            advance=advance,
        )  # fmt: skip
    write_report(out, proof.records, proof.calibrations)
    for table in printed_tables(list(proof.records.values())[-1]):
        typer.echo(f"{table.title}\n\n{markdown(table)}")
    typer.echo(constants(list(proof.calibrations.values())[-1]))
    typer.echo(f"Written: {out / 'report.md'}", err=True)


def _landmarker(path: Path) -> tuple[Landmarker, str]:
    """Return the network of a file, with its constants where the file is a bundled one."""
    from tfan.models.calibration import PLAIN_CALIBRATION
    from tfan.models.landmarker import LANDMARK_CONTRACT, Landmarker
    from tfan.models.registry import WEIGHTS, read_own
    from tfan.models.runtime import OnnxRuntime

    content = read_own(path)
    digest = hashlib.sha256(content).hexdigest()
    runtime = OnnxRuntime(content, contract=LANDMARK_CONTRACT, source=path.name, threads=1)
    rows = [row for row in WEIGHTS.values() if row.sha256 == digest]
    known = rows[0].calibration if rows else PLAIN_CALIBRATION
    return Landmarker(runtime, calibration=known), digest


@contextmanager
def _counter() -> Iterator[Callable[[int], None]]:
    """Give what counts crops, shown on stderr where someone looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn

    words = (TextColumn("crops"), MofNCompleteColumn())
    with Progress(*words, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("crops", total=None)
        yield lambda count: progress.update(task, advance=count)
