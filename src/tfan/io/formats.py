"""The table of formats: which reader opens a file, by its first bytes and its suffix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfan.errors import InputError
from tfan.io.arrays import open_npy, open_npz
from tfan.io.cptv import open_cptv
from tfan.io.flir.sequence import open_sequence
from tfan.io.hdf5 import open_hdf5
from tfan.io.infiray import open_irg
from tfan.io.matrices import open_matrix
from tfan.io.paths import left_out
from tfan.io.recording import Recording, Wishes
from tfan.io.stills import open_jpeg, open_picture
from tfan.io.tiff import open_tiff
from tfan.io.video import open_video

_START_BYTES = 16
_TIFF_SIGNS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: for people.
        suffixes: of its files, in small letters.
        signs: first bytes, which outweigh the suffix; none where a format has none of its own.
        open: reader.
        one_frame: whether every file holds exactly one frame.
        still: whether a folder of such files is one source.
    """

    name: str
    suffixes: tuple[str, ...]
    signs: tuple[bytes, ...]
    open: Callable[[Path, Wishes], Recording]
    one_frame: bool = False
    still: bool = False


FORMATS = (
    Format("JPEG", (".jpg", ".jpeg"), (b"\xff\xd8\xff",), open_jpeg, True, True),
    Format("PNG", (".png",), (b"\x89PNG\r\n\x1a\n",), open_picture, True, True),
    Format("BMP", (".bmp",), (b"BM",), open_picture, True, True),
    Format("TIFF", (".tif", ".tiff", ".btf"), _TIFF_SIGNS, open_tiff, still=True),
    Format("NPY", (".npy",), (b"\x93NUMPY",), open_npy, still=True),
    Format("FLIR FFF, SEQ, CSQ", (".fff", ".seq", ".csq", ".fcf"), (b"FFF\0",), open_sequence),
    Format("InfiRay IRG", (".irg",), (b"\xca\xac",), open_irg, True, True),
    Format("NPZ", (".npz",), (b"PK\3\4",), open_npz),
    Format("HDF5", (".h5", ".hdf5", ".hdf", ".he5"), (b"\x89HDF\r\n\x1a\n",), open_hdf5),
    Format("CPTV", (".cptv",), (b"\x1f\x8b",), open_cptv),
    Format("CSV", (".csv", ".tsv", ".txt", ".asc"), (), open_matrix),
    Format("video", (".mp4", ".avi", ".mkv", ".mov", ".m4v", ".webm", ".wmv"), (), open_video),
)
UNREADABLE = {
    ".is2": "Fluke IS2",
    ".is3": "Fluke IS3",
    ".irb": "InfraTec IRB",
    ".ravi": "Optris RAVI",
    ".bmt": "Testo BMT",
    ".vmt": "Testo VMT",
    ".ptw": "FLIR (Cedip) PTW",
    ".ats": "FLIR ATS",
    ".sfmov": "FLIR SFMOV",
    ".fpf": "FLIR FPF",
    ".img": "ThermaCAM IMG",
    ".hcc": "Telops HCC",
    ".mat": "MATLAB",
    ".sat": "SATIR SAT",
}
STILL_SUFFIXES = (".fff", *(end for row in FORMATS if row.still for end in row.suffixes))
MATRIX_SUFFIXES = (".csv",)
_NOTES = (".txt", ".asc", ".tsv")  # beside a recording in its folder: mostly words about it
RECORDING_SUFFIXES = tuple(
    end for row in FORMATS for end in row.suffixes if not row.still and end not in _NOTES
)
_EXPORT = "Export it as 16-bit TIFF, CSV or FLIR R-JPEG in its maker's program."


def find_format(path: Path) -> Format:
    """Return the format of a file.

    Raises:
        InputError: no such file, an empty one, or one of a format that tfan does not read.
    """
    start, suffix = _start(path), path.suffix.lower()
    signed = next((row for row in FORMATS if start.startswith(row.signs)), None)
    named = next((row for row in FORMATS if suffix in row.suffixes), None)
    if not start:
        raise InputError(str(path), expected="a recording", got="an empty file")
    if signed is not None:
        return signed
    if suffix in UNREADABLE:
        raise InputError(
            str(path),
            expected="a format that tfan reads",
            got=f"a {UNREADABLE[suffix]} file by its name",
            fix=_EXPORT,
        )
    if named is None:
        names = ", ".join(row.name for row in FORMATS)
        raise InputError(
            str(path), expected=f"one of {names}", got=f"a file that starts with {start[:12]!r}"
        )
    return named


def open_file(path: Path, wishes: Wishes) -> Recording:
    """Open one file.

    Raises:
        InputError: it cannot be read; the sentence says why.
    """
    try:
        return find_format(path).open(path, wishes)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected="a file that can be read", got=got) from error


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_START_BYTES)
    except FileNotFoundError:
        expected = "a file, a folder, a pattern that matches or camera:N"
        fix = left_out(path)
        raise InputError(str(path), expected=expected, got="nothing there", fix=fix) from None
