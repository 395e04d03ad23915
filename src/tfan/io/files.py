"""Files that never have their name while they are not whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tfan.errors import InputError


def replace_file(path: Path, write: Callable[[Path], object], *, kind: str = "file") -> None:
    """Let write fill a file beside path, then give it that name in one step.

    Args:
        path: the file; its folder is made.
        write: fills the file that it is given.
        kind: what the file is, for the error.

    Raises:
        InputError: the place cannot be written to; nothing is left beside it.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        beside.replace(path)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected=f"a place to write a {kind}", got=got) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def replace_text(path: Path, text: str, *, kind: str = "file") -> None:
    """Write a text in UTF-8 beside path, then give it that name in one step."""
    replace_file(path, lambda beside: beside.write_text(text, encoding="utf-8"), kind=kind)


def claim_writable(folder: Path) -> None:
    """Make a folder and try it, before the work whose results it is to hold.

    Raises:
        InputError: nothing can be written there.
    """
    replace_text(folder / f".tried.{os.getpid()}", "")
    with suppress(OSError):
        (folder / f".tried.{os.getpid()}").unlink()
