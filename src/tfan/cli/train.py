"""`tfan train`: train the two networks, export them, score them on synthetic crops."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfan._optional import require
from tfan.cli.adapt import adapt

if TYPE_CHECKING:
    from tfan.train.config import TrainConfig

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Train, export and score the two networks.",
)

Config = Annotated[
    Path | None,
    typer.Option(help="TOML file, or the name of a bundled one, such as finetune-landmarks."),
]
Data = Annotated[
    list[str],
    typer.Option(
        metavar="[KIND:]FOLDER[,key=value...]",
        help="What to train on; may be said again. KIND is synth (shards, also without KIND; new "
        "ones may appear while training) or a data set of 'tfan data list'. Keys: weight (share "
        "of a batch), val (share of the people held out), split, condition, limit, tone.",
    ),
]
HeldOut = Annotated[
    list[str] | None,
    typer.Option(
        "--val", metavar="[KIND:]FOLDER[,key=value...]",
        help="Held-out data, may be said again; FOLDER/val of synth data by default.",
    ),
]  # fmt: skip
Start = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="WEIGHTS",
        help="Train on from 'bundled', an ONNX file of tfan train export or a checkpoint.pt.",
    ),
]  # fmt: skip
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
    "published": "Train the published landmarker's network by its recipe, on pictures of DATA.",
}


def _command_for(task: str) -> Callable[..., None]:
    def command(
        data: Data, out: Out, config: Config = None, val: HeldOut = None, start: Start = None,
        minutes: Minutes = None, resume: Resume = False, device: Device = "cpu", docs: Docs = None,
    ) -> None:  # fmt: skip
        given = config or _begun(out, resume=resume)
        chosen = _config(given, task=task, minutes=minutes, fine=start is not None)
        _train(chosen, data=data, val=val, start=start, out=out, resume=resume, device=device,
               docs=docs)  # fmt: skip

    return command


for _task, _summary in _TRAININGS.items():
    app.command(_task, help=_summary)(_command_for(_task))
app.command()(adapt)


def _begun(out: Path, *, resume: bool) -> Path | None:
    """Return the configuration that the training in OUT began with, to go on with it."""
    path = out / "config.toml"
    return path if resume and path.is_file() else None


def _config(path: Path | None, *, task: str, minutes: float | None, fine: bool) -> TrainConfig:
    require("torch", extra="train", purpose="Training")
    from tfan.errors import InputError
    from tfan.train.config import bundled_config, bundled_names, read_config, with_budget

    if path is None:
        config = bundled_config(f"finetune-{task}" if fine and task != "published" else task)
    elif not path.exists() and str(path) in bundled_names():
        config = bundled_config(str(path))
    else:
        config = read_config(path)
    if config.task != task:
        raise InputError("configuration", expected=f'task = "{task}"', got=repr(config.task))
    return config if minutes is None else with_budget(config, minutes=minutes)


def _train(
    config: TrainConfig, *, data: list[str], val: list[str] | None, out: Path, resume: bool,
    device: str, docs: Path | None, start: str | None,
) -> None:  # fmt: skip
    from tfan.train.run import run
    from tfan.train.sources import SYNTH, Source, parse_source

    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    sources = tuple(map(parse_source, data))
    if val is None:
        beside = [source.folder / "val" for source in sources if source.kind == SYNTH]
        held_out = tuple(Source(SYNTH, folder) for folder in beside)
    else:
        held_out = tuple(map(parse_source, val))
        for source in held_out:
            if source.kind == SYNTH:
                _check_shards(source.folder, config.task)
    run(config, data=sources, held_out=held_out, out=out, resume=resume, device=device, docs=docs,
        start=start)  # fmt: skip
    typer.echo(str(out / "checkpoint.pt"))


def _check_shards(folder: Path, task: str) -> None:
    """Refuse held-out data that are named and not there."""
    from tfan.errors import InputError
    from tfan.train.setting import SHARDS

    kind = SHARDS[task]
    if not any(folder.glob(f"{kind}-*.npz")):
        raise InputError(f"--val {folder}", expected=f"{kind}-00000.npz and so on",
                         got=f"no shard of {kind}")  # fmt: skip


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint.pt of a training.")],
    out: Annotated[Path, typer.Option(help="The ONNX file to write.")],
    half: Annotated[bool, typer.Option(help="Store large weights in half precision.")] = True,
    calibration: Annotated[
        str | None,
        typer.Option(
            metavar="bundled|FILE.onnx",
            help="Landmarks: take over the calibration of the weights that this began with.",
        ),
    ] = None,
) -> None:
    """Write a checkpoint as ONNX, compare the two, print the registry's row."""
    require("torch", extra="train", purpose="Exporting")
    from tfan.train.calibrating import calibration_named
    from tfan.train.checkpoints import read_checkpoint
    from tfan.train.export import export as write
    from tfan.train.export import registry_row

    trained = read_checkpoint(checkpoint)
    known = None if calibration is None else calibration_named(calibration, trained.config.task)
    written = write(trained, out, half=half, calibration=known)
    for name, difference in written.differences.items():
        typer.echo(f"{name}: torch and ONNX differ by {difference:.2g} at most", err=True)
    if trained.config.task == "published":
        typer.echo(f"{written.path}: {written.size_bytes:,} bytes, sha256 {written.sha256}")
        return
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
