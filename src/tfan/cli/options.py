"""Options that commands share, and the words that they take."""

from __future__ import annotations

from enum import StrEnum
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
DeviceOption = Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
