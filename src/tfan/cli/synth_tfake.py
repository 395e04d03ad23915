"""`tfan synth` in T-FAKE's layout: what its options mean, and the two commands of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfan.cli.synth_bars import bar, bars
from tfan.errors import InputError

if TYPE_CHECKING:
    from tfan.synth.tfake.dataset import TfakePlan
    from tfan.thermal.segments import Condition

PROBLEMS_SHOWN = 20
PAIRS_LOOKED_INTO = 100  # as tfan.synth.tfake.images has it, which help need not load


class Layout(StrEnum):
    """How faces are stored."""

    SHARDS = "shards"
    TFAKE = "tfake"


class ConditionName(StrEnum):
    """Whose clinical means a set in T-FAKE's layout follows."""

    WARM = "warm"
    COLD = "cold"


LayoutOption = Annotated[
    Layout,
    typer.Option(
        help="Faces as shards, or as the files of T-FAKE: colour, parts, thermal, points."
    ),
]
ConditionOption = Annotated[
    ConditionName, typer.Option(help="Layout tfake: whose temperatures; one seed, same people.")
]
SideOption = Annotated[
    int, typer.Option(min=32, max=512, help="Layout tfake: side of the images in pixels.")
]
SetFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Set in T-FAKE's layout.")]


def condition_of(name: ConditionName) -> Condition:
    """Return the condition as the library calls it."""
    return "warm" if name is ConditionName.WARM else "cold"


def generate_set(plan: TfakePlan, *, count: int, workers: int | None) -> None:
    """Write a set, its progress on stderr, and say its checksums."""
    from tfan.synth.tfake.checksum import read_checksums
    from tfan.synth.tfake.dataset import generate_tfake

    with bars() as board:
        advance = bar(board, f"tfake {plan.condition}", total=count)
        generate_tfake(plan, count=count, workers=workers, advance=advance)
    sums = read_checksums(plan.folder)
    typer.echo(f"{count} pairs in {plan.folder}")
    typer.echo(f"records {sums['records']}")
    typer.echo(f"labels  {sums['labels']}")


def verify(
    folder: SetFolder,
    images: Annotated[
        int, typer.Option(min=0, help="Pairs whose images are opened, evenly spread.")
    ] = PAIRS_LOOKED_INTO,
    every: Annotated[bool, typer.Option("--all-images", help="Open the images of all.")] = False,
) -> None:
    """Verify a set in T-FAKE's layout: all files there, labels as written, images sound.

    Images have no checksums: of some pairs they are opened, and must have the set's size, their
    kind's bits, and something to be seen.
    """
    from tfan.synth.tfake.checksum import verify as verify_set

    verdict = verify_set(folder, images=None if every else images)
    for problem in verdict.problems[:PROBLEMS_SHOWN]:
        typer.echo(problem)
    rest = len(verdict.problems) - PROBLEMS_SHOWN
    if rest > 0:
        typer.echo(f"... and {rest} more")
    if verdict.problems:
        fix = (
            "Delete images that are not sound, and the files in labels/ whose labels differ; then "
            "generate the set again."
        )
        got = f"{len(verdict.problems)} problems"
        raise InputError(f"set in {folder}", expected="a whole set", got=got, fix=fix)
    typer.echo(
        f"{verdict.pairs} pairs, all files there, labels as written; "
        f"the images of {verdict.looked_into} looked into"
    )


def means(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Sets in T-FAKE's layout.")
    ],
    condition: Annotated[
        ConditionName | None, typer.Option(help="Of sets that do not say it themselves.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write too.")] = None,
) -> None:
    """Show how warm each part of the people is, beside the clinical mean that is wanted."""
    from tfan.io.files import replace_text
    from tfan.synth.tfake.means import measure, table

    given = None if condition is None else condition_of(condition)
    text = table([measure(folder, given) for folder in folders])
    typer.echo(text)
    if out is not None:
        replace_text(out, text + "\n", kind="table")
