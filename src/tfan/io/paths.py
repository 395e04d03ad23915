"""Files, folders and patterns to a list of image files in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tfan.io.written import written_by_tfan

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".npy")
_GLOB_SIGNS = re.compile(r"[*?\[]")
_STARS = re.compile(r"\*{2,}")


def expand(names: Iterable[str | Path], *, suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Return the image files that the names stand for, each once, in the order given.

    A file stands for itself, whatever its suffix; a folder for the images directly in it; a
    pattern (`*`, `?`, `[ab]`, `**`) for the images that it matches. Folders and patterns are
    sorted as people count: frame_2 before frame_10, and leave out what tfan itself wrote. A name
    that stands for nothing, or for what must not be read, stays in the list as it is, so that
    reading it says what is wrong with it.

    Args:
        names: files, folders and patterns.
        suffixes: of the files that folders and patterns give.
    """
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        try:
            images = _images(_candidates(path), suffixes)
        except OSError:  # not allowed to look, or a name longer than names can be
            images = []
        for image in images or [path]:
            found.setdefault(image)
    return list(found)


def left_out(name: str | Path) -> str:
    """Return a sentence on why a folder or pattern gives nothing; empty unless tfan wrote there."""
    try:
        own = any(map(written_by_tfan, _candidates(Path(name))))
    except OSError:
        own = False
    return "Files that tfan wrote are left out." if own else ""


def _candidates(path: Path) -> Iterable[Path]:
    """Return what lies in a folder or matches a pattern; nothing for a file."""
    if path.is_dir():
        return path.iterdir()
    if path.exists() or not _GLOB_SIGNS.search(str(path)):
        return ()
    root = Path(path.anchor)
    parts = path.relative_to(root).parts
    # some versions of Python refuse "x**y", others read it as "x*y"
    pattern = "/".join(part if part == "**" else _STARS.sub("*", part) for part in parts)
    return root.glob(pattern)


def _images(paths: Iterable[Path], suffixes: tuple[str, ...]) -> list[Path]:
    images = [path for path in paths if path.suffix.lower() in suffixes and path.is_file()]
    return sorted((path for path in images if not written_by_tfan(path)), key=_counting_order)


def _counting_order(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
