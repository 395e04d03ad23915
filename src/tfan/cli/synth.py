"""`tfan synth`: synthetic thermal faces and scenes, from a morphable head."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

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
PreviewBankOption = Annotated[
    Path | None,
    typer.Option("--bank", help="Folder of heads; scenes and negatives need one."),
]
SeedOption = Annotated[int, typer.Option(min=0, help="The same seed gives the same samples.")]


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
    count: Annotated[int, typer.Option(min=1, help="Number of samples.")] = 1000,
    seed: SeedOption = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one per core.")
    ] = None,
    head: HeadOption = None,
    bank: BankOption = None,
    radiometric: Annotated[
        bool, typer.Option(help="Store float16 degrees Celsius of each sample too.")
    ] = False,
) -> None:
    """Write shards of samples with labels; run it again to go on where it stopped.

    Scenes and negatives take their people from a bank of heads ('heads'). Without --bank one of the
    same seed is made first: a head for three samples, at least 200 (30 MB), at most 8000 (1.2 GB).
    """
    from tfan.synth.dataset import plan_bank
    from tfan.synth.products import product_of

    options = {"workers": workers, "head_path": head, "radiometric": radiometric}
    with _bars() as bars:
        if bank is None and product_of(product.value).needs_bank:
            plan = plan_bank(out, count=count, seed=seed)
            bank = plan.folder
            _generate(bars, "heads", bank, count=plan.count, seed=plan.seed, **options)
        paths = _generate(bars, product.value, out, count=count, seed=seed, bank=bank, **options)
    typer.echo(f"{len(paths)} shards in {out}")


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _generate(bars: Progress, product: str, out: Path, *, count: int, **options: Any) -> list[Path]:
    from tfan.synth.dataset import generate as generate_dataset

    bar = bars.add_task(product, total=count, rate="")

    def advance(samples: int) -> None:
        bars.advance(bar, samples)
        speed = next(one.speed for one in bars.tasks if one.id == bar)
        bars.update(bar, rate=f"{speed:.0f}/s" if speed else "")

    return generate_dataset(product, out, count=count, advance=advance, **options)


@app.command()
def preview(
    out: Annotated[Path, typer.Argument(metavar="OUT.png", help="Picture to write.")],
    product: Annotated[Product, typer.Option(help="What to show.")] = Product.FACES,
    count: Annotated[int, typer.Option(min=1, help="Number of samples.")] = 24,
    seed: SeedOption = 0,
    points: Annotated[bool, typer.Option("--points", help="Draw the labels.")] = False,
    zoom: Annotated[int, typer.Option(min=1, max=4, help="Pixels a pixel.")] = 1,
    head: HeadOption = None,
    bank: PreviewBankOption = None,
) -> None:
    """Write a contact sheet of samples."""
    from tfan.synth.products import Recipe, maker_of
    from tfan.synth.sheet import check_picture_name, contact_sheet, tile, write_picture

    check_picture_name(out)  # before the work, not after it
    make = maker_of(Recipe(product.value, seed, head, bank))
    tiles = [tile(make(index)[0], points=points, zoom=zoom) for index in range(count)]
    sheet = contact_sheet(tiles, columns=math.ceil(math.sqrt(count * 1.5)))
    write_picture(out, sheet)
    typer.echo(str(out))
