"""`tfan thermalize`: learn to make thermal images of colour ones, and make them."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tfan._optional import require
from tfan.cli.synth_tfake import ConditionName
from tfan.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Make thermal images of colour ones.",
)


Data = Annotated[
    Path, typer.Argument(metavar="DATA", help="Folder of T-FAKE's form: NAME.png and so on.")
]
Device = Annotated[str, typer.Option(help="cpu or cuda.")]


@app.command("train")
def train_command(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for the checkpoint and the learning curve.")],
    config: Annotated[
        str | None,
        typer.Option(help="small, published, or a TOML file; default: small, or OUT's to resume."),
    ] = None,
    condition: Annotated[
        ConditionName | None, typer.Option(help="Wanted region means; default: config's.")
    ] = None,
    thermal: Annotated[
        Path | None, typer.Option(help="Folder of NAME_thermal.png; default: DATA.")
    ] = None,
    val: Annotated[
        Path | None, typer.Option(help="Folder of held-out scenes; default: some of DATA.")
    ] = None,
    patches: Annotated[
        Path | None,
        typer.Option(help="Folder of thermal images without colour ones, for the patches."),
    ] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="State dict of a ResNet to begin with (.pth).")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help="checkpoint.pt to begin with, of another condition or data.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Time budget instead of the configuration's.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint in OUT.")] = False,
    device: Device = "cpu",
    docs: Annotated[
        Path | None, typer.Option(help="Folder for the written results; default: OUT.")
    ] = None,
) -> None:
    """Train a thermalizer on colour images with thermal ones, segmentations, or both."""
    require("torch", extra="train", purpose="Training")
    require("geomloss", extra="train", purpose="The distance between patches")
    from tfan.thermalize.config import load_config, with_budget
    from tfan.thermalize.run import Beginning, Folders, run
    from tfan.train.checkpoints import CHECKPOINT

    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    chosen = load_config(config or _begun(out, resume=resume))
    if condition is not None:
        chosen = replace(chosen, condition=condition.value)
    if minutes is not None:
        chosen = with_budget(chosen, minutes=minutes)
    folders = Folders(data, thermal=thermal, held_out=val, patches=patches)
    begin = Beginning(encoder=encoder, start=start)
    run(chosen, folders, out=out, docs=docs, begin=begin, device=device, resume=resume)
    typer.echo(str(out / CHECKPOINT))


def _begun(out: Path, *, resume: bool) -> str:
    """Return the configuration that the training in OUT began with, or the usual one."""
    path = out / "config.toml"
    return str(path) if resume and path.is_file() else "small"


@app.command("apply")
def apply_command(
    weights: Annotated[Path, typer.Argument(help="checkpoint.pt of a training.")],
    images: Annotated[list[str], typer.Argument(help="Colour images, folders or patterns.")],
    out: Annotated[Path, typer.Option(help="Folder for NAME_thermal.png and NAME_celsius.tiff.")],
    size: Annotated[
        int | None,
        typer.Option(min=32, help="Long side of what the network sees; default: the weights'."),
    ] = None,
    device: Device = "cpu",
) -> None:
    """Make thermal images: 16 bits for 20 to 40 degrees Celsius, and radiometric ones.

    NAME_thermal, NAME_seg and NAME_celsius files are passed over, so that a folder of T-FAKE's form
    can be given. What cannot be read is told and left out; then the exit code is 1.
    """
    require("torch", extra="train", purpose="Making thermal images")
    from tfan.io.files import claim_writable
    from tfan.io.paths import expand
    from tfan.thermalize.apply import load_thermalizer, write_thermal
    from tfan.thermalize.pairs import read_rgb, stands_beside

    make = load_thermalizer(weights, device=device)
    claim_writable(out)
    left_out, taken = 0, set[str]()
    for path in expand(images, suffixes=(".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")):
        if stands_beside(path.name):
            continue
        try:
            celsius = make(read_rgb(path), size_px=size)
        except InputError as error:
            typer.echo(f"Left out: {error}", err=True)
            left_out += 1
            continue
        name, number = path.stem, 2
        while name in taken:  # of another folder, or with another ending
            name, number = f"{path.stem}-{number}", number + 1
        taken.add(name)
        typer.echo(str(write_thermal(celsius, out, name)[0]))
    if left_out:
        raise typer.Exit(1)
