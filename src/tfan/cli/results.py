"""What `tfan detect` found in one image, as a JSON line, as CSV rows or as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfan.rois.points import values_under
from tfan.thermal.interpret import Reading
from tfan.types import AnyArray, Array, Face

if TYPE_CHECKING:
    from rich.table import Table

CSV_COLUMNS = (
    "image", "face", "score", "quality", "yaw_deg", "pitch_deg", "roll_deg",
    "box_left_px", "box_top_px", "box_right_px", "box_bottom_px",
    "landmark", "x_px", "y_px", "sigma_px", "confidence", "visibility", "celsius",
)  # fmt: skip
_HEADINGS = (
    "score", "quality", "box: left top right bottom", "yaw pitch roll", "points", "± px", "hidden",
    "°C",
)  # fmt: skip
_HIDDEN_BELOW = 0.5  # visibility
_DECIMALS_PX, _DECIMALS_SHARE, _DECIMALS_CELSIUS, _DECIMALS_DEG = 2, 4, 2, 1


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The faces of one image.

    Attributes:
        shown: (H, W) one value a pixel, as the networks see it.
        celsius: (H, W) float32 as measured, NaN where nothing was; None without temperatures.
        reading: what the numbers mean, and why.
        faces: best first.
        undrawn: whether a picture was asked for and could not be written.
    """

    path: Path
    shown: AnyArray
    celsius: Array | None
    reading: Reading
    faces: Sequence[Face]
    undrawn: bool = False

    def celsius_at(self, face: Face) -> Array | None:
        """Return (N,) temperatures at a face's points, NaN outside; None without temperatures."""
        return None if self.celsius is None else values_under(self.celsius, face.points_px)


@dataclass(frozen=True, slots=True)
class Failed:
    """An image that could not be read or used, and the sentence that says why."""

    path: Path
    error: str


def json_line(result: Found | Failed) -> str:
    """Return one JSON object without a line break; what is not a number becomes null."""
    if isinstance(result, Failed):
        return json.dumps({"image": str(result.path), "error": result.error})
    height, width = result.shown.shape
    return json.dumps(
        {
            "image": str(result.path),
            "width": width,
            "height": height,
            "meaning": result.reading.meaning,
            "reason": result.reading.reason,
            "faces": [_face_record(result, face) for face in result.faces],
        },
        allow_nan=False,
    )


def _face_record(found: Found, face: Face) -> dict[str, Any]:
    record = {
        "score": _plain(face.score, _DECIMALS_SHARE),
        "quality": _plain(face.quality, _DECIMALS_SHARE),
        "pose_deg": _plain(face.pose_deg, _DECIMALS_DEG),
        "box_px": _plain(face.box_px, _DECIMALS_PX),
        "scheme": face.scheme,
        "points_px": _plain(face.points_px, _DECIMALS_PX),
        "sigma_px": _plain(face.sigma_px, _DECIMALS_PX),
        "confidence": _plain(face.confidence, _DECIMALS_SHARE),
        "visibility": _plain(face.visibility, _DECIMALS_SHARE),
    }
    celsius = found.celsius_at(face)
    return record if celsius is None else record | {"celsius": _plain(celsius, _DECIMALS_CELSIUS)}


def _plain(values: Any, decimals: int) -> Any:
    """Return nested lists of rounded floats, None for what is not finite."""
    if np.ndim(values):
        return [_plain(value, decimals) for value in values]
    return round(float(values), decimals) if np.isfinite(values) else None


def csv_rows(found: Found) -> Iterator[tuple[Any, ...]]:
    """Give one row for each landmark of each face, in the order of CSV_COLUMNS."""
    for number, face in enumerate(found.faces):
        score, quality = (_plain(v, _DECIMALS_SHARE) for v in (face.score, face.quality))
        whole = (
            score, quality, *_plain(face.pose_deg, _DECIMALS_DEG),
            *_plain(face.box_px, _DECIMALS_PX),
        )  # fmt: skip
        celsius = found.celsius_at(face)
        columns = (
            _plain(face.points_px[:, 0], _DECIMALS_PX),
            _plain(face.points_px[:, 1], _DECIMALS_PX),
            _plain(face.sigma_px, _DECIMALS_PX),
            _plain(face.confidence, _DECIMALS_SHARE),
            _plain(face.visibility, _DECIMALS_SHARE),
            [""] * len(face.points_px) if celsius is None else _plain(celsius, _DECIMALS_CELSIUS),
        )
        for index, values in enumerate(zip(*columns, strict=True)):
            yield (found.path, number, *whole, index, *values)


def table(results: Sequence[Found | Failed]) -> Table:
    """Return a table for people: one row a face, one for an image without any."""
    from rich.markup import escape
    from rich.table import Table

    measured = any(isinstance(r, Found) and r.celsius is not None for r in results)
    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("image", overflow="fold")
    for heading in _HEADINGS if measured else _HEADINGS[:-1]:
        made.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        name = escape(str(result.path))
        if isinstance(result, Failed):
            made.add_row(name, "failed")
        elif not result.faces:
            made.add_row(name, "no face")
        else:
            for face in result.faces:
                made.add_row(name, *_face_cells(result, face)[: len(made.columns) - 1])
    return made


def _face_cells(found: Found, face: Face) -> tuple[str, ...]:
    celsius = found.celsius_at(face)
    known = celsius is not None and bool(np.isfinite(celsius).any())
    return (
        f"{face.score:.2f}",
        f"{face.quality:.2f}",
        " ".join(f"{round(float(value)):5d}" for value in face.box_px),
        " ".join(f"{value:3.0f}" for value in face.pose_deg),
        str(len(face.points_px)),
        f"{np.median(face.sigma_px):.1f}",
        f"{np.mean(face.visibility < _HIDDEN_BELOW):.0%}",
        f"{np.nanmedian(celsius):.1f}" if celsius is not None and known else "",
    )
