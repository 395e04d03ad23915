"""`tfan demo`: detection on a synthetic radiometric frame that ships with tfan."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from tfan.cli.detect import draw, print_table
from tfan.cli.finding import Asked, find
from tfan.cli.landmarker import loader

DEMO_FRAME = "demo_frame.tiff"
_N_LANDMARKS = 478


def demo(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="OUT_DIR", help="Where the picture goes.")
    ] = Path("demo-output"),
) -> None:
    """Find the faces in the frame that ships with tfan, draw them, say where the picture is.

    The frame is synthetic: 640x480 centikelvin in a 16-bit TIFF, as radiometric cameras write.
    """
    picture = folder / "demo.png"
    with as_file(files("tfan") / "data" / DEMO_FRAME) as path:
        landmarker = loader(context)(n_landmarks=_N_LANDMARKS)
        found = replace(find(landmarker, path, Asked()), path=Path(DEMO_FRAME))
        typer.echo(f"{DEMO_FRAME}: {found.reading.reason}", err=True)
        print_table([found])
        draw(found, picture)
    typer.echo(f"\nPicture:        {picture}")
    typer.echo("Your own image: tfan detect YOUR_IMAGE --overlay .")
