"""A benchmark as JSON: everything that its page and its pictures show."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tfan.evaluate.benchmark.marks import FaceMark, ImageMark
from tfan.evaluate.benchmark.normalisers import NORMALISERS
from tfan.evaluate.benchmark.run import BenchmarkRun
from tfan.evaluate.benchmark.subsets import parts_of
from tfan.evaluate.benchmark.summary import box_numbers, errors_of, face_numbers
from tfan.evaluate.metrics import cumulative_shares, rank_correlation, risk_curve
from tfan.evaluate.record import Record, plain

FORM = 1  # of the JSON
LEVELS = np.linspace(0, 0.2, 101)
KEPT = (1.0, 0.9, 0.8, 0.7, 0.5)
_RISK_POINTS = 201  # of the curve that are written, however many faces there are


def benchmark_record(run: BenchmarkRun, about: Mapping[str, Any]) -> Record:
    """Return the JSON of a benchmark.

    Args:
        run: what was counted.
        about: data set, model, machine: see `tfan.cli.benchmark`.
    """
    protocol, faces = run.protocol, run.faces
    name = protocol.normaliser
    record: Record = plain(
        {
            "form": FORM,
            "about": {**about, "truth_sha256": run.checksum, "licences": run.licences},
            "protocol": {
                "normaliser": name,
                "formula": NORMALISERS[name].formula,
                "points": protocol.points,
                "min_iou": protocol.min_iou,
                "visible_only": protocol.visible_only,
            },
            "summary": asdict(box_numbers(run.images)) | asdict(face_numbers(faces, name)),
            "compared": Counter(face.way for face in faces if face.found),
            "normalisers": {
                row.name: {"formula": row.formula} | asdict(face_numbers(faces, row.name))
                for row in NORMALISERS.values()
            },
            "subsets": _subsets(faces, name),
            "box_subsets": _box_subsets(run.images),
            "cumulative_error": _cumulative(faces, name),
            "risk_coverage": _risk(faces, name),
            "unread": [asdict(failed) for failed in run.unread],
            "refused": [asdict(failed) for failed in run.refused],
        }
    )
    return record


def faces_csv(run: BenchmarkRun) -> str:
    """Return one row for each annotated face: what was found, and every error."""
    names = list(dict.fromkeys(name for face in run.faces for name in face.labels))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["image", "face", "found", "certainty", "size_px", *NORMALISERS, *names])
    for face in run.faces:
        numbers = [face.certainty, face.size_px, *(face.errors[n] for n in NORMALISERS)]
        words = [face.labels.get(name, "") for name in names]
        rows.writerow([face.image, face.number, int(face.found), *map(_cell, numbers), *words])
    return text.getvalue()


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.6g}"


def _subsets(faces: Sequence[FaceMark], normaliser: str) -> Record:
    parted = parts_of([face.labels for face in faces])
    return {
        subset: {
            part: asdict(face_numbers([faces[i] for i in rows], normaliser))
            for part, rows in parts.items()
        }
        for subset, parts in parted.items()
    }


def _box_subsets(images: Sequence[ImageMark]) -> Record:
    parted = parts_of([image.labels for image in images])
    return {
        subset: {
            part: asdict(box_numbers([images[i] for i in rows])) for part, rows in parts.items()
        }
        for subset, parts in parted.items()
    }


def _cumulative(faces: Sequence[FaceMark], normaliser: str) -> Record:
    errors = errors_of(faces, normaliser)
    return {"error": LEVELS, "share": cumulative_shares(errors, levels=LEVELS)}


def _risk(faces: Sequence[FaceMark], normaliser: str) -> Record:
    errors = errors_of(faces, normaliser)
    known = np.isfinite(errors)
    certainty = np.array([face.certainty for face in faces], np.float64)[known]
    curve = risk_curve(errors[known], certainty)
    some = np.unique(np.linspace(0, max(0, len(certainty) - 1), _RISK_POINTS).astype(int))
    some = some[: len(certainty)]
    return {
        "coverage": curve.coverage[some],
        "nme": curve.risk[some],
        "nme_best_order": curve.best[some],
        "kept": {f"{share:.0%}": curve.at(share) for share in KEPT},
        "rank_correlation": rank_correlation(-certainty, errors[known]),
    }
