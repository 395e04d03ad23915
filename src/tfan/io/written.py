"""Files that tfan writes, told by their names, so that they may lie beside what they are of."""

from __future__ import annotations

import re
from pathlib import Path

_ENDINGS = (".faces.png", ".thumbnail.png")
_OF_A_RECORDING = re.compile(
    r"(.+)\.(?:plot\.png|frame_\d{6,}\.png|overlay\.mp4"
    r"|(?:frames|faces|points|regions|signals|openface)\.csv)"
)
_ALWAYS_THERE = (
    ".plot.png",
    ".track.json",
    ".tfan-part",
)  # while a recording is followed, or after


def written_by_tfan(path: Path) -> bool:
    """Whether a file is a picture, table or video that tfan wrote.

    Names such as `a.frame_000001.png` are taken for its own only beside its report or plot of `a`.
    Of its NPZ files the names tell nothing.
    """
    if path.name.endswith(_ENDINGS):
        return True
    found = _OF_A_RECORDING.fullmatch(path.name)
    if found is None:
        return False
    return any(path.with_name(f"{found[1]}{ending}").exists() for ending in _ALWAYS_THERE)
