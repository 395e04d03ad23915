"""An evaluation as a report's JSON: everything that tables and pictures show."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.judge import Evaluation, JudgedFace
from tfan.evaluate.metrics import area_under, cumulative_shares, rank_correlation, risk_curve
from tfan.evaluate.numbers import (
    FAILED_ABOVE,
    NORMALISER,
    by_group,
    detection,
    numbers,
    point_shifts,
    span_ratios,
)

Record = dict[str, Any]

FORM = 1  # of the JSON; another number cannot be compared
LEVELS = np.linspace(0, 0.2, 101)
KEPT = (1.0, 0.9, 0.8, 0.7, 0.5)
_DECIMALS = 6


def report_record(evaluations: Mapping[str, Evaluation], about: Mapping[str, Any]) -> Record:
    """Return the JSON of a report.

    Args:
        evaluations: name of the landmark scheme -> its evaluation, one of the same samples each.
        about: what was judged: folder, hashes of data and weights, version.
    """
    first = next(iter(evaluations.values()))
    record: Record = plain(
        {
            "form": FORM,
            "about": dict(about),
            "normaliser": NORMALISER,
            "failed": [asdict(failed) for failed in first.failed],
            "schemes": {name: scheme_record(each) for name, each in evaluations.items()},
        }
    )
    return record


def scheme_record(evaluation: Evaluation) -> Record:
    """Return what is known of one landmark scheme."""
    faces = evaluation.faces
    return {
        "summary": asdict(detection(evaluation)) | asdict(numbers(faces)),
        "groups": {
            group: {label: asdict(numbers(some)) for label, some in parts.items()}
            for group, parts in by_group(faces).items()
        },
        "points": {name: asdict(shift) for name, shift in point_shifts(faces).items()},
        "spans": {name: {"faces": n, "ratio": r} for name, (n, r) in span_ratios(faces).items()},
        "cumulative_error": _cumulative(faces),
        "risk_coverage": _risk(faces),
        "faces": [_face(face) for face in faces],
        "false": [
            {"image": image.sample.name, "score": face.score, "box_px": face.box_px}
            for image in evaluation.images
            for face in image.false
        ],
    }


def read_record(path: Path) -> Record:
    """Return the JSON of an earlier report.

    Raises:
        InputError: it is none, or of another form.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(str(path), expected="an earlier report.json", got=got) from error
    except ValueError as error:
        raise InputError(str(path), expected="JSON", got=f"a file that is not: {error}") from error
    form = record.get("form") if isinstance(record, dict) else None
    if form != FORM:
        raise InputError(
            str(path),
            expected=f"a report of form {FORM}, as tfan evaluate --out writes",
            got="another JSON" if form is None else f"form {form}",
        )
    return dict(record)


def _cumulative(faces: list[JudgedFace]) -> Record:
    errors = np.array([face.error for face in faces], np.float64)
    sure = np.array([face.error for face in faces if face.truth.sure], np.float64)
    return {
        "error": LEVELS,
        "share": cumulative_shares(errors, levels=LEVELS),
        "share_sure": cumulative_shares(sure, levels=LEVELS),
        "area_to_0.1": area_under(errors, upto=FAILED_ABOVE),
    }


def _risk(faces: list[JudgedFace]) -> Record:
    some = [face for face in faces if math.isfinite(face.error)]
    errors = np.array([face.error for face in some], np.float64)
    certainty = np.array([face.certainty for face in some], np.float64)
    curve = risk_curve(errors, certainty)
    return {
        "certainty": _certainty_name(some),
        "coverage": curve.coverage,
        "nme5": curve.risk,
        "nme5_best_order": curve.best,
        "kept": {f"{share:.0%}": curve.at(share) for share in KEPT},
        "rank_correlation": rank_correlation(-certainty, errors),
    }


def _certainty_name(faces: list[JudgedFace]) -> str:
    rated = any(hasattr(face.answer, "quality") for face in faces)
    return "quality" if rated else "mean confidence"


def _face(face: JudgedFace) -> Record:
    answer = face.answer
    return {
        "image": face.image,
        "face": face.number,
        "found": face.found,
        "nme5": face.error if math.isfinite(face.error) else None,
        "failed": face.error > FAILED_ABOVE,
        "sure": face.truth.sure,
        "size_px": face.truth.size_px,
        "score": None if answer is None else answer.score,
        "certainty": face.certainty,
        "labels": dict(face.labels),
        "shifts": face.shifts,
    }


def plain(value: Any) -> Any:
    """Return value as JSON can hold it: lists, rounded floats, None for what is no number."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, float | np.floating):
        return round(float(value), _DECIMALS) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
