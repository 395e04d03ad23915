"""`tfan synth`: synthetic thermal faces and scenes, from a morphable head."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfan.cli.synth_bars import bar, bars
from tfan.cli.synth_tfake import (
    ConditionName,
    ConditionOption,
    Layout,
    LayoutOption,
    SideOption,
    condition_of,
    generate_set,
    means,
    verify,
)

if TYPE_CHECKING:
    from rich.progress import Progress

    from tfan.synth.tfake.dataset import TfakePlan

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
    product: Annotated[Product, typer.Argument()] = Product.FACES,
    out: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="Folder for the samples; layout tfake: has a default."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Number of samples.")] = 1000,
    seed: SeedOption = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one per core.")
    ] = None,
    head: HeadOption = None,
    bank: BankOption = None,
    radiometric: Annotated[
        bool | None,
        typer.Option(help="Store degrees Celsius of each sample too; default: in layout tfake."),
    ] = None,
    layout: LayoutOption = Layout.SHARDS,
    condition: ConditionOption = ConditionName.WARM,
    side: SideOption = 512,
) -> None:
    """Write samples with labels; run it again to go on where it stopped.

    With --layout tfake faces are written as T-FAKE's files: NUMBER.png, _seg.png, _thermal.png,
    _ldmks.txt, annotations.pkl, and degrees beyond 20..40 as _celsius.tiff (centikelvin).

    Scenes and negatives take their people from a bank of heads ('heads'). Without --bank one of the
    same seed is made first: a head for three samples, at least 200 (30 MB), at most 8000 (1.2 GB).
    """
    folder = _out_of(out, layout, condition)
    if layout is Layout.TFAKE:
        if product is not Product.FACES:
            raise typer.BadParameter("layout tfake is for faces", param_hint="--layout")
        plan = _tfake_plan(
            folder, condition, seed=seed, side=side, head=head, radiometric=radiometric
        )
        generate_set(plan, count=count, workers=workers)
        return
    options = {"workers": workers, "head_path": head, "radiometric": bool(radiometric)}
    _generate_shards(product.value, folder, count=count, seed=seed, bank=bank, **options)


def _tfake_plan(
    folder: Path,
    condition: ConditionName,
    *,
    seed: int,
    side: int,
    head: Path | None = None,
    radiometric: bool | None = None,
) -> TfakePlan:
    from tfan.synth.tfake.dataset import TfakePlan

    degrees = radiometric is not False
    return TfakePlan(folder, condition_of(condition), seed, side, degrees, head)


def _generate_shards(
    product: str, out: Path, *, count: int, seed: int, bank: Path | None, **options: Any
) -> None:
    from tfan.synth.dataset import plan_bank
    from tfan.synth.products import product_of

    with bars() as board:
        if bank is None and product_of(product).needs_bank:
            plan = plan_bank(out, count=count, seed=seed)
            bank = plan.folder
            _generate(board, "heads", bank, count=plan.count, seed=plan.seed, **options)
        paths = _generate(board, product, out, count=count, seed=seed, bank=bank, **options)
    typer.echo(f"{len(paths)} shards in {out}")


def _out_of(out: Path | None, layout: Layout, condition: ConditionName) -> Path:
    if out is not None:
        return out
    if layout is Layout.TFAKE:
        return Path(f"{layout.value}-{condition.value}")
    raise typer.BadParameter("a folder for the shards is needed", param_hint="OUT")


def _generate(
    board: Progress, product: str, out: Path, *, count: int, **options: Any
) -> list[Path]:
    from tfan.synth.dataset import generate as generate_dataset

    advance = bar(board, product, total=count)
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
    layout: LayoutOption = Layout.SHARDS,
    condition: ConditionOption = ConditionName.WARM,
    side: SideOption = 192,
) -> None:
    """Write a contact sheet of samples."""
    from tfan.synth.sheet import check_picture_name, contact_sheet, write_picture

    check_picture_name(out)  # before the work, not after it
    if layout is Layout.TFAKE:
        from tfan.synth.tfake.sheet import tiles_of

        plan = _tfake_plan(out.parent, condition, seed=seed, side=side, head=head)
        tiles, tall = tiles_of(plan, count, points=points), 0.5  # three images wide
    else:
        tall = 1.5
        tiles = _tiles(
            product.value, count, seed=seed, head=head, bank=bank, points=points, zoom=zoom
        )
    sheet = contact_sheet(tiles, columns=math.ceil(math.sqrt(count * tall)))
    write_picture(out, sheet)
    typer.echo(str(out))


def _tiles(
    product: str,
    count: int,
    *,
    seed: int,
    head: Path | None,
    bank: Path | None,
    points: bool,
    zoom: int,
) -> list[Any]:
    from tfan.synth.products import Recipe, maker_of
    from tfan.synth.sheet import tile

    make = maker_of(Recipe(product, seed, head, bank))
    return [tile(make(index)[0], points=points, zoom=zoom) for index in range(count)]


app.command()(verify)
app.command()(means)
