"""How good landmarks are on synthetic crops: arrays in, a table of numbers out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.landmarks.schemes import NETWORK_SCHEMES

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

YAW_BANDS_DEG = ((0, 30), (30, 60), (60, 90))
# of r / s where the density is exp(-r / s) / (2 pi s^2): 1 - (1 + t) exp(-t) = .5 and .9
_LAPLACE_SPANS = {50: 1.6783, 90: 3.8897}


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkResults:
    """Answers and truth of B crops with a face, lengths in units of sqrt(box).

    Attributes:
        distance: (B, 548) between answer and truth.
        sigma: (B, 548) claimed standard deviation along one axis.
        seen: (B, 548) visibility logits.
        visible: (B, 548) truth.
        present: (B,) presence logits.
        yaw_deg: (B,) of the head.
        absent: (M,) presence logits of crops without a face.
    """

    distance: Floats
    sigma: Floats
    seen: Floats
    visible: Bools
    present: Floats
    yaw_deg: Floats
    absent: Floats


def landmark_scores(results: LandmarkResults) -> dict[str, float]:
    """Return named scores; NME is the mean distance / sqrt(width x height) of the face box."""
    scores: dict[str, float] = {"crops": len(results.distance)}
    yaw = np.abs(results.yaw_deg)
    for scheme, rows in NETWORK_SCHEMES.items():
        nme = results.distance[:, rows].mean(axis=1)
        scores[f"nme_{scheme}"] = _mean(nme)
        scores[f"nme_median_{scheme}"] = float(np.median(nme))
        for low, high in YAW_BANDS_DEG:
            scores[f"nme_{scheme}_yaw{low}_{high}"] = _mean(nme[(yaw >= low) & (yaw < high)])
    for low, high in YAW_BANDS_DEG:
        scores[f"crops_yaw{low}_{high}"] = int(((yaw >= low) & (yaw < high)).sum())
    return scores | _calibration(results) | _visibility(results) | _presence(results)


def _calibration(results: LandmarkResults) -> dict[str, float]:
    ratio = results.distance / results.sigma * np.sqrt(3.0)
    ratio = ratio[results.visible]
    return {
        f"within_{claimed}_percent_span": _mean(ratio < span)
        for claimed, span in _LAPLACE_SPANS.items()
    }


def _visibility(results: LandmarkResults) -> dict[str, float]:
    said, true = results.seen > 0, results.visible
    scores: dict[str, float] = {}
    for name, claim, truth in (("visible", said, true), ("hidden", ~said, ~true)):
        scores[f"{name}_precision"] = _mean(truth[claim])
        scores[f"{name}_recall"] = _mean(claim[truth])
    return scores


def _presence(results: LandmarkResults) -> dict[str, float]:
    scores = {"presence_recall": _mean(results.present > 0)}
    if len(results.absent):
        scores["presence_false"] = _mean(results.absent > 0)
    return scores


def _mean(values: Floats | Bools) -> float:
    return float(np.mean(values)) if values.size else float("nan")


def landmark_table(scores: dict[str, float]) -> str:
    """Return the NME by convention and yaw as a Markdown table, in per cent."""
    columns = ["all", *(f"{low}-{high} deg" for low, high in YAW_BANDS_DEG)]
    keys = ["", *(f"_yaw{low}_{high}" for low, high in YAW_BANDS_DEG)]
    counts = [scores["crops"], *(scores[f"crops{key}"] for key in keys[1:])]
    rows = [["NME / sqrt(box), %", *columns], ["---"] * (len(columns) + 1)]
    for scheme in NETWORK_SCHEMES:
        rows.append([scheme, *(f"{100 * scores[f'nme_{scheme}{key}']:.2f}" for key in keys)])
    rows.append(["crops", *(str(int(count)) for count in counts)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
