"""Results -> numbers: shares within sigma, reliability, visibility, ranking, head pose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tfan.calibration.groups import YAW, groups
from tfan.calibration.observe import Observed
from tfan.calibration.result import Result
from tfan.evaluate.metrics import rank_correlation
from tfan.models.calibration import NEAR_SHARE, nominal_share
from tfan.models.landmarker import Landmarks
from tfan.types import AnyArray

Record = dict[str, Any]

BINS = 10
SIGMAS = (1, 2)
KEPT = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)
SEEN_FROM = 0.5
_LEAST_POINTS = 500  # of fewer a share says nothing


def measured(seen: Observed, found: Result) -> Record:
    """Return everything that is reported of one calibration."""
    return {
        "faces": len(found.nme),
        "nominal": {str(k): nominal_share(k, shape=found.shape) for k in SIGMAS},
        "sigma": {
            name: {label: _sigma(found, mask) for label, mask in masks.items()}
            for name, masks in groups(seen).items()
        },
        "confidence": _reliability(found.confidence, found.near),
        "visibility": {
            "all": _sides(found.visibility, seen.visible),
            **{
                f"{name}: {label}": _sides(found.visibility, seen.visible, mask)
                for name, masks in groups(seen).items()
                for label, mask in masks.items()
                if not name.startswith(("all", "points"))
            },
        },
        "visibility_bins": _reliability(found.visibility, seen.visible),
        "quality": _ranking(found),
        "quality_bins": _reliability(found.quality, found.nme < NEAR_SHARE),
        "pose": _poses(seen, found),
    }


def measured_nothing(marks: Landmarks) -> Record:
    """Return what crops without a face are given."""
    certain = marks.confidence.mean(axis=1)
    return {
        "crops": len(certain),
        "confidence_mean": float(certain.mean()),
        "confidence_p99": float(np.quantile(certain, 0.99)),
        "share_above_0.5": float((certain > 0.5).mean()),
        "quality_mean": float(marks.quality.mean()),
        "presence_mean": float(marks.presence.mean()),
    }


def _sigma(found: Result, mask: AnyArray) -> Record:
    rows = np.broadcast_to(mask, found.ratio.shape)
    count = int(rows.sum())
    if count < _LEAST_POINTS:
        return {"points": count}
    ratio = found.ratio[rows]
    shares = {f"within_{k}": float((ratio < k).mean()) for k in SIGMAS}
    off = [shares[f"within_{k}"] - nominal_share(k, shape=found.shape) for k in SIGMAS]
    return {
        "points": count,
        **shares,
        "largest_difference": float(max(off, key=abs)),
        "distance_over_sigma": float(ratio.mean()),
        "confidence": float(found.confidence[rows].mean()),
        "near": float(found.near[rows].mean()),
    }


def _reliability(said: AnyArray, true: AnyArray) -> list[Record]:
    """Return for each tenth of probabilities how many there are, their mean and the true share."""
    index = np.clip((said * BINS).astype(int), 0, BINS - 1)
    bins = []
    for k in range(BINS):
        rows = index == k
        count = int(rows.sum())
        mean, share = (float(v[rows].mean()) if count else None for v in (said, true))
        bins.append(
            {"low": k / BINS, "high": (k + 1) / BINS, "count": count, "said": mean, "true": share}
        )
    return bins


def _sides(said: AnyArray, visible: AnyArray, mask: AnyArray | None = None) -> Record:
    """Return precision and recall of calling points visible and of calling them hidden."""
    rows = np.broadcast_to(True if mask is None else mask, said.shape)
    claim, truth = said[rows] >= SEEN_FROM, visible[rows]
    record: Record = {"points": len(claim), "hidden_share": _mean(~truth)}
    for name, called, true in (("visible", claim, truth), ("hidden", ~claim, ~truth)):
        record[f"{name}_precision"] = _mean(true[called])
        record[f"{name}_recall"] = _mean(called[true])
    return record


def _ranking(found: Result) -> Record:
    best = np.argsort(-found.quality, kind="stable")
    ideal = np.sort(found.nme)
    counts = [max(1, round(share * len(best))) for share in KEPT]
    return {
        "kept": {
            f"{share:.0%}": {
                "nme": float(found.nme[best[:count]].mean()),
                "ideal": float(ideal[:count].mean()),
            }
            for share, count in zip(KEPT, counts, strict=True)
        },
        "rank_correlation": rank_correlation(-found.quality, found.nme),
    }


def _poses(seen: Observed, found: Result) -> Record:
    error = np.abs(found.turned_deg)
    outwards = found.turned_deg * np.sign(seen.pose_deg)  # positive: said to be turned further
    inner = np.abs(seen.pose_deg[:, :1]) < 60
    bands: Mapping[str, AnyArray] = {"0 to 60": inner, **YAW.masks(seen)}
    return {
        label: {
            "faces": int(mask.sum()),
            **{
                f"{angle}_{name}": _or_none(reduce, values[mask[:, 0], k])
                for k, angle in enumerate(("yaw", "pitch", "roll"))
                for name, reduce, values in (
                    ("mean", np.mean, error),
                    ("median", np.median, error),
                    ("outwards", np.mean, outwards),
                )
            },
        }
        for label, mask in bands.items()
    }


def _or_none(reduce: Any, values: AnyArray) -> float | None:
    return float(reduce(values)) if len(values) else None


def _mean(values: AnyArray) -> float | None:
    return _or_none(np.mean, values)
