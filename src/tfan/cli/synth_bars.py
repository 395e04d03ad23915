"""Progress of generators on stderr: a bar a data set, with its speed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def bars() -> Progress:
    """Return an empty board of bars, to be used as a context."""
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


def bar(board: Progress, name: str, *, total: int) -> Callable[[int], None]:
    """Add a bar and return what moves it on by a number of samples."""
    one = board.add_task(name, total=total, rate="")

    def advance(samples: int) -> None:
        board.advance(one, samples)
        speed = next(task.speed for task in board.tasks if task.id == one)
        board.update(one, rate=_rate(speed) if speed else "")

    return advance


def _rate(speed: float) -> str:
    return f"{speed:.0f}/s" if speed >= 10 else f"{speed:.1f}/s"
