"""What `tfan track` shows: a bar for each recording while it works, a table at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tfan.cli.track_jobs import Done, Tell
from tfan.recordings import Summary

if TYPE_CHECKING:
    from rich.table import Table

_HEADINGS = (
    "frames",
    "seen",
    "gaps",
    "id",
    "from",
    "to",
    "measured",
    "coverage",
    "gaps",
    "longest",
)
_WORDS = {"follow": "", "write": "writing", "draw": "drawing"}
_EVERY = 5  # frames between two looks at the bar


@contextmanager
def shown() -> Iterator[Tell]:
    """Give what takes progress in: bars on stderr where someone looks, else nothing."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    speed = TextColumn("{task.fields[speed]}")
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), speed,
        TimeRemainingColumn(), console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bars:
        yield _Bars(bars)


class _Bars:
    """A bar for each recording that is being worked on."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def __call__(self, name: str, what: str, n: int, total: int | None) -> None:
        if n % _EVERY and n != total:
            return
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total, speed="")
        number = self._tasks[name]
        task = next(task for task in self._bars.tasks if task.id == number)
        speed = f"{task.speed:.0f} frames/s" if task.speed else ""
        words = f"{name} {_WORDS[what]}".strip()
        if n < task.completed:  # the next thing begins
            self._bars.reset(number)
        self._bars.update(number, completed=n, total=total, speed=speed, description=words)


def print_table(done: Sequence[Done]) -> None:
    """Print the table for people to stdout."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 10_000  # nothing is cut in a file or a pipe
    Console(width=width, highlight=False).print(table(done))


def table(done: Sequence[Done]) -> Table:
    """Return a table: a row a person, one for a recording without any."""
    from rich.markup import escape
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("recording", overflow="fold")
    for heading in _HEADINGS:
        made.add_column(heading, justify="right", no_wrap=True)
    for one in done:
        name = escape(one.stem)
        if one.summary is None:
            made.add_row(name, "failed")
            continue
        for number, cells in enumerate(_cells(one.summary)):
            made.add_row("" if number else name, *cells)
    return made


def _cells(summary: Summary) -> Iterator[tuple[str, ...]]:
    whole = (str(summary.n_read), f"{summary.coverage:.0%}", str(summary.n_gaps))
    if not summary.people:
        yield (*whole, "nobody")
    for number, one in enumerate(summary.people):
        yield (
            *(("", "", "") if number else whole), str(one.track_id), str(one.first), str(one.last),
            str(one.n_measured), f"{one.coverage:.0%}", str(one.n_gaps), str(one.longest_gap),
        )  # fmt: skip
