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

    from tfan.models.calibration import Calibration
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
    write: Annotated[
        bool, typer.Option("--write", help="Put the fitted constants into WEIGHTS itself.")
    ] = False,
) -> None:
    """Judge sigma, confidence, visibility, quality and head pose on synthetic faces, by group.

    With --fit the constants that make them true are fitted first, and printed; with --write they
    travel in the file from then on. Without --fit the file's own are judged.
    """
    from tfan.calibration.prove import prove
    from tfan.calibration.report import constants, printed_tables, write_report
    from tfan.errors import InputError
    from tfan.evaluate.tables import markdown
    from tfan.io.files import claim_writable

    if write and fit is None:
        raise InputError("--write", expected="--fit beside it", got="nothing to write")
    claim_writable(out)
    if write:
        _claim(weights)
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
    if write:
        _write(weights, list(proof.calibrations.values())[-1])
    typer.echo(f"Written: {out / 'report.md'}", err=True)


def _claim(path: Path) -> None:
    """Refuse a bundled file, which must stay as released, and a place that cannot be written."""
    from tfan.errors import InputError
    from tfan.io.files import claim_writable
    from tfan.models.registry import WEIGHTS, bundled_path

    if any(path.resolve() == bundled_path(row).resolve() for row in WEIGHTS.values()):
        raise InputError("--write", expected="weights of your own", got=f"the bundled {path.name}",
                         fix="Copy the file and give the copy.")  # fmt: skip
    if path.is_file():
        claim_writable(path.resolve().parent)


def _write(path: Path, fitted: Calibration) -> None:
    """Put constants into a file of weights."""
    from tfan.io.files import replace_file
    from tfan.models.file_calibration import with_calibration
    from tfan.models.registry import read_own

    data = with_calibration(read_own(path), fitted)
    replace_file(path, lambda beside: beside.write_bytes(data))


def _landmarker(path: Path) -> tuple[Landmarker, str]:
    """Return the network of a file, with its constants where the file is a bundled one."""
    from tfan.models.calibration import PLAIN_CALIBRATION
    from tfan.models.file_calibration import calibration_of
    from tfan.models.landmarker import LANDMARK_CONTRACT, Landmarker
    from tfan.models.registry import read_own
    from tfan.models.runtime import OnnxRuntime

    content = read_own(path)
    digest = hashlib.sha256(content).hexdigest()
    runtime = OnnxRuntime(content, contract=LANDMARK_CONTRACT, source=path.name, threads=1)
    known = calibration_of(content, source=path.name) or PLAIN_CALIBRATION
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
