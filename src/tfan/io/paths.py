"""Files, folders and patterns to a list of image files in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".npy")
_GLOB_SIGNS = re.compile(r"[*?\[]")


def expand(names: Iterable[str | Path]) -> list[Path]:
    """Return the image files that the names stand for, each once, in the order given.

    A file stands for itself, whatever its suffix; a folder for the images directly in it; a
    pattern (`*`, `?`, `[ab]`, `**`) for the images that it matches. Folders and patterns are
    sorted as people count: frame_2 before frame_10. A name that stands for nothing stays in
    the list as it is, so that reading it says what is wrong with it.
    """
    found: dict[Path, None] = {}
    for name in names:
        for path in _expand_one(Path(name)):
            found.setdefault(path)
    return list(found)


def _expand_one(path: Path) -> list[Path]:
    if path.is_dir():
        return _images(path.iterdir()) or [path]
    if not path.exists() and _GLOB_SIGNS.search(str(path)):
        root = Path(path.anchor)
        return _images(root.glob(str(path.relative_to(root)))) or [path]
    return [path]


def _images(paths: Iterable[Path]) -> list[Path]:
    images = (path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(images, key=_counting_order)


def _counting_order(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
