"""`tfan robustness`: how far weights hold on synthetic people, one difficulty at a time."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import tfan

if TYPE_CHECKING:
    from rich.progress import Progress

    from tfan.robustness.axes import Axis
    from tfan.robustness.shots import Taken
    from tfan.robustness.store import Provenance

_SEED, _FACES = 20_301, 200


def robustness(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for tables and plots.")],
    weights: Annotated[
        Path | None,
        typer.Argument(metavar="[WEIGHTS.onnx]", help="Landmark network; default: the bundled."),
    ] = None,
    detector: Annotated[
        Path | None, typer.Option(metavar="FILE.onnx", help="Detector; default: the bundled one.")
    ] = None,
    faces: Annotated[int, typer.Option(min=2, help="People a step.")] = _FACES,
    axis: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this axis; may be repeated.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Compare with this earlier run.")
    ] = None,
    sheets: Annotated[
        bool, typer.Option("--sheets", help="Write pictures of the steps to DIR/sheets.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the people.")] = _SEED,
    head: Annotated[
        Path | None, typer.Option(help="Packed head model; default: TFAN_HEAD.")
    ] = None,
) -> None:
    """Score both networks on synthetic people under difficulties that grow step by step.

    Every step shows the same people; only what its axis names changes. DIR gets README.md with a
    table and a plot an axis, results.json, and faces.npz for comparing later runs face by face.
    200 faces take about a quarter of an hour on one core. With --against what became worse is
    listed; the exit code stays 0.
    """
    from tfan.io.files import claim_writable
    from tfan.pipeline import load_pipeline
    from tfan.robustness.axes import find_axes
    from tfan.robustness.publish import REPORT, publish
    from tfan.robustness.sheets import Album
    from tfan.robustness.store import read_run
    from tfan.robustness.suite import run
    from tfan.synth.head import load_head

    axes = find_axes(axis)
    earlier = None if against is None else read_run(against)
    pipeline = load_pipeline(weights, detector_path=detector, threads=1)
    model, album = load_head(head), Album()
    options = {"--detector": detector, "--out": out, "--against": against}
    words = ["tfan", "robustness", *([weights.name] if weights else [])]
    for name, path in options.items():
        words += [name, path.name] if path else []
    words += [word for name in axis or () for word in ("--axis", name)]
    command = shlex.join([*words, "--faces", str(faces), "--seed", str(seed)])
    provenance = _provenance(command, weights, detector, head, seed=seed, faces=faces)
    claim_writable(out)
    with _bar() as bars:
        bar = bars.add_task("faces", total=faces * len(axes))

        def watch(index: int, one: Axis, taken: list[Taken]) -> None:
            bars.update(bar, advance=1, description=one.name)
            if sheets:
                album.watch(index, one, taken)

        results = run(pipeline, model, axes=axes, faces=faces, seed=seed, watch=watch)
    verdict = publish(out, provenance, results, earlier=earlier)
    album.write(out / "sheets")
    typer.echo(f"{out / REPORT}" + (f"\n{verdict}" if verdict else ""))


def _provenance(
    command: str,
    weights: Path | None,
    detector: Path | None,
    head: Path | None,
    *,
    seed: int,
    faces: int,
) -> Provenance:
    """Return where the numbers come from; files by their names alone, wherever they lie."""
    from tfan.models.registry import find, read_bundled, read_own
    from tfan.robustness.store import Provenance, sha256_of
    from tfan.synth.head import default_head_path

    files = {}
    for name, own in (("landmarks", weights), ("detector", detector)):
        row = find(name)
        data = read_own(own) if own else read_bundled(row)
        files[name] = (own.name if own else row.file, sha256_of(data))
    model = head or default_head_path()
    files["head"] = (model.name, sha256_of(model.read_bytes()))
    return Provenance(command, tfan.__version__, seed, faces, files)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
