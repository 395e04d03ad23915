"""The `tfan` command: a list of commands, each loaded when it is called."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

import typer
import typer.core
import typer.main

from tfan.errors import TfanError

_DISTRIBUTION = "thermal-face-alignment"


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives, so that calling one does not load the others."""

    module: str
    attribute: str
    summary: str
    group: bool = False


COMMANDS = {
    "detect": Command("tfan.cli.detect", "detect", "Find faces and landmarks in images."),
    "demo": Command("tfan.cli.demo", "demo", "Find the face in a frame that ships with tfan."),
    "track": Command("tfan.cli.track", "track", "Follow and measure people in recordings."),
    "read": Command("tfan.cli.read", "read", "What is in a recording: size, unit, range."),
    "evaluate": Command("tfan.cli.evaluate", "evaluate", "Score faces on annotated images."),
    "benchmark": Command("tfan.cli.benchmark", "benchmark", "Measure a model on a data set."),
    "data": Command("tfan.cli.data", "app", "Check a data set that is read.", group=True),
    "info": Command("tfan.cli.info", "info", "Versions, devices and weights."),
    "calibration": Command(
        "tfan.cli.calibration", "calibration", "Fit and prove the certainties of weights."
    ),
    "robustness": Command(
        "tfan.cli.robustness", "robustness", "Score weights on synthetic people, axis by axis."
    ),
    "synth": Command("tfan.cli.synth", "app", "Make synthetic thermal faces.", group=True),
    "train": Command("tfan.cli.train", "app", "Train networks of your own.", group=True),
    "thermalize": Command(
        "tfan.cli.thermalize", "app", "Make thermal images of colour ones.", group=True
    ),
    "weights": Command(
        "tfan.cli.weights", "app", "List, fetch, check and convert weights.", group=True
    ),
}


class LazyGroup(typer.core.TyperGroup):
    """Commands by name from COMMANDS; what tfan raises on purpose becomes one line."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  the base class names it
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return the command itself, its module imported now; None for an unknown name."""
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        found = getattr(import_module(row.module), row.attribute)
        command: Any = (
            typer.main.get_group(found) if row.group else typer.main.get_command(_single(found))
        )
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands from the table: help needs no command's module."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TfanError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from error


def _single(function: Any) -> typer.Typer:
    app = typer.Typer(**_PLAIN)
    app.command()(function)
    return app


_PLAIN: dict[str, Any] = {
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
}
app = typer.Typer(cls=LazyGroup, no_args_is_help=True, **_PLAIN)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tfan {metadata.version(_DISTRIBUTION)}")
        raise typer.Exit


@app.callback()
def tfan(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Faces and facial landmarks in thermal images, offline, on a CPU.

    Begin with: tfan detect YOUR_IMAGE --overlay .
    """
