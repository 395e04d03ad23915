"""How good detections are on synthetic scenes: arrays in, a table of numbers out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.geometry.boxes import areas, overlaps, suppress
from tfan.train.cells import FACE, IGNORED
from tfan.types import AnyArray

THRESHOLD = 0.4
_LEAST_SCORE, _MOST_FACES = 0.05, 40
_MATCH, _TOUCH = 0.5, 0.2  # IoU with a face; with an ignored region
SIZE_BANDS_PX = ((0, 12), (12, 24), (24, 48), (48, 96), (96, 999))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Matched detections of one scene.

    Attributes:
        scores: (D,) of the detections that count, best first.
        right: (D,) bool.
        point_errors: (D,) mean error of the five points / face size, NaN where wrong or without
            labels.
        best: (F,) score of the detection that found each true face, 0 for a missed one.
        sizes_px: (F,) sqrt(width x height) of the true faces.
    """

    scores: npt.NDArray[np.floating]
    right: npt.NDArray[np.bool_]
    point_errors: npt.NDArray[np.floating]
    best: npt.NDArray[np.floating]
    sizes_px: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes (N, 4), their scores or kinds (N,), their five points (N, 5, 2)."""

    boxes: AnyArray
    values: AnyArray
    five: AnyArray


def match(said: Boxes, true: Boxes) -> Found:
    """Compare the detections of one scene with its labels, best detection first."""
    likely = said.values > _LEAST_SCORE
    boxes, scores, five = said.boxes[likely], said.values[likely], said.five[likely]
    faces, size = true.values == FACE, np.sqrt(areas(true.boxes))
    best = np.zeros(len(true.boxes))
    kept: list[tuple[float, bool, float]] = []
    for index in suppress(boxes, scores)[:_MOST_FACES]:
        iou = overlaps(boxes[index : index + 1], true.boxes)[0]
        which = int(np.argmax(np.where(faces & (best == 0), iou, -1.0))) if len(iou) else -1
        if which >= 0 and faces[which] and best[which] == 0 and iou[which] >= _MATCH:
            best[which] = scores[index]
            error = _point_error(five[index] - true.five[which]) / size[which]
            kept.append((float(scores[index]), True, float(error)))
        elif not (iou[true.values == IGNORED] > _TOUCH).any():
            kept.append((float(scores[index]), False, float("nan")))
    table = np.array(kept, float).reshape(-1, 3)
    right = table[:, 1] > 0
    return Found(table[:, 0], right, table[:, 2], best[faces], size[faces])


def _point_error(offsets: AnyArray) -> float:
    """Return the mean length of offsets (5, 2), without those of points that have no label."""
    lengths = np.linalg.norm(offsets, axis=1)
    return _mean(lengths[np.isfinite(lengths)])


def average_precision(scores: AnyArray, right: AnyArray, faces: int) -> float:
    """Return the area under precision over recall, precision made falling."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(order) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    recall = hits / max(1, faces)
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * falling))


def detector_scores(found: Iterable[Found]) -> dict[str, float]:
    """Return named scores of many scenes; recall and false ones at the default threshold."""
    scenes = list(found)
    scores, right, errors, best, sizes = (
        np.concatenate([getattr(scene, name) for scene in scenes])
        for name in ("scores", "right", "point_errors", "best", "sizes_px")
    )
    right_scores = scores[right]
    table: dict[str, float] = {
        "scenes": len(scenes),
        "faces": len(best),
        "ap50": average_precision(scores, right, len(best)),
        "recall": _mean(best > THRESHOLD),
        "false_per_image": float((~right & (scores > THRESHOLD)).sum() / max(1, len(scenes))),
        "five_points_error": _mean(errors[right & np.isfinite(errors)]),
        "score_of_right_median": float(np.median(right_scores)) if len(right_scores) else 0.0,
    }
    for low, high in SIZE_BANDS_PX:
        band = (sizes >= low) & (sizes < high)
        table[f"recall_{low}_{high}px"] = _mean(best[band] > THRESHOLD)
        table[f"faces_{low}_{high}px"] = int(band.sum())
    return table


def _mean(values: AnyArray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def detector_table(scores: dict[str, float]) -> str:
    """Return recall by size, and what goes with it, as a Markdown table."""
    rows = [["face size, px at 256", "faces", f"recall at {THRESHOLD:g}, %"], ["---"] * 3]
    for low, high in SIZE_BANDS_PX:
        band = f"{low}_{high}px"
        faces, recall = int(scores[f"faces_{band}"]), 100 * scores[f"recall_{band}"]
        rows.append([f"{low}-{high}", str(faces), f"{recall:.1f}"])
    rows.append(["all", str(int(scores["faces"])), f"{100 * scores['recall']:.1f}"])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        f"{table}\n\nAP50 {scores['ap50']:.3f}, false ones per image "
        f"{scores['false_per_image']:.3f}, five points {100 * scores['five_points_error']:.1f} % "
        f"of the face size, median score of right faces {scores['score_of_right_median']:.2f}.\n"
    )
