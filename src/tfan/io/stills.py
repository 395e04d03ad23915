"""Single pictures: PNG, BMP and JPEG, with what thermal cameras hide inside JPEG."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tfan.errors import InputError
from tfan.io.exif import is_dji_thermal, read_maker
from tfan.io.flir.jpeg import decode_flir_jpeg
from tfan.io.frame import Fact
from tfan.io.images import read_image
from tfan.io.recording import Indexed, Stored, UnreadableError, Wishes, as_frame

_NO_TEMPERATURES = "no temperatures in this JPEG, only an 8-bit picture"
_DJI = "temperatures in DJI's own R-JPEG format ({}), which tfan does not read: the 8-bit picture"


def open_picture(path: Path, wishes: Wishes) -> Indexed:
    """Open a PNG or BMP file.

    Raises:
        InputError: it cannot be read.
    """
    del wishes  # nothing in such a file depends on them
    stored = Stored(0, as_frame(read_image(path)))
    return Indexed(path.suffix.lstrip(".").upper() or "picture", 1, lambda _: stored)


def open_jpeg(path: Path, wishes: Wishes) -> Indexed:
    """Open a JPEG file: FLIR's radiometric data where it has any, else its 8-bit picture.

    Raises:
        InputError: it cannot be read.
    """
    stored, kind = _read_jpeg(path, wishes)
    return Indexed(kind, 1, lambda _: stored)


def _read_jpeg(path: Path, wishes: Wishes) -> tuple[Stored, str]:
    data = path.read_bytes()
    maker: dict[str, Fact] = {**read_maker(data)}
    try:
        inside = decode_flir_jpeg(data, wishes)
    except UnreadableError as error:
        raise InputError(
            str(path),
            expected="a whole FLIR R-JPEG",
            got=str(error),
            fix="Copy it again from where it came from.",
        ) from error
    if inside is not None:
        kind = "DJI R-JPEG (FLIR inside)" if maker.get("make") == "DJI" else "FLIR R-JPEG"
        return replace(inside, camera={**maker, **inside.camera}), kind
    values = as_frame(read_image(path))
    if is_dji_thermal(data):
        model = str(maker.get("model", "unknown model"))
        return Stored(0, values, why=_DJI.format(model), camera=maker), "DJI R-JPEG"
    return Stored(0, values, why=_NO_TEMPERATURES, camera=maker), "JPEG"
