"""Options that commands share, and the words that they take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Points(StrEnum):
    """Landmark conventions by their number of points."""

    FACESYNTHETICS = "70"
    MEDIAPIPE = "478"


class Mode(StrEnum):
    """What the numbers of an image mean."""

    AUTO = "auto"
    TEMPERATURE = "temperature"
    PIXEL = "pixel"


PointsOption = Annotated[
    Points,
    typer.Option("--n-landmarks", help="478 points as MediaPipe has them, or 70 (68 and pupils)."),
]
ModeOption = Annotated[
    Mode, typer.Option(help="What the numbers mean; auto decides, --verbose says how.")
]
DeviceOption = Annotated[str, typer.Option(help="cpu, cuda, cuda:N or auto.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="One row a landmark.")]
OverlayOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write pictures of the faces here.")
]
MultiOption = Annotated[bool, typer.Option("--multi/--best", help="Every face, or the best.")]
ScoreOption = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Least score of a face; by default the weights' own."),
]
LeastSizeOption = Annotated[
    float,
    typer.Option(
        "--min-size", min=0, metavar="PX", help="Least size of a face, sqrt(width x height)."
    ),
]
MostOption = Annotated[
    int | None, typer.Option("--max-faces", min=1, help="No more than so many of the best.")
]
SizeOption = Annotated[
    int | None,
    typer.Option(help="Long side of what the detector sees, such as 512 for small far faces."),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Say how images were read.")]
