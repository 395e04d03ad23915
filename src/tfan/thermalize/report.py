"""What a training of a thermalizer leaves to read: scores, tables, pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from torch import Tensor

from tfan.io.files import replace_text
from tfan.synth.sheet import write_picture
from tfan.thermal.segments import PERSON_SEGMENTS, WINDOW_CELSIUS, Condition
from tfan.thermalize.judge import Held, Verdict
from tfan.thermalize.pairs import to_degrees
from tfan.train.reports import write_json
from tfan.types import AnyArray
from tfan.viz.palettes import Picture, colourise

_PALETTE = "inferno"
_DIFFERENCE_CELSIUS = 4.0
_COLUMNS = ("colour", "true", "made", "made - true, 4 to -4 degC")
_HEADING_PX = 20
_ROWS = 6
_TILE_PX = 160


def write_report(
    verdicts: Mapping[str, Verdict], held: Held, made: Tensor, *, condition: Condition, folder: Path
) -> None:
    """Write scores.json, scores.md and pictures.jpg into a folder.

    Args:
        verdicts: by what made the images; those named "true" and "trained" give the region means.
        held: the scenes.
        made: (N, 1, S, S) images of the trained network.
        condition: whose means are wanted.
        folder: made where there is none.
    """
    write_json(folder / "scores.json", {
        "scenes": len(held.pairs),
        **{name: verdict.numbers for name, verdict in verdicts.items()},
        "regions": {name: _regions(verdicts[name]) for name in ("true", "trained")},
    })  # fmt: skip
    replace_text(folder / "scores.md", _page(verdicts, len(held.pairs), condition))
    write_picture(folder / "pictures.jpg", pictures(held, made))


def _regions(verdict: Verdict) -> dict[str, dict[str, float]]:
    columns = zip(PERSON_SEGMENTS, verdict.means, verdict.spreads, verdict.scenes, strict=True)
    return {
        part.name: {"mean_celsius": float(mean), "spread_celsius": float(spread),
                    "scenes": int(scenes)}
        for part, mean, spread, scenes in columns
    }  # fmt: skip


def _page(verdicts: Mapping[str, Verdict], scenes: int, condition: Condition) -> str:
    return (
        f"# Thermalizer, {condition}: {scenes} held-out scenes\n\n"
        "Written by `tfan thermalize train`. Degrees Celsius.\n\n"
        f"{_number_table(verdicts)}\n{_region_table(verdicts, condition)}"
    )


def _number_table(verdicts: Mapping[str, Verdict]) -> str:
    rows = ["| | " + " | ".join(verdicts) + " |", "|---|" + "---|" * len(verdicts)]
    keys = next(iter(verdicts.values())).numbers
    for key in keys:
        values = (_number(verdict.numbers[key]) for verdict in verdicts.values())
        rows.append(f"| {key} | " + " | ".join(values) + " |")
    return "\n".join(rows) + "\n"


def _region_table(verdicts: Mapping[str, Verdict], condition: Condition) -> str:
    true, trained = verdicts["true"], verdicts["trained"]
    rows = [
        "| part | clinical mean | true mean | made mean | made - true | spread of made | scenes |",
        "|---|---|---|---|---|---|---|",
    ]
    for row, part in enumerate(PERSON_SEGMENTS):
        values = (part.celsius(condition), true.means[row], trained.means[row],
                  trained.means[row] - true.means[row], trained.spreads[row])  # fmt: skip
        cells = " | ".join(_number(float(value)) for value in values)
        rows.append(f"| {part.name} | {cells} | {int(trained.scenes[row])} |")
    return "\n".join(rows) + "\n"


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "-"


def pictures(held: Held, made: Tensor) -> Picture:
    """Return scenes below each other: colour, true, made, and their difference.

    Temperatures have one scale, 20 to 40 degrees; white is the warmer in the difference.
    """
    rows = []
    for number, pair in enumerate(held.pairs[:_ROWS]):
        true, ours = (to_degrees(one[number, 0].numpy()) for one in (held.thermal, made))
        span = (-_DIFFERENCE_CELSIUS, _DIFFERENCE_CELSIUS)
        warm = [colourise(one, palette=_PALETTE, span=WINDOW_CELSIUS) for one in (true, ours)]
        tiles = [pair.rgb, *warm, colourise(ours - true, span=span)]
        rows.append(np.hstack([cv2.resize(tile, (_TILE_PX, _TILE_PX)) for tile in tiles]))
    return np.vstack([_heading(rows[0].shape[1]), *rows])


def _heading(width: int) -> AnyArray:
    strip = np.full((_HEADING_PX, width, 3), 255, np.uint8)
    for number, words in enumerate(_COLUMNS):
        at = (4 + number * width // len(_COLUMNS), _HEADING_PX - 6)
        cv2.putText(strip, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.32, (0, 0, 0), 1, cv2.LINE_AA)
    return strip
