"""Published files on this machine: found, fetched when asked for, never used unseen.

Nothing here runs for the bundled weights. A file gets its name only when it is whole and right,
and from then on it is compared with the hash that was pinned beside it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from tfan._optional import require
from tfan.errors import WeightsError
from tfan.models import licences
from tfan.models.answers import check_archive
from tfan.models.downloads import CheckedDownloader, quiet_pooch
from tfan.models.pins import claim_pin, new_pin, pin_path, read_pin, sha256_of
from tfan.models.published_files import Published, address, browser_address, find

CACHE_VARIABLE = "TFAN_CACHE"
OFFLINE_VARIABLE = "TFAN_OFFLINE"
ARCHIVE_ONLY = "size and archive"
CONTENTS = "size, archive, names and shapes of the state dict"
_STALE_S = 86_400.0
Say = Callable[[str], object]


class ContentCheck(Protocol):
    """Read a file of weights and raise WeightsError unless they are of the right shape."""

    def __call__(self, path: Path, /) -> None: ...


def say_on_stderr(text: str) -> None:
    """Write a remark where it does not mix with results."""
    sys.stderr.write(f"{text}\n")


def is_offline() -> bool:
    """Say whether TFAN_OFFLINE forbids the net."""
    return os.environ.get(OFFLINE_VARIABLE, "").strip().lower() not in ("", "0", "false", "no")


def folder() -> Path:
    """Return the folder of fetched weights: in TFAN_CACHE, or the platform's cache folder."""
    pooch = require("pooch", extra="", purpose="The folder of fetched weights")
    cache = Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("tfan"))
    return cache.expanduser().absolute() / "weights"


def place(row: Published) -> Path:
    """Return where a published file belongs, whether or not it is there."""
    return folder() / row.file


def content_check(row: Published) -> ContentCheck | None:
    """Return what reads a row's file; None where torch, which reading needs, is not installed."""
    if find_spec("torch") is None:
        return None
    state_dicts = import_module("tfan.models.published.state_dicts")  # imports torch
    if row.landmarks is None:
        detector: ContentCheck = state_dicts.check_detector_file
        return detector

    def check(path: Path) -> None:
        number = state_dicts.check_landmark_file(path)
        if number != row.landmarks:
            msg = f"{path.name} holds {number} landmarks, {row.name} has {row.landmarks}"
            raise WeightsError(msg)

    return check


def check_file(row: Published, path: Path, check: ContentCheck | None) -> str:
    """Refuse what is not a row's file; return what was looked at, in words."""
    try:
        check_archive(path, least_bytes=row.least_bytes)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}") from error
    if check is None:
        return ARCHIVE_ONLY
    check(path)
    return CONTENTS


def other_places(row: Published, *, doubtful: bool) -> Iterator[Path]:
    """Yield files of the published package that may be a row's, the surest first."""
    for pattern in (*row.known, *(row.doubtful if doubtful else ())):
        yield from sorted(path for path in Path.home().glob(pattern) if path.is_file())


def find_local(name: str, *, check: ContentCheck | None = None) -> Path | None:
    """Return a published file that lies on this machine and is right, None where there is none.

    Args:
        name: "tfan-478", "tfan-70" or "tfw".
        check: reads the contents; by default tfan's own check where torch is installed.

    Raises:
        WeightsError: the name is unknown, or the file in the cache folder is not what it should be.
    """
    row = find(name)
    path = place(row)
    check = check or content_check(row)
    if path.is_file():
        trust(row, path, check)
        return path
    for other in other_places(row, doubtful=check is not None):
        with suppress(WeightsError):
            check_file(row, other, check)
            return other
    return None


def fetch(
    name: str, *, check: ContentCheck | None = None, say: Say = say_on_stderr
) -> Path:  # fmt: skip
    """Return a published file, fetched where this machine has none; see `find_local`.

    Raises:
        WeightsError: it is wrong, or cannot be had; the sentence says how to get it by hand.
    """
    found = find_local(name, check=check)
    if found is None:
        return download(name, check=check, say=say)
    licences.show_once(folder(), say)
    return found


def download(
    name: str, *, check: ContentCheck | None = None, say: Say = say_on_stderr
) -> Path:  # fmt: skip
    """Fetch a published file into the cache folder; a pinned one that was changed is replaced.

    Raises:
        WeightsError: it cannot be had or is not the file; nothing is kept under its name.
    """
    row = find(name)
    target = place(row)
    check = check or content_check(row)
    pin = read_pin(target)
    if target.is_file() and (pin is None or pin.sha256 == sha256_of(target)):
        trust(row, target, check)
        return target
    if is_offline():
        raise _not_downloaded(row, f"{OFFLINE_VARIABLE} forbids the net")
    try:
        licences.show_once(target.parent, say)
        _sweep(target.parent)
        _retrieve(row, target, check, known_hash=pin.sha256 if pin else None)
    except WeightsError as error:
        raise _not_downloaded(row, str(error)) from error
    except OSError as error:
        why = f"{target.parent} cannot be written to ({error.strerror or error})"
        raise _not_downloaded(row, f"{why}; {CACHE_VARIABLE} names another folder") from error
    licences.keep_text(target.parent)
    if check is None:
        say(
            f"torch is not installed, so only {ARCHIVE_ONLY} of {row.file} were checked, "
            "not what is in it"
        )
    return target


def _retrieve(
    row: Published, target: Path, check: ContentCheck | None, *, known_hash: str | None
) -> None:
    source = address(row.file, row.drive_id)

    def accept(path: Path) -> None:
        try:
            checked = check_file(row, path, check)
        except WeightsError as error:  # it speaks of the temporary file
            told = str(error).replace(str(path), row.file).replace(path.name, row.file)
            raise WeightsError(told) from error
        pin = new_pin(path, source=source, checked=checked)
        held = claim_pin(target, pin)
        if held.sha256 != pin.sha256:
            msg = (
                f"what came is not the {row.file} that was pinned on {held.date[:10]}; if the "
                f"publisher has changed it, delete {pin_path(target)} and download it again"
            )
            raise WeightsError(msg)

    downloader = CheckedDownloader(accept, row.name, target.suffix)
    with quiet_pooch() as pooch:
        pooch.retrieve(
            source, known_hash, fname=target.name, path=target.parent, downloader=downloader
        )


def trust(row: Published, path: Path, check: ContentCheck | None) -> None:
    """Compare a file with its pin; look inside and pin it where nobody has looked inside yet.

    Raises:
        WeightsError: it is not the published file, or no longer the pinned one.
    """
    pin = read_pin(path)
    if pin is not None and sha256_of(path) != pin.sha256:
        msg = (
            f"{path} was changed since it was pinned on {pin.date[:10]}; run `tfan weights "
            f"download {row.name}`, or delete {pin_path(path)} if you changed it on purpose"
        )
        raise WeightsError(msg)
    if pin is not None and (check is None or pin.checked != ARCHIVE_ONLY):
        return
    try:
        checked = check_file(row, path, check)
    except WeightsError as error:
        gone = "it" if pin is None else f"it and {pin_path(path)}"
        msg = (
            f"{path} is not the published file: {str(error).replace(str(path), path.name)}; "
            f"delete {gone} and run `tfan weights download {row.name}`"
        )
        raise WeightsError(msg) from error
    known = pin and replace(pin, checked=checked)
    with suppress(OSError):  # a cache that this user may only read
        claim_pin(path, known or new_pin(path, source="", checked=checked), instead=bool(pin))


def _not_downloaded(row: Published, why: str) -> WeightsError:
    browser = browser_address(row.file, row.drive_id)
    return WeightsError(
        f"{row.name} was not downloaded: {why}; open {browser} in a browser, put the file at "
        f"{place(row)} and run `tfan weights verify`"
    )


def _sweep(where: Path) -> None:
    """Delete what killed downloads left; those of today may still be running."""
    for left in where.glob("tmp*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_S:
                left.unlink()
