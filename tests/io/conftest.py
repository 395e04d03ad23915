"""Small recordings of every format, written here so that their truth is known."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest

PLANCK = {"r1": 17096.453, "b": 1428.0, "f": 1.0, "o": -267, "r2": 0.046582}


def clip(n: int = 5, hw: tuple[int, int] = (20, 24), dtype: str = "uint16") -> np.ndarray:
    """Frames in which every pixel and every frame is another one, 27 to 36 degC in centikelvin."""
    counts = 30_000 + np.arange(n * hw[0] * hw[1]).reshape(n, *hw) % 900
    return counts.astype(dtype)


def camera_record(order: str, *, planck: dict | None = None, **values: float) -> bytes:
    record = bytearray(2476)
    struct.pack_into(f"{order}H", record, 0, 2)
    told = {"emissivity": 0.95, "distance_m": 1.0, "reflected": 293.15, "air": 293.15,
            "window": 293.15, "transmission": 1.0, "humidity": 0.5} | values  # fmt: skip
    places = {"emissivity": 0x20, "distance_m": 0x24, "reflected": 0x28, "air": 0x2C,
              "window": 0x30, "transmission": 0x34, "humidity": 0x3C}  # fmt: skip
    for name, at in places.items():
        struct.pack_into(f"{order}f", record, at, told[name])
    planck = PLANCK if planck is None else planck
    if planck:
        struct.pack_into(f"{order}3f", record, 0x58, planck["r1"], planck["b"], planck["f"])
        struct.pack_into(f"{order}if", record, 0x308, planck["o"], planck["r2"])
    air = (0.006569, 0.01262, -0.002276, -0.00667, 1.9)
    struct.pack_into(f"{order}5f", record, 0x70, *air)
    record[0xD4:0xDD] = b"TEST T420"
    seconds = told.get("seconds", 1_600_000_000.0)
    milliseconds = round(seconds % 1 * 1000)
    struct.pack_into(f"{order}IIh", record, 0x384, int(seconds), milliseconds, -60)
    return bytes(record)


def fff(counts: np.ndarray, *, header: str = "<", body: str = "<", packed: str = "raw",
        **camera) -> bytes:  # fmt: skip
    """One FLIR frame; header and records may differ in byte order, as they do in real files."""
    height, width = counts.shape
    if packed == "raw":
        data = counts.astype(f"{body}u2").tobytes()
    elif packed == "swapped png":
        data = cv2.imencode(".png", counts.byteswap())[1].tobytes()
    elif packed == "png":
        data = cv2.imencode(".png", counts)[1].tobytes()
    else:
        jpeg_ls = pytest.importorskip("jpeg_ls")
        data = bytes(jpeg_ls.encode(counts))
    raw = struct.pack(f"{body}HHH", 2, width, height).ljust(32, b"\0") + data
    facts = camera_record(body, **camera)
    start = 64 + 2 * 32
    entries = [(1, start, len(raw)), (0x20, start + len(raw), len(facts))]
    directory = b"".join(
        struct.pack(f"{header}HHIIII", kind, 0, 100, 1, at, size).ljust(32, b"\0")
        for kind, at, size in entries
    )
    head = b"FFF\0tfan".ljust(20, b"\0") + struct.pack(f"{header}III", 100, 64, len(entries))
    return head.ljust(64, b"\0") + directory + raw + facts


def rjpeg(inside: bytes, part_bytes: int = 3000) -> bytes:
    """A JPEG picture with FLIR data spread over APP1 segments."""
    picture = cv2.imencode(".jpg", np.full((32, 40), 90, np.uint8))[1].tobytes()
    parts = [inside[at : at + part_bytes] for at in range(0, len(inside), part_bytes)]
    segments = b"".join(
        b"\xff\xe1" + struct.pack(">H", len(part) + 10) + b"FLIR\0\1" + bytes([i, len(parts) - 1])
        + part
        for i, part in enumerate(parts)
    )  # fmt: skip
    return picture[:2] + segments + picture[2:]


@pytest.fixture
def frames() -> np.ndarray:
    """Five frames of 20 x 24 centikelvin."""
    return clip()


@pytest.fixture
def write_fff():
    return fff


@pytest.fixture
def write_rjpeg():
    return rjpeg
