"""Write cli.md beside this file from the program's own parser: `make docs`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from tfan.cli.main import app

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# The `tfan` command

Written by `make docs` from the program; a test compares the two. Results go to stdout, remarks to
stderr. Exit codes: 0 done, 1 something failed (one line on stderr says what), 2 wrong call.
"""


def page() -> str:
    """Return the page for every command and sub-command."""
    group = typer.main.get_group(app)
    return "\n".join([HEAD, *_sections(group, "tfan")])


def _sections(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "list_commands"):
        for child in command.list_commands(None):
            yield from _sections(command.get_command(None, child), f"{name} {child}")
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join([name, "[OPTIONS]", *map(_usage, arguments)])
    yield f"## `{usage}`\n\n{inspect.cleandoc(command.help or '')}\n"
    rows = [_row(p) for p in command.params if "--help" not in p.opts]
    if rows:
        yield "\n".join(["| | | default |", "|---|---|---|", *rows, ""])


def _usage(argument: Any) -> str:
    name = (argument.metavar or argument.name).upper()
    name = f"{name}..." if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        names = (parameter.metavar or parameter.name).upper()
    else:
        names = " / ".join([*parameter.opts, *parameter.secondary_opts])
        names = f"{names} {parameter.metavar}" if parameter.metavar else names
    return f"| `{names}` | {_help(parameter)} | {_default(parameter)} |"


def _help(parameter: Any) -> str:
    words = (parameter.help or "").replace("|", "\\|")
    if isinstance(parameter.default, Enum):
        choices = ", ".join(f"`{choice.value}`" for choice in type(parameter.default))
        words = f"{words} One of {choices}."
    return words


def _default(parameter: Any) -> str:
    value = parameter.default
    if value is True and parameter.secondary_opts:
        return f"`{parameter.opts[0]}`"
    if parameter.required or value is None or isinstance(value, bool) or callable(value):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
