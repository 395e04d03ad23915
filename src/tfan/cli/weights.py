"""`tfan weights`: which weights there are, where they lie, and whether they are right."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfan.cli.options import JsonOption

if TYPE_CHECKING:
    from tfan.models.standing import Standing

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The bundled weights, and those of the published package.",
)

Name = Annotated[str, typer.Argument(help="tfan-478, tfan-70 or tfw.")]
_PINNED_ONLY = (
    "The publisher's hashes are not known to tfan: verified means unchanged since the first good "
    "file was pinned."
)


@app.command("list")
def list_weights(as_json: JsonOption = False) -> None:
    """List all weights: state, licence, where they lie or belong. Nothing is fetched."""
    from tfan.models.standing import standings

    found = standings(thorough=False)
    if as_json:
        _print_json(found)
        return
    _print_table(found)
    typer.echo(_PINNED_ONLY, err=True)


@app.command()
def download(name: Name) -> None:
    """Fetch published weights into the cache folder and print their path.

    A file of the published package that already lies on this machine is used instead. The weights
    are for research only: see `tfan weights licence`.
    """
    from tfan.models import store

    typer.echo(str(_local_unless_wrong(name) or store.download(name)))


@app.command()
def verify(as_json: JsonOption = False) -> None:
    """Look into every file of weights that is here, pin new good ones; 1 if one is wrong."""
    from tfan.models.standing import standings

    found = standings(thorough=True)
    if as_json:
        _print_json(found)
    else:
        _print_table(found)
        typer.echo(_PINNED_ONLY, err=True)
    if any(row.state == "wrong" for row in found):
        raise typer.Exit(1)


@app.command()
def path(
    name: Annotated[str | None, typer.Argument(help="tfan-478, tfan-70 or tfw.")] = None,
) -> None:
    """Print where published weights lie, or the folder for all; 1 if they are not here."""
    from tfan.errors import WeightsError
    from tfan.models import store
    from tfan.models.published_files import find

    if name is None:
        typer.echo(str(store.folder()))
        return
    found = store.find_local(name)
    if found is None:
        msg = f"{name} is not here; it belongs at {store.place(find(name))}, and `tfan weights "
        raise WeightsError(f"{msg}download {name}` puts it there")
    typer.echo(str(found))


@app.command()
def licence() -> None:
    """Print under which licences the weights may be used."""
    from tfan.models import store
    from tfan.models.licences import all_licences

    typer.echo(all_licences(store.folder()), nl=False)


@app.command()
def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="Published .pt, .pth or .safetensors file.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT.onnx", help="The ONNX file to write.")],
) -> None:
    """Turn published weights into ONNX once; the ONNX file runs without torch."""
    from tfan._optional import require

    for module in ("torch", "onnx"):
        require(module, extra="torch", purpose="Converting weights")
    from tfan.models.published.convert import convert_file

    written = convert_file(source, target)
    typer.echo(str(written.path))
    typer.echo(f"torch and ONNX differ by {written.difference:.2g} at most", err=True)
    typer.echo("The licence of IN holds for OUT too: see `tfan weights licence`.", err=True)


def _local_unless_wrong(name: str) -> Path | None:
    """Return a right local file; a wrong one is no reason not to download."""
    from contextlib import suppress

    from tfan.errors import WeightsError
    from tfan.models import store
    from tfan.models.published_files import find

    find(name)
    with suppress(WeightsError):
        if store.find_local(name) is not None:
            return store.fetch(name)  # which says the licence
    return None


def _print_json(found: list[Standing]) -> None:
    for row in found:
        typer.echo(json.dumps({**asdict(row), "path": str(row.path)}))


def _print_table(found: list[Standing]) -> None:
    for row in found:
        about = f"{row.name:<10} {row.state:<10} {row.task:<8} {row.licence:<16} {row.path}"
        typer.echo(about)
        if row.sha256:
            typer.echo(f"{'':<10} sha256 {row.sha256}")
        if row.remark:
            typer.echo(f"{'':<10} {row.remark}")
