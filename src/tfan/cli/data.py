"""`tfan data`: the data sets that can be read, and what is in one of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfan.cli.options import JsonOption
from tfan.errors import InputError

if TYPE_CHECKING:
    from tfan.evaluate.datasets.check import Check

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Data sets of others, and your own: what can be read, and what is in a folder.",
)

_HULLS = ", the others are hulls of the points"
_REASONS_SHOWN = 12
_KINDS_SHOWN = 8


@app.command("list")
def list_datasets(as_json: JsonOption = False) -> None:
    """List the data sets that can be read: name, scheme, licence, where to get them."""
    from tfan.evaluate.datasets import DATASETS

    if as_json:
        for name, row in DATASETS.items():
            typer.echo(json.dumps({
                "name": name, "title": row.title, "schemes": row.schemes, "licence": row.licence,
                "source": row.source, "options": dict(row.options),
            }, ensure_ascii=False))  # fmt: skip
        return
    for name, row in DATASETS.items():
        typer.echo(f"{name:<15} {row.title}")
        facts = [
            ("scheme", ", ".join(row.schemes) or "by the file"), ("licence", row.licence),
            ("from", row.source), *((f"  {key}", use) for key, use in row.options.items()),
        ]  # fmt: skip
        for key, words in facts:
            typer.echo(f"  {key:<13} {words}")


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="One of `tfan data list`.")],
    folder: Annotated[Path, typer.Argument(help="Where the data set lies.")],
    option: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Of the set; may be repeated.")
    ] = None,
    images: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Open so many images, not all.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the report and the picture here.")
    ] = None,
    draw: Annotated[int, typer.Option(min=0, help="Samples on the picture.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Other samples for another seed.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Read a data set once: what is there, by split, and what is missing or damaged.

    With --out: report.json, problems.csv (the first 1000), samples.png with points, and, for
    Charlotte, kept.csv. The exit code is 1 if an entry is missing or damaged: such entries are
    skipped by every command that reads the set.
    """
    from tfan.evaluate.datasets import open_dataset
    from tfan.evaluate.datasets.check import check as check_dataset
    from tfan.evaluate.datasets.check import record
    from tfan.io.files import claim_writable

    dataset = open_dataset(name, folder, **_options(option or []))
    if out is not None:
        claim_writable(out)
    with _bar() as bar:
        task = bar.add_task("samples", total=None)
        seen = check_dataset(
            dataset, images=images, draw=draw, seed=seed, advance=lambda: bar.advance(task)
        )
    facts = record(dataset, seen)
    if out is not None:
        _write(out, facts, seen)
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else _for_people(facts))
    if not seen.n_samples:
        typer.echo(f"Error: {folder}: no sound entry", err=True)
    elif not seen.sound:
        n = seen.problems.n_skipped
        typer.echo(f"Error: {folder}: {n} entries are missing or damaged, and skipped", err=True)
    if not seen.sound:
        raise typer.Exit(1)


def _options(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InputError("--option", expected="KEY=VALUE", got=repr(pair))
    return dict(pair.split("=", 1) for pair in pairs)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"),
        TimeElapsedColumn(), console=Console(stderr=True), transient=True,
    )  # fmt: skip


def _write(out: Path, facts: dict[str, Any], seen: Check) -> None:
    from tfan.evaluate.datasets.sheet import sample_sheet
    from tfan.io import write_png
    from tfan.io.files import replace_file, replace_text

    replace_text(out / "report.json", json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    rows = [(one.where, one.reason, "yes" if one.skipped else "no") for one in seen.problems]
    replace_file(
        out / "problems.csv", lambda path: _csv(path, ("where", "reason", "skipped"), rows)
    )
    if seen.drawn:
        write_png(out / "samples.png", sample_sheet(seen.drawn))
    if seen.kept:
        kept = list(seen.kept.items())
        replace_file(out / "kept.csv", lambda path: _csv(path, ("image", "reason"), kept))


def _csv(path: Path, heading: tuple[str, ...], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


def _for_people(facts: dict[str, Any]) -> str:
    celsius = facts["celsius"]
    boxes = f"{facts['boxes_given']} of {facts['faces']}"
    points = f"{facts['points_annotated']} of {facts['points']} annotated"
    rows = [
        ("licence", facts["licence"]),
        ("samples", f"{facts['samples']}, {facts['images_opened']} images opened"),
        ("faces", facts["faces"]),
        ("no face", facts["images_without_face"]),
        ("in part", facts["annotated_in_part"]),
        ("split", _counts(facts["by_split"])),
        ("condition", _counts(facts["by_condition"])),
        ("scheme", _counts(facts["by_scheme"])),
        ("points", points if facts["points"] else ""),
        ("boxes", f"{boxes} given" + (_HULLS if facts["boxes_given"] < facts["faces"] else "")),
        (
            "visibility",
            f"{facts['faces_with_visibility']} faces" * bool(facts["faces_with_visibility"]),
        ),
        ("subjects", facts["subjects"]),
        ("images", _counts(facts["by_form"])),
        ("range", f"{celsius[0]:g}..{celsius[1]:g} °C" if celsius else ""),
        ("kept", "" if facts["kept"] is None else f"{facts['kept']} frames"),
    ]
    lines = [f"{facts['title']}, {facts['folder']}"]
    lines += [f"  {name:<10} {value}" for name, value in rows if value]
    if facts["subjects_in_two_splits"]:
        names = ", ".join(facts["subjects_in_two_splits"])
        lines.append(f"  !          subjects in more than one split: {names}")
    lines.append(f"  problems   {facts['problems']}, {facts['skipped']} of them skipped entries")
    told = sum(one["n"] for one in facts["reasons"])
    if told < facts["problems"]:
        lines.append(f"    of the first {told}:")
    for one in facts["reasons"][:_REASONS_SHOWN]:
        example = one["example"]
        lines.append(f"    {one['n']} x {one['reason']}; {example['where']}: {example['reason']}")
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    shown = [f"{name or '(none)'}: {n}" for name, n in list(counts.items())[:_KINDS_SHOWN]]
    rest = len(counts) - _KINDS_SHOWN
    if not any(counts):
        return ""
    return "; ".join([*shown, f"and {rest} more"] if rest > 0 else shown)
