"""InfiRay's IRG (C200 series): an 8-bit picture, counts of 1/16 K and mostly a photograph.

The layout is as worked out in public by J. S. Götte (infiray_irg) and C. Rousch (heatseeker).
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from tfan.errors import InputError
from tfan.io.frame import Fact
from tfan.io.recording import Indexed, Stored, Wishes
from tfan.io.units import SIXTEENTH_KELVIN
from tfan.thermal.interpret import ABSOLUTE_ZERO_CELSIUS

MAGIC = b"\xca\xac"
_HEADER_BYTES = 128
_PARTS = 10_000  # the header counts emissivity, kelvin and metres in parts of it
_WHY = "InfiRay IRG stores 1/16 K"


def open_irg(path: Path, wishes: Wishes) -> Indexed:
    """Open an IRG file.

    Raises:
        InputError: it is of another camera series, cut short or damaged.
    """
    del wishes
    data = path.read_bytes()
    if not data.startswith(MAGIC) or len(data) < _HEADER_BYTES:
        got = f"one that starts with {data[:4].hex()}"
        raise InputError(str(path), expected="an IRG file of InfiRay's C200 series", got=got)
    start = int.from_bytes(data[2:4], "little")
    picture_bytes, height, width = struct.unpack_from("<IHH", data, 4)
    n = height * width
    if not n or len(data) < start + picture_bytes + 2 * n:
        got = f"{len(data)} bytes for {width} x {height} pixels: it is cut short"
        raise InputError(str(path), expected="a whole IRG file", got=got)
    values = np.frombuffer(data, "<u2", n, start + picture_bytes).reshape(height, width)
    emissivity, reflected, _, distance = struct.unpack_from("<4I", data, 0x1E)
    camera: dict[str, Fact] = {
        "make": "InfiRay",
        "emissivity": emissivity / _PARTS,
        "reflected_celsius": round(reflected / _PARTS + ABSOLUTE_ZERO_CELSIUS, 2),
        "distance_m": distance / _PARTS,
    }
    stored = Stored(0, values.astype(np.uint16), said=SIXTEENTH_KELVIN, why=_WHY, camera=camera)
    return Indexed("InfiRay IRG", 1, lambda _: stored)
