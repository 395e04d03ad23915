"""The files of the published package: where they are published and how each is known."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from tfan.errors import InputError, WeightsError

URL_VARIABLE = "TFAN_WEIGHTS_URL"
LICENCE_ID = "13jydQUIgVjK4XDdPXhVweDv5t1_n6iJy"
LICENCE_FILE = "license.txt"
_DRIVE = "https://drive.usercontent.google.com/download?id={id}&export=download&confirm=t"
_BROWSER = "https://drive.google.com/file/d/{id}/view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published file.

    Attributes:
        name: what users call it.
        file: its name in the cache.
        drive_id: of the file in Google Drive.
        task: "detect" or "landmark".
        licence: SPDX name.
        least_bytes: what it cannot be smaller than: its parameters in half precision, less a
            tenth.
        landmarks: their number, None for the detector.
        known: where the published package keeps it, patterns from the user's home.
        doubtful: other files there that may be it, taken only where their contents can be read.
    """

    name: str
    file: str
    drive_id: str
    task: Literal["detect", "landmark"]
    licence: str
    least_bytes: int
    landmarks: int | None = None
    known: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


PUBLISHED: dict[str, Published] = {
    row.name: row
    for row in (
        Published(
            name="tfan-478",
            file="478.pt",
            drive_id="1DZU3OOACp8gqxCxotZGwe3_gyNJCoY1p",
            task="landmark",
            licence="CC-BY-NC-SA-4.0",
            least_bytes=7_300_000,
            landmarks=478,
            known=(".tfan/models/478.pt",),
            doubtful=(".tfan/models/joint_converted.pt",),
        ),
        Published(
            name="tfan-70",
            file="70.pt",
            drive_id="1DqBVVmw9NscDELsnCxB4Pt9ltVUuNoWR",
            task="landmark",
            licence="CC-BY-NC-SA-4.0",
            least_bytes=4_400_000,
            landmarks=70,
            known=(".tfan/models/70.pt",),
            doubtful=(".tfan/models/joint_converted.pt",),
        ),
        Published(
            name="tfw",
            file="YOLOv5n-Face.modern.pt",
            drive_id="14MpWOt-LEWM1w1XxMCngXKAYbt1toqrA",
            task="detect",
            licence="CC-BY-NC-SA-4.0",
            least_bytes=3_100_000,
            known=(".neurovc/models/tfw/YOLOv5n-Face.modern.pt",),
            doubtful=(".neurovc/models/tfw/*.pt",),
        ),
    )
}


def find(name: str) -> Published:
    """Return the row called name, or say which names exist."""
    if name in PUBLISHED:
        return PUBLISHED[name]
    raise WeightsError(f"no published weights called {name!r}; known: {', '.join(PUBLISHED)}")


def address(file: str, drive_id: str) -> str:
    """Return where a file is fetched from: Google Drive, or the mirror of TFAN_WEIGHTS_URL.

    Raises:
        InputError: TFAN_WEIGHTS_URL is not a web address with {file} or {id} in it.
    """
    pattern = os.environ.get(URL_VARIABLE) or _DRIVE
    is_web = pattern.startswith(("https://", "http://"))
    if not is_web or not ("{file}" in pattern or "{id}" in pattern):
        expected = "an http(s) address with {file} or {id} in it"
        raise InputError(URL_VARIABLE, expected=expected, got=repr(pattern))
    return pattern.replace("{file}", file).replace("{id}", drive_id)


def browser_address(file: str, drive_id: str) -> str:
    """Return the address that a person opens for the same file."""
    if os.environ.get(URL_VARIABLE):
        return address(file, drive_id)
    return _BROWSER.replace("{id}", drive_id)
