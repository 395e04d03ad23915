"""Names in folders, in order, and the image that belongs to a label."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tfan.io import SUFFIXES, read_image
from tfan.types import AnyArray


def names_in(folder: Path, suffix: str) -> list[str]:
    """Return the names of the files in a folder that end so, sorted; none without the folder."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as found:
        names = (one.name for one in found)
        return sorted(n for n in names if n.lower().endswith(suffix) and not n.startswith("."))


def files_below(folder: Path, suffix: str) -> Iterator[Path]:
    """Yield the files under a folder that end so, folder by folder, each sorted."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(suffix) and not name.startswith("."):
                yield Path(here) / name


def is_there(path: Path) -> bool:
    """Return whether there is such a file; of a name that no file can have, False."""
    try:
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def image_of(folder: Path, stem: str) -> Path | None:
    """Return the image of that name without suffix in a folder, None if there is none."""
    for suffix in SUFFIXES:
        for path in (folder / f"{stem}{suffix}", folder / f"{stem}{suffix.upper()}"):
            if path.is_file():
                return path
    return None


def unlabelled(images: Path, labels: Path, suffix: str) -> Iterator[str]:
    """Yield the names of images in a folder without a label of that suffix in another."""
    labelled = {Path(name).stem for name in names_in(labels, suffix)}
    for ending in SUFFIXES:
        yield from (name for name in names_in(images, ending) if Path(name).stem not in labelled)


def reader_of(path: Path) -> Callable[[], AnyArray]:
    """Return what reads an image as stored."""
    return partial(read_image, path)
