"""TIFF files of any number of pages: classic, BigTIFF, ImageJ and OME."""

from __future__ import annotations

import logging
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tfan._optional import require
from tfan.errors import InputError
from tfan.io.frame import Fact
from tfan.io.recording import Indexed, Stored, UnreadableError, Wishes, as_frame
from tfan.io.units import NAMED
from tfan.thermal.interpret import Unit
from tfan.types import AnyArray

_PALETTE = 3  # photometric interpretation
_XMP_MODEL = re.compile(rb"<xmpDM:cameraModel>([^<]+)<")
_UNITS_OF = {
    "Duo Pro R": ("kelvin25", "TIFF of FLIR's Duo Pro R: 0.04 K a count at high gain (its guide)")
}
_TAGS = {"Make": "make", "Model": "model", "CameraSerialNumber": "serial"}
_DELTA = re.compile(r'<Plane\b[^>]*?\bDeltaT="([^"]+)"[^>]*>')
_DELTA_UNIT = re.compile(r'\bDeltaTUnit="([^"]+)"')
_SECONDS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9, "min": 60.0}
_BROKEN = (
    ValueError, OSError, RuntimeError, IndexError, KeyError, TypeError, EOFError, AttributeError,
    AssertionError, ArithmeticError, zlib.error, struct.error,
)  # fmt: skip


def open_tiff(path: Path, wishes: Wishes) -> Indexed:
    """Open a TIFF file; the largest images of it are its frames.

    Raises:
        InputError: no image in it.
    """
    del wishes
    tifffile = require("tifffile", extra="", purpose="Reading TIFF")
    broken = (tifffile.TiffFileError, *_BROKEN)
    stream = path.open("rb")  # tifffile leaves it open where it gives up
    try:
        with _quietly():
            file = tifffile.TiffFile(stream)
            places = _places(_series(file, broken))
    except broken as error:
        stream.close()
        got = f"one that cannot be read: it is cut short or damaged ({error})"
        raise InputError(str(path), expected="a whole TIFF file", got=got) from error
    times = None
    with suppress(*broken), _quietly():  # a broken file may have lost them
        times = _times(file, len(places))
    camera = _camera(places[0][0].keyframe)
    said, why = _stated_unit(camera)

    def fetch(index: int) -> Stored:
        clock_s = None if times is None else times[index]
        values = _frame(path, *places[index])
        return Stored(index, values, clock_s, said=said, why=why, camera=camera)

    n = len(places)
    return Indexed("TIFF" if n == 1 else f"TIFF of {n} pages", n, fetch, stream.close)


def _series(file: Any, broken: tuple[type[Exception], ...]) -> list[Any]:
    """Return the series of a file; of one with a broken chain of pages, those before the break."""
    try:
        return list(file.series)
    except broken:
        pages: list[Any] = []
        with suppress(*broken):
            places = set[int]()  # a damaged chain may run in a circle
            while (page := file.pages[len(pages)]).offset not in places:
                places.add(page.offset)
                pages.append(page)
        if not pages:
            raise
    first = pages[0]
    alike = [page for page in pages if (page.shape, page.dtype) == (first.shape, first.dtype)]
    shape = (len(alike) + 1, *first.shape)  # one more: the page at which it breaks
    facts = {"axes": f"Q{first.axes}", "dtype": first.dtype, "keyframe": first.keyframe}
    return [SimpleNamespace(**facts, shape=shape, dataoffset=None, pages=[*alike, None])]


def _places(series: list[Any]) -> list[tuple[Any, int]]:
    """Return (series, number in it) of each frame: all images like the largest, in their order."""
    largest = max(series, key=lambda one: np.prod(_frame_shape(one), dtype=np.int64))
    kind = _frame_shape(largest), largest.dtype
    alike = [one for one in series if (_frame_shape(one), one.dtype) == kind]
    return [
        (one, index)
        for one in alike
        for index in range(int(np.prod(one.shape[: -len(kind[0])], dtype=np.int64)))
    ]


def _frame_shape(series: Any) -> tuple[int, ...]:
    shape: tuple[int, ...] = series.shape[series.axes.index("Y") :]
    return shape


def _frame(path: Path, series: Any, index: int) -> AnyArray:
    shape = _frame_shape(series)
    try:
        if series.dataoffset is not None:
            return _from_block(path, series, index, shape)
        with _quietly():
            page = series.pages[index]
            _check_whole(path, page)
            keyframe = page.keyframe
            values = page.asrgb() if keyframe.photometric == _PALETTE else _page(path, page)
    except _BROKEN as error:
        raise UnreadableError(f"a page that is cut short or damaged ({error})") from error
    return as_frame(_blue_first(np.squeeze(values).reshape(shape) if values.ndim > 3 else values))


def _check_whole(path: Path, page: Any) -> None:
    """Raise where data of a page lie beyond the file's end: nothing may stand in for them."""
    if page is None:
        raise UnreadableError("a page that is missing")
    size = path.stat().st_size
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if not pieces or any(count == 0 or start + count > size for start, count in pieces):
        raise UnreadableError("a page that is cut short")


def _from_block(path: Path, series: Any, index: int, shape: tuple[int, ...]) -> AnyArray:
    """Return a frame of a file whose values lie together, uncompressed, in one block."""
    dtype = np.dtype(series.keyframe.parent.byteorder + series.dtype.char)
    size = int(np.prod(shape)) * dtype.itemsize
    with path.open("rb") as file:
        file.seek(series.dataoffset + index * size)
        data = file.read(size)
    if len(data) < size:
        raise UnreadableError("a page that is cut short")
    return as_frame(_blue_first(np.frombuffer(data, dtype).reshape(shape)))


def _page(path: Path, page: Any) -> AnyArray:
    try:
        values: AnyArray = page.asarray()
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise
        values = _by_opencv(path, page.index)  # it brings LZW, JPEG and others
        return values[..., ::-1] if values.ndim == 3 else values
    return values


def _by_opencv(path: Path, index: int) -> AnyArray:
    import cv2

    done, pages = cv2.imreadmulti(str(path), start=index, count=1, flags=cv2.IMREAD_UNCHANGED)
    if not done or not pages:
        raise UnreadableError("a page in a compression that cannot be read")
    values: AnyArray = pages[0]
    return values


def _blue_first(values: AnyArray) -> AnyArray:
    """Return colours in the order of `read_image`: blue, green, red."""
    if values.ndim == 3 and values.shape[2] in (3, 4):
        return values[..., [2, 1, 0]]
    return values


def _times(file: Any, n: int) -> list[float] | None:
    """Return the time of each frame where ImageJ, OME or tifffile wrote them down."""
    if file.is_ome and file.ome_metadata:
        unit = _DELTA_UNIT.search(file.ome_metadata)
        scale = _SECONDS.get(unit[1] if unit else "s", 1.0)
        times = [float(delta) * scale for delta in _DELTA.findall(file.ome_metadata)]
        return times if len(times) == n else None
    facts: dict[str, Any] = {}
    if file.is_imagej:
        facts = file.imagej_metadata or {}
    elif file.is_shaped and file.shaped_metadata:
        facts = file.shaped_metadata[0]
    step = facts.get("finterval") or (1 / facts["fps"] if facts.get("fps") else None)
    return None if step is None else [index * float(step) for index in range(n)]


def _camera(page: Any) -> dict[str, Fact]:
    tags = getattr(page, "tags", None) or {}
    found = {ours: tags.get(theirs) for theirs, ours in _TAGS.items()}
    facts = {name: str(tag.value).strip() for name, tag in found.items() if tag is not None}
    notes = getattr(tags.get("XMP"), "value", b"")
    named = _XMP_MODEL.search(notes if isinstance(notes, bytes) else b"")
    return {"model": named[1].decode("utf-8", "replace"), **facts} if named else dict(facts)


def _stated_unit(camera: dict[str, Fact]) -> tuple[Unit | None, str]:
    """Return the unit that a camera is known to write, and where that is said."""
    for model, (name, why) in _UNITS_OF.items():
        if str(camera.get("model", "")).startswith(model):
            return NAMED[name], why
    return None, ""


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep tifffile's remarks on broken files to itself: ours follow."""
    logger = logging.getLogger("tifffile")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
