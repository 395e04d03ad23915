"""What may be done with weights, bundled and published, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tfan.errors import TfanError
from tfan.models.downloads import fetch_text
from tfan.models.published_files import (
    LICENCE_FILE,
    LICENCE_ID,
    PUBLISHED,
    address,
    browser_address,
)
from tfan.models.registry import ADAPTERS, WEIGHTS

NOTICE_FILE = "NOTICE.txt"
NOTICE = """\
The published weights ({names}) are not part of tfan. They belong to the authors
of the published package thermal-face-alignment 1.0.0 (T-FAKE; its face detector was trained on
TFW), who give them under CC BY-NC-SA 4.0 (https://creativecommons.org/licenses/by-nc-sa/4.0/):
for research only, no commercial use; name the authors; pass on what you make of them, converted
files included, under the same licence.
The hashes of these files are not known to tfan: it pins the first good file of each and compares
it at every later use.
"""
_MOST_BYTES = 200_000
_TEXT = "The publisher's own text, which is that of the face detector,"


def notice() -> str:
    """Return what a user must know before using any published file."""
    return NOTICE.format(names=", ".join(PUBLISHED))


def show_once(folder: Path, say: Callable[[str], object]) -> None:
    """Say the notice unless it lies in this folder, and keep it there where that can be written."""
    place = folder / NOTICE_FILE
    if place.is_file():
        return
    say(f"{notice()}Once more: tfan weights licence")
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        place.write_text(notice(), encoding="utf-8")


def keep_text(folder: Path) -> None:
    """Fetch the publisher's licence text of the detector; without it all goes on."""
    place = folder / LICENCE_FILE
    if place.is_file():
        return
    with suppress(TfanError, OSError):
        text = fetch_text(address(LICENCE_FILE, LICENCE_ID), most_bytes=_MOST_BYTES)
        beside = place.with_name(f".{place.name}.part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(place)


def all_licences(folder: Path) -> str:
    """Return the licences of all weights, the publisher's text too where it lies in folder."""
    rows = [*WEIGHTS.values(), *ADAPTERS.values()]
    bundled = [f"{row.file}: {row.licence}" for row in rows]
    lines = ["Bundled with tfan", *(f"  {line}" for line in bundled), "", "Published"]
    lines += [f"  {row.file} ({name}): {row.licence}" for name, row in PUBLISHED.items()]
    text = "\n".join([*lines, "", notice()])
    place = folder / LICENCE_FILE
    if place.is_file():
        words = place.read_text(encoding="utf-8")
        return f"{text}\n{_TEXT} ({place}):\n\n{words}"
    where = browser_address(LICENCE_FILE, LICENCE_ID)
    return f"{text}\n{_TEXT} is not here; it comes with a download, or open {where}\n"
