"""`tfan train adapt`: a small network from the points of one scheme to those of another."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfan._optional import require

if TYPE_CHECKING:
    from tfan.train.adapt_config import AdaptConfig
    from tfan.train.adapt_pairs import Pairs

_PLACE = "[KIND:]PLACE[,key=value...]"
Given = Annotated[
    str | None,
    typer.Option("--source", metavar="SCHEME", help="Points given; default facesynthetics70."),
]
Wanted = Annotated[
    str | None, typer.Option("--target", metavar="SCHEME", help="Points wanted; default ibug68.")
]
Data = Annotated[
    list[str],
    typer.Option(
        metavar=_PLACE,
        help="Faces in both schemes; may be said again. An .npz file or a folder of them, a folder "
        "of shards of 'tfan synth generate faces', or KIND:FOLDER with a data set of 'tfan data "
        "list' annotated in TARGET, on whose images tfan finds SOURCE. Keys: val (share of the "
        "people held out), split, condition, limit.",
    ),
]
Val = Annotated[
    list[str] | None,
    typer.Option(
        "--val", metavar=_PLACE, help="Held-out faces; by default a tenth of the people in DATA."
    ),
]
Out = Annotated[Path, typer.Option(help="Folder for adapter.onnx and the learning curve.")]
Config = Annotated[Path | None, typer.Option(help="TOML file with the other settings.")]
Steps = Annotated[int | None, typer.Option(help="Batches instead of the configuration's.")]
Docs = Annotated[Path | None, typer.Option(help="Folder for the written results; default: OUT.")]
_HELD_OUT = 0.1
_USUAL = {"source": "facesynthetics70", "target": "ibug68"}


def adapt(
    data: Data, out: Out, source: Given = None, target: Wanted = None, val: Val = None,
    config: Config = None, steps: Steps = None, docs: Docs = None,
) -> None:  # fmt: skip
    """Train a network of five layers that turns points of one scheme into another's.

    It sees coordinates alone. Where both schemes have the same points, none is needed: see
    docs/reference/schemes.md.
    """
    require("torch", extra="train", purpose="Training")
    from tfan.train.adapt import ONNX_NAME, run_adapt
    from tfan.train.adapt_pairs import joined
    from tfan.train.adapt_scores import table

    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    chosen = _config(config, source, target, steps)
    taught = [_pairs(text, chosen, share=_HELD_OUT if val is None else 0.0) for text in data]
    aside = [pair[1] for pair in taught]
    aside += [pair for text in val or () for pair in _pairs(text, chosen, share=0.0)]
    found = run_adapt(
        chosen, pairs=joined([pair[0] for pair in taught]), held_out=joined(aside), out=out,
        docs=docs,
    )  # fmt: skip
    typer.echo(table(found), err=True)
    typer.echo(str(out / ONNX_NAME))


def _config(
    path: Path | None, source: str | None, target: str | None, steps: int | None
) -> AdaptConfig:
    from tfan.train.adapt_config import AdaptConfig, read_adapt_config

    said = {"source": source, "target": target, "steps": steps}
    given: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if path is not None:
        return replace(read_adapt_config(path), **given)
    config = AdaptConfig(**{**_USUAL, **given})
    return replace(config, name=f"{config.source}-{config.target}")


def _pairs(text: str, config: AdaptConfig, *, share: float) -> tuple[Pairs, Pairs]:
    """Return what a --data gives to learn from, and what of it is held out."""
    from tfan.train.adapt_pairs import pairs_of, split
    from tfan.train.sources import parse_source

    place = parse_source(text)
    pairs = pairs_of(place, config.source, config.target)
    return split(pairs, place.val or share)
