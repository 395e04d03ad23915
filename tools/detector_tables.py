"""The study of the detector as tables: what measure_detector.py observed -> JSON -> Markdown."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Rows = list[dict[str, Any]]

SIZES_PX = (0, 12, 24, 48, 96, 999)
# (fact, title, bands, or None where the fact is a word)
TABLES: tuple[tuple[str, str, tuple[float, ...] | None], ...] = (
    ("size", "face size, px of 288", SIZES_PX),
    ("sampled", "the same on the camera's sensor, px", (0, 8, 12, 24, 48, 999)),
    ("seen", "share of the face seen", (0.5, 0.6, 0.7, 0.8, 0.9, 0.999, 1.01)),
    ("inside", "share inside the picture", (0.5, 0.7, 0.9, 0.999, 1.01)),
    ("border", "border of the picture", None),
    ("yaw", "yaw, degrees", (0, 15, 30, 45, 60, 75, 181)),
    ("pitch", "pitch, degrees", (0, 10, 20, 30, 91)),
    ("roll", "roll of the head, degrees", (0, 10, 20, 41)),
    ("contrast", "grey levels in the face", (0, 20, 40, 80, 256)),
    ("polarity", "polarity", None),
    ("display", "grey levels by", None),
    ("head", "on the head", None),
    ("glasses", "glasses", None),
    ("mask", "mask", None),
    ("staging", "kind of scene", None),
    ("setting", "backdrop", None),
)
SCORE_BANDS = 10
DIGITS = 4
LOST = ("no box", "box too far off", "dropped by the landmark network", "score too low")


def recall_by(faces: Sequence[Mapping[str, Any]]) -> dict[str, Rows]:
    """Return, for each table, rows of a band, its faces, and the share found."""
    out: dict[str, Rows] = {}
    for name, _, bands in TABLES:
        known = [face for face in faces if name in face]
        rows = [
            {"band": words, "faces": len(some), "recall": _share(face["found"] for face in some)}
            for words, some in _split(known, name, bands)
        ]
        if rows:
            out[name] = rows
    return out


def _split(
    faces: Sequence[Mapping[str, Any]], name: str, bands: tuple[float, ...] | None
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    if bands is None:
        words = sorted({str(face[name]) for face in faces})
        groups = [(word, [face for face in faces if str(face[name]) == word]) for word in words]
    else:
        groups = [
            (_band(low, high, bands[-1]), [face for face in faces if low <= face[name] < high])
            for low, high in itertools.pairwise(bands)
        ]
    return [(words, some) for words, some in groups if some]


def _band(low: float, high: float, last: float) -> str:
    return f"from {low:g}" if high == last else f"{low:g}-{high:g}"


def lost_by_size(faces: Sequence[Mapping[str, Any]]) -> Rows:
    """Return where the missed faces of each size were lost."""
    missed = [face for face in faces if not face["found"]]
    return [
        {"band": words, **{step: sum(face["lost"] == step for face in some) for step in LOST}}
        for words, some in _split(missed, "size", SIZES_PX)
    ]


def calibration(scores: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    """Return boxes, mean score and share right by band of score, and the expected error.

    The expected calibration error is the mean of |mean score - share right|, weighted by boxes.
    """
    bins = np.clip((scores * SCORE_BANDS).astype(int), 0, SCORE_BANDS - 1)
    rows: Rows = []
    for band in range(SCORE_BANDS):
        inside = bins == band
        if inside.any():
            rows.append(
                {
                    "band": f"{band / SCORE_BANDS:g}-{(band + 1) / SCORE_BANDS:g}",
                    "boxes": int(inside.sum()),
                    "mean_score": round(float(scores[inside].mean()), DIGITS),
                    "right": round(float(right[inside].mean()), DIGITS),
                }
            )
    gaps = sum(row["boxes"] * abs(row["mean_score"] - row["right"]) for row in rows)
    return {"bands": rows, "expected_error": round(gaps / max(1, len(scores)), DIGITS)}


def false_by(scenes: Counter[str], false: Counter[str]) -> Rows:
    """Return scenes, false faces and false faces per scene of each kind of scene."""
    return [
        {
            "kind": kind,
            "scenes": scenes[kind],
            "false": false[kind],
            "per_scene": round(false[kind] / scenes[kind], DIGITS),
        }
        for kind in sorted(scenes)
    ]


def markdown(study: Mapping[str, Any]) -> str:
    """Return the whole study as Markdown."""
    parts = [
        f"# What the detector misses and what it takes for faces\n\n{_head(study)}",
        "## Faces found\n\nWith the default least score; a face is found by a box of IoU 0.4.",
        *(
            _table(
                [title, "faces", "recall"],
                study["recall_by"][name],
                ("band", "faces"),
                recall=_percent,
            )
            for name, title, _ in TABLES
            if name in study["recall_by"]
        ),
        "## Where missed faces are lost\n\nBy face size in px.",
        _table(["face size, px", *LOST], study["lost_by_size"], ("band", *LOST)),
        "## False faces\n\nBy kind of scene, and by what stands where the false face is.",
        _table(
            ["kind of scene", "scenes", "false faces", "per scene"],
            study["false_by_scene"],
            ("kind", "scenes", "false"),
            per_scene=_hundredths,
        ),
        _table(["what stands there", "false faces"], study["false_on"], ("what", "false")),
        "## Reliability of the score\n\nExpected calibration error "
        f"{study['calibration']['expected_error']:.3f}, over every box proposed.",
        _table(
            ["score", "boxes", "mean score", "share right"],
            study["calibration"]["bands"],
            ("band", "boxes"),
            mean_score=_hundredths,
            right=_hundredths,
        ),
        *_real(study["without_faces"]),
    ]
    return "\n\n".join(parts) + "\n"


def _head(study: Mapping[str, Any]) -> str:
    return (
        f"{study['scenes']} synthetic scenes with {study['faces']} faces, least score "
        f"{study['min_score']:g}: recall {study['recall']:.3f} (faces from 12 px "
        f"{study['recall_from_12px']:.3f}), precision {study['precision']:.3f}, "
        f"{study['false_per_scene']:.3f} false faces per scene. Written by "
        "`python tools/measure_detector.py`."
    )


def _real(folders: Rows) -> list[str]:
    if not folders:
        return []
    table = _table(
        ["pictures without a face", "pictures", "false faces", "per picture"],
        folders,
        ("folder", "pictures", "false"),
        per_picture=_hundredths,
    )
    return ["## Real pictures without faces", table]


def _table(
    titles: Sequence[str], rows: Rows, plain: Sequence[str], **shown: Callable[[float], str]
) -> str:
    lines = [list(titles), ["---"] * len(titles)]
    for row in rows:
        lines.append([str(row[name]) for name in plain] + [f(row[n]) for n, f in shown.items()])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _share(right: Iterable[bool]) -> float:
    return round(float(np.mean(list(right))), DIGITS)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _hundredths(value: float) -> str:
    return f"{value:.3f}"
