"""What a training leaves behind to read: the curve, the scores, a picture."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tfan.io.files import replace_text

_SIZE_HW = (360, 640)
_MARGIN = 40


def append_record(path: Path, record: dict[str, Any]) -> None:
    """Append one JSON object as a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(_plain(record)) + "\n")


def _plain(value: Any) -> Any:
    """Return value as JSON can hold it: no NaN, and five digits are enough to read."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    return value


def read_records(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_json(path: Path, value: object) -> None:
    """Write value as indented JSON."""
    replace_text(path, json.dumps(_plain(value), indent=1) + "\n")


def write_curve(records: Path, picture: Path) -> None:
    """Draw the training loss over the images of a curve.jsonl as a PNG."""
    pairs = [(r["images"], r["loss"]) for r in read_records(records) if "loss" in r]
    images, losses = (np.array(column, float) for column in zip(*pairs, strict=True))
    low, high = float(losses.min()), float(np.percentile(losses, 98))
    x = _MARGIN + images / images.max() * (_SIZE_HW[1] - 2 * _MARGIN)
    share = (losses.clip(low, high) - low) / max(high - low, 1e-9)
    y = _SIZE_HW[0] - _MARGIN - share * (_SIZE_HW[0] - 2 * _MARGIN)
    canvas = np.full((*_SIZE_HW, 3), 255, np.uint8)
    line = np.stack([x, y], 1).round().astype(np.int32)
    cv2.polylines(canvas, [line], False, (160, 80, 0), 2, cv2.LINE_AA)
    words = f"loss {losses[0]:.3f} .. {losses[-1]:.3f} over {int(images[-1])} images"
    cv2.putText(canvas, words, (_MARGIN, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    cv2.imwrite(str(picture), canvas)
