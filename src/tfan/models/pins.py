"""The hash of the first good file, kept beside it: what came first is what must stay.

Hashes of the published files are not known to tfan. What it can promise is that a file is the one
that was checked when it came, and that nobody has changed it since.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tfan.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Pin:
    """What is known of a file since it was first seen whole.

    Attributes:
        sha256: of the file.
        size_bytes: of the file.
        date: of the first check, ISO 8601 in UTC.
        source: address that it came from; "" for a file that a person put there.
        checked: what was looked at, in words.
    """

    sha256: str
    size_bytes: int
    date: str
    source: str
    checked: str


def pin_path(path: Path) -> Path:
    """Return the place of a file's pin: 478.pt -> 478.pt.pin.json."""
    return path.with_name(f"{path.name}.pin.json")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_pin(content: Path, *, source: str, checked: str) -> Pin:
    """Return the pin of a file as it is now."""
    date = datetime.now(UTC).isoformat(timespec="seconds")
    return Pin(sha256_of(content), content.stat().st_size, date, source, checked)


def read_pin(path: Path) -> Pin | None:
    """Return the pin of a file, None where it has none.

    Raises:
        WeightsError: the pin is there and says nothing.
    """
    place = pin_path(path)
    try:
        return Pin(**json.loads(place.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError) as error:
        msg = f"{place} cannot be read; delete it and run `tfan weights verify` to pin {path.name}"
        raise WeightsError(msg) from error


def claim_pin(path: Path, pin: Pin, *, instead: bool = False) -> Pin:
    """Pin a file unless it is pinned already; return the pin that holds.

    Of two processes that claim at once one wins, and both are told which.

    Args:
        path: of the file.
        pin: of the file.
        instead: take the place of a pin that is there.
    """
    place = pin_path(path)
    beside = place.with_name(f".pin.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        beside.write_text(json.dumps(asdict(pin), indent=2) + "\n", encoding="utf-8")
        try:
            if instead:
                beside.replace(place)
                return pin
            os.link(beside, place)
        except FileExistsError:
            pass
        except OSError:  # a file system without links: the race is lost only between two files
            if not place.exists():
                beside.replace(place)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return read_pin(path) or pin
