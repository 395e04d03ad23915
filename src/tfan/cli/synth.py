"""`tfan synth`: synthetic thermal faces and scenes, from a morphable head."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Make synthetic thermal faces and scenes, with labels.",
)


class Product(StrEnum):
    """What can be generated."""

    FACES = "faces"
    SCENES = "scenes"
    NEGATIVES = "negatives"
    HEADS = "heads"


HeadOption = Annotated[
    Path | None,
    typer.Option("--head", help="Packed head model; default: TFAN_HEAD. See 'tfan synth pack'."),
]
BankOption = Annotated[
    Path | None,
    typer.Option("--bank", help="Folder of heads for scenes; default: OUT/heads, made if absent."),
]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same samples.")]


@app.command()
def pack(
    folder: Annotated[Path, typer.Argument(metavar="ICT_FOLDER", help="Clone of ICT-FaceKit.")],
    out: Annotated[Path, typer.Argument(metavar="HEAD.npz", help="File to write.")],
) -> None:
    """Pack a clone of ICT-FaceKit (MIT licence) into one file."""
    from tfan.synth.head import pack as pack_head

    pack_head(folder, out)
    typer.echo(str(out))


@app.command()
def generate(
    product: Product,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the shards.")],
    count: Annotated[int, typer.Option(help="Number of samples.")] = 1000,
    seed: SeedOption = 0,
    workers: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    head: HeadOption = None,
    bank: BankOption = None,
    radiometric: Annotated[
        bool, typer.Option(help="Store float16 degrees Celsius of each sample too.")
    ] = False,
) -> None:
    """Write shards of samples with labels; run it again to go on where it stopped.

    Scenes and negatives take their people from a bank of heads ('heads'), which is made first.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from tfan.synth.dataset import HEADS_IN_BANK
    from tfan.synth.dataset import generate as generate_dataset
    from tfan.synth.products import product_of

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TextColumn("{task.fields[rate]}"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def make(name: str, folder: Path, number: int, seed: int) -> list[Path]:
            task = progress.add_task(name, total=number, rate="")

            def advance(samples: int) -> None:
                progress.advance(task, samples)
                speed = next(one.speed for one in progress.tasks if one.id == task)
                progress.update(task, rate=f"{speed:.0f}/s" if speed else "")

            return generate_dataset(name, folder, count=number, seed=seed, workers=workers,
                                    head_path=head, bank=bank, radiometric=radiometric,
                                    advance=advance)  # fmt: skip

        if bank is None and product_of(product.value).needs_bank:
            make("heads", out / "heads", HEADS_IN_BANK, 0)
            bank = out / "heads"
        paths = make(product.value, out, count, seed)
    typer.echo(f"{len(paths)} shards in {out}")


@app.command()
def preview(
    out: Annotated[Path, typer.Argument(metavar="OUT.png", help="Picture to write.")],
    product: Annotated[Product, typer.Option(help="What to show.")] = Product.FACES,
    count: Annotated[int, typer.Option(min=1, help="Number of samples.")] = 24,
    seed: SeedOption = 0,
    points: Annotated[bool, typer.Option("--points", help="Draw the labels.")] = False,
    zoom: Annotated[int, typer.Option(min=1, max=4, help="Pixels a pixel.")] = 1,
    head: HeadOption = None,
    bank: BankOption = None,
) -> None:
    """Write a contact sheet of samples."""
    import cv2

    from tfan.synth.products import Recipe, maker_of
    from tfan.synth.sheet import contact_sheet, tile

    make = maker_of(Recipe(product.value, seed, head, bank))
    tiles = [tile(make(index)[0], points=points, zoom=zoom) for index in range(count)]
    sheet = contact_sheet(tiles, columns=math.ceil(math.sqrt(count * 1.5)))
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), sheet[..., ::-1])
    typer.echo(str(out))
