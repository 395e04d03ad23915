"""Calibration that travels in an ONNX file, so that weights of one's own can be trusted as well."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, fields
from typing import Any

from tfan.errors import WeightsError
from tfan.models.calibration import Calibration
from tfan.models.metadata import read_metadata, with_metadata
from tfan.models.registry import WEIGHTS

PROPERTY = "tfan.calibration"
"""Name of the file's property: a JSON object of the fields of `Calibration`."""


def calibration_of(data: bytes, *, source: str) -> Calibration | None:
    """Return the calibration that belongs to a landmark file; None where none is known.

    A file's own property comes first; a bundled file has its row of the registry wherever it lies.

    Raises:
        WeightsError: the property is there and is no calibration.
    """
    text = read_metadata(data).get(PROPERTY)
    if text is not None:
        return _parse(text, source=source)
    digest = hashlib.sha256(data).hexdigest()
    rows = [row for row in WEIGHTS.values() if row.sha256 == digest]
    return rows[0].calibration if rows else None


def with_calibration(data: bytes, calibration: Calibration) -> bytes:
    """Return a landmark file that brings its calibration along.

    Raises:
        ValueError: data is no ONNX file.
    """
    return with_metadata(data, {PROPERTY: json.dumps(asdict(calibration))})


def _parse(text: str, *, source: str) -> Calibration:
    fix = "write it anew with tfan calibration --write"
    try:
        table = json.loads(text)
    except ValueError as error:
        raise WeightsError(f"{source}: {PROPERTY} is no JSON; {fix}") from error
    names = {field.name for field in fields(Calibration)}
    if not isinstance(table, dict) or set(table) != names:
        raise WeightsError(f"{source}: {PROPERTY} lacks or adds constants; {fix}")
    slopes = table.pop("slopes")
    numbers = [*table.values(), *(slopes if isinstance(slopes, list) else [None])]
    if len(numbers) != len(names) + 1 or not all(_is_number(each) for each in numbers):
        raise WeightsError(f"{source}: {PROPERTY} holds what is no number; {fix}")
    below, above = slopes
    return Calibration(**table, slopes=(below, above))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
