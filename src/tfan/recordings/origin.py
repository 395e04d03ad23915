"""What tells whether rows were measured from the same files and in the same regions."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from tfan.errors import InputError
from tfan.io.camera import PREFIX
from tfan.io.chain import files_of
from tfan.io.written import written_by_tfan
from tfan.rois import Region

_SIGNS = 16  # of a digest: 64 bits


def files_told(name: str) -> dict[str, int]:
    """Return number, bytes and sum of the times of change of the files that a source is made of.

    Empty for a camera, and where nothing is there: opening it says what is wrong.
    """
    try:
        told = [each.stat() for each in _files(name)]
    except OSError:
        return {}
    if not told:
        return {}
    return {
        "number": len(told),
        "bytes": sum(each.st_size for each in told),
        "changed_ns": sum(each.st_mtime_ns for each in told),
    }


def keep_apart(names: Iterable[str], results: Iterable[Path]) -> None:
    """Refuse results that would replace a file of a source, or a folder that holds one.

    What tfan wrote itself may be written anew, even where a pattern brings it along.

    Args:
        names: of all sources.
        results: of all of them.

    Raises:
        InputError: `rec.npz` is to be written of `rec.npz`, or of `rec.npy` beside it.
    """
    files = (path for name in names for path in _files(name) if not written_by_tfan(path))
    sources = {path.resolve() for path in files}
    for folder in {path.parent for path in sources}:
        sources |= {folder, *folder.parents}
    for path in results:
        if path.resolve() in sources:
            raise InputError(
                str(path), expected="a place for the results", got="a recording to be read",
                fix="Write into another folder.",
            )  # fmt: skip


def _files(name: str) -> list[Path]:
    """Return the files that a source is made of; none of a camera, or where nothing is there."""
    if name.startswith(PREFIX):
        return []
    try:
        path = Path(name)
        return [path] if path.is_file() else files_of(name)
    except (OSError, InputError):
        return []


def corners_told(regions: Iterable[Region]) -> dict[str, str]:
    """Return name -> digest of the corners of regions: names stay when their file is edited."""
    told = {
        region.name: repr(region.ends).encode() + region.corners.tobytes() for region in regions
    }
    return {name: sha256(data).hexdigest()[:_SIGNS] for name, data in told.items()}
