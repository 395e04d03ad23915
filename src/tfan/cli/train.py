"""`tfan train`: train the two networks, export them, score them on synthetic crops."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfan._optional import require

if TYPE_CHECKING:
    from tfan.train.config import TrainConfig

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Train, export and score the two networks.",
)

Config = Annotated[Path | None, typer.Option(help="TOML file; the bundled one by default.")]
Data = Annotated[Path, typer.Option(help="Folder of shards; new ones may appear while training.")]
HeldOut = Annotated[
    Path | None, typer.Option("--val", help="Held-out shards; DATA/val by default.")
]
Out = Annotated[Path, typer.Option(help="Folder for checkpoints and the learning curve.")]
Minutes = Annotated[float | None, typer.Option(help="Time budget instead of the configuration's.")]
Resume = Annotated[bool, typer.Option(help="Go on from the checkpoint in OUT.")]
Device = Annotated[str, typer.Option(help="cpu or cuda.")]
Docs = Annotated[
    Path | None,
    typer.Option(help="Folder for the written results, one folder a network; default: OUT."),
]
_TRAININGS = {
    "landmarks": "Train the landmark network on faces-*.npz (and negatives-*.npz) of DATA.",
    "detector": "Train the detector on scenes-*.npz of DATA.",
}


def _command_for(task: str) -> Callable[..., None]:
    def command(
        data: Data, out: Out, config: Config = None, val: HeldOut = None, minutes: Minutes = None,
        resume: Resume = False, device: Device = "cpu", docs: Docs = None,
    ) -> None:  # fmt: skip
        chosen = _config(config, task=task, minutes=minutes)
        _train(chosen, data=data, val=val, out=out, resume=resume, device=device, docs=docs)

    return command


for _task, _summary in _TRAININGS.items():
    app.command(_task, help=_summary)(_command_for(_task))


def _config(path: Path | None, *, task: str, minutes: float | None) -> TrainConfig:
    require("torch", extra="train", purpose="Training")
    from tfan.errors import InputError
    from tfan.train.config import read_config, with_budget

    if path is None:
        with as_file(files("tfan.train") / "configs" / f"{task}.toml") as bundled:
            config = read_config(bundled)
    else:
        config = read_config(path)
    if config.task != task:
        raise InputError("configuration", expected=f'task = "{task}"', got=repr(config.task))
    return config if minutes is None else with_budget(config, minutes=minutes)


def _train(
    config: TrainConfig, *, data: Path, val: Path | None, out: Path, resume: bool, device: str,
    docs: Path | None,
) -> None:  # fmt: skip
    from tfan.train.run import run

    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    held_out = data / "val" if val is None else val
    run(config, data=data, held_out=held_out, out=out, resume=resume, device=device, docs=docs)
    typer.echo(str(out / "checkpoint.pt"))


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint.pt of a training.")],
    out: Annotated[Path, typer.Option(help="The ONNX file to write.")],
    half: Annotated[bool, typer.Option(help="Store large weights in half precision.")] = True,
) -> None:
    """Write a checkpoint as ONNX, compare the two, print the registry's row."""
    require("torch", extra="train", purpose="Exporting")
    from tfan.train.checkpoints import read_checkpoint
    from tfan.train.export import export as write
    from tfan.train.export import registry_row

    trained = read_checkpoint(checkpoint)
    written = write(trained, out, half=half)
    for name, difference in written.differences.items():
        typer.echo(f"{name}: torch and ONNX differ by {difference:.2g} at most", err=True)
    typer.echo(registry_row(written, trained))


@app.command("evaluate-synthetic")
def evaluate_synthetic(
    weights: Annotated[Path, typer.Argument(help="ONNX file of either network.")],
    data: Annotated[Path, typer.Option(help="Folder of shards that were never trained on.")],
    out: Annotated[Path, typer.Option(help="Folder that gets scores.json and scores.md.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Use that many samples at most.")] = None,
) -> None:
    """Score an ONNX file on held-out synthetic shards; print the table."""
    require("torch", extra="train", purpose="Reading shards")
    from tfan.train.evaluation import evaluate

    typer.echo(evaluate(weights, data=data, out=out, limit=limit))
