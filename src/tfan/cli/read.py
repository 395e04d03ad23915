"""`tfan read`: what is in a file, what its numbers mean and why, and how it looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from tfan.cli.options import JsonOption
from tfan.errors import InputError, TfanError
from tfan.io import Frame, Source, open_source, write_png
from tfan.io.units import UNIT_NAMES

_LOOKED_AT = 9  # frames spread over a recording that can be entered anywhere
_NOT_FACTS = ("file",)
THUMBNAIL = "{}.thumbnail.png"  # left out where pictures are read

UnitOption = Annotated[str, typer.Option(help=f"One of {', '.join(UNIT_NAMES)}.")]
EmissivityOption = Annotated[
    float | None, typer.Option(metavar="SHARE", help="Of the object, in place of a FLIR file's.")
]
DistanceOption = Annotated[
    float | None, typer.Option("--distance", metavar="M", help="Likewise, camera to object.")
]
ReflectedOption = Annotated[
    float | None, typer.Option("--reflected", metavar="CELSIUS", help="Likewise, reflected.")
]
DatasetOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Array of an HDF5 or NPZ file.")
]
FpsOption = Annotated[
    float | None, typer.Option(help="Frames per second, where the file tells no times.")
]


def read(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="Files, folders, patterns, camera:N.")
    ],
    unit: UnitOption = "auto",
    emissivity: EmissivityOption = None,
    distance_m: DistanceOption = None,
    reflected_celsius: ReflectedOption = None,
    dataset: DatasetOption = None,
    fps: FpsOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read every frame, not some of them.")
    ] = False,
    thumbnail: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a picture of a frame here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is in recordings: format, size, frames, unit and why, camera, range.

    A source that cannot be read costs one line on stderr and the exit code 1.
    """
    failed = False
    for name in sources:
        try:
            with open_source(
                name,
                unit=unit,
                emissivity=emissivity,
                distance_m=distance_m,
                reflected_celsius=reflected_celsius,
                dataset=dataset,
                fps=fps,
            ) as source:
                facts = gather(source, check=check, thumbnail=thumbnail)
        except TfanError as error:
            typer.echo(f"Error: {named(name, error)}", err=True)
            failed = True
            continue
        typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else _for_people(facts))
        if facts["damage"]:
            typer.echo(f"Error: {facts['damage']}", err=True)
            failed = True
    if failed:
        raise typer.Exit(1)


def named(name: object, error: Exception) -> str:
    """Return the sentence of an error that is met in a source, which it names."""
    sentence = str(error)
    return sentence if sentence.startswith(str(name)) else f"{name}: {sentence}"


def gather(source: Source, *, check: bool, thumbnail: Path | None) -> dict[str, Any]:
    """Return what `tfan read --json` prints of one source.

    Raises:
        InputError: not one frame can be read.
    """
    damage, looked = "", _Looked()
    endless = source.kind == "camera"
    frames = source.frames() if check and not endless else _some(source)
    try:
        for frame in frames:
            looked.add(frame)
    except InputError as error:
        if looked.first is None:
            raise
        damage = named(source.name, error)
    first = looked.first
    if first is None:
        raise InputError(source.name, expected="frames", got="none")
    picture = None if thumbnail is None else _draw(first, thumbnail)
    return {
        "source": source.name,
        "format": source.kind,
        "width": first.hw[1],
        "height": first.hw[0],
        "type": f"{first.values.dtype}" + (" colours" if first.values.ndim == 3 else ""),
        "frames": source.n_frames,
        "readable": looked.n if check else None,
        "seconds": looked.last_s,
        "meaning": first.reading.meaning,
        "unit": first.reading.unit,
        "why": first.reading.reason,
        **looked.range(),
        "looked_at": looked.n,
        "blank": looked.blank,
        "camera": {k: v for k, v in first.camera.items() if k not in _NOT_FACTS},
        "thumbnail": None if picture is None else str(picture),
        "damage": damage,
    }


class _Looked:
    """Frames looked at: the first with values in it, and the range of all that mean the same.

    Folders may mix temperatures with pictures, whose levels are no degrees. Frames of zeros,
    which cameras send before they are ready, have no part in the range.
    """

    def __init__(self) -> None:
        self.first: Frame | None = None
        self.n = 0
        self.last_s: float | None = None
        self.blank = 0
        self._low, self._high, self._middle = np.inf, -np.inf, list[float]()

    def add(self, frame: Frame) -> None:
        self.n += 1
        self.last_s = frame.time_s
        values = frame.celsius() if frame.reading.scale is not None else frame.values
        finite = values[np.isfinite(values)]
        if self.first is None or (finite.size and not self._middle):
            self.first = frame
        if not frame.values.any():
            self.blank += 1
            return
        if finite.size and frame.reading.unit == self.first.reading.unit:
            self._low = min(self._low, float(finite.min()))
            self._high = max(self._high, float(finite.max()))
            self._middle.append(float(np.median(finite)))

    def range(self) -> dict[str, float | None]:
        """Return least, median and largest value; None where all were NaN or zero."""
        if not self._middle:
            return {"min": None, "median": None, "max": None}
        middle = float(np.median(self._middle))
        found = {"min": self._low, "median": middle, "max": self._high}
        return {name: round(value, 2) for name, value in found.items()}


def _some(source: Source) -> Iterator[Frame]:
    """Return frames spread over a source, the first ones where its length is not known."""
    n = source.n_frames
    if n is None:
        return islice(source, _LOOKED_AT)
    if n < 2:
        return source.frames()
    return source.frames_at(sorted({round(at) for at in np.linspace(0, n - 1, _LOOKED_AT)}))


def _draw(frame: Frame, folder: Path) -> Path:
    from tfan.thermal.plane import prepare
    from tfan.viz import colourise

    plane = prepare(frame.values, "temperature" if frame.reading.scale is not None else "auto")
    name = Path(str(frame.camera.get("file", frame.source)).replace(":", "_")).name
    path = folder / THUMBNAIL.format(name)
    write_png(path, colourise(plane.values))
    return path


def _for_people(facts: dict[str, Any]) -> str:
    frames = "unknown until the end" if facts["frames"] is None else str(facts["frames"])
    if facts["readable"] is not None:
        frames = f"{frames}, {facts['readable']} of them readable"
    if facts["seconds"]:
        frames = f"{frames}, {facts['seconds']:.2f} s to the last one looked at"
    degree = " °C" if facts["meaning"] == "temperature" else ""
    span = "nothing but zeros" if facts["blank"] else "nothing but NaN"
    if facts["min"] is not None:
        span = f"{facts['min']:g}..{facts['max']:g}{degree}, median {facts['median']:g}{degree}"
        span = f"{span} ({facts['looked_at']} frames looked at)"
        if facts["blank"]:
            span = f"{span[:-1]}, {facts['blank']} of them nothing but zeros)"
    camera = ", ".join(f"{name} {value}" for name, value in facts["camera"].items())
    rows = [
        ("format", facts["format"]),
        ("size", f"{facts['width']} x {facts['height']}, {facts['type']}"),
        ("frames", frames),
        ("unit", facts["unit"]),
        ("why", facts["why"]),
        ("range", span),
        ("camera", camera),
        ("thumbnail", facts["thumbnail"]),
    ]
    lines = [f"  {name:<10} {value}" for name, value in rows if value]
    return "\n".join([facts["source"], *lines])
