"""Write the regions of facesynthetics70 from those of mediapipe478, and its mean face.

    python tools/write_regions.py [--head HEAD.npz]

Most corners have no landmark of the 70 beside them (none lies on the forehead or the cheeks). Each
becomes a weighted sum of a few of the 70, in three dimensions, so that it stays in place when the
head turns: the weights that are best over many synthetic heads, when the landmarks have errors.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from tfan.geometry.head_pose import mean_head
from tfan.io.files import replace_file, replace_text
from tfan.landmarks import load_scheme
from tfan.synth.draw_shape import draw_shape
from tfan.synth.face import bare_head
from tfan.synth.head import Head, load_head

DATA = Path(__file__).parents[1] / "src" / "tfan" / "rois" / "data"
HEADS, SEED = 300, 17
LANDMARK_ERROR_CM = 0.15  # of each of the 70, on each axis
WORSE = 1.1  # a landmark is left out while the error grows by less than this factor in all
LEAST_ANCHORS, MOST_ANCHORS = 2, 6
N_DENSE = 478
OWN: dict[str, dict[str, list[list[int]]]] = {
    "lips": {"outline": [list(range(48, 60))], "holes": [list(range(60, 68))]},
    "right_periorbital": {"holes": [list(range(36, 42))]},
}  # what the 70 have themselves


def heads_cm(head: Head) -> np.ndarray:
    """Return (2 * HEADS, 548, 3) landmarks of people and of their mirror images."""
    rng = np.random.default_rng(SEED)
    people = [
        head.rows.points(bare_head(head, draw_shape(rng)), brow=float(rng.uniform()))
        for _ in range(HEADS)
    ]
    mirror = np.concatenate(
        [load_scheme("mediapipe478").mirror, N_DENSE + load_scheme("facesynthetics70").mirror]
    )
    points = np.array(people, float)
    return np.concatenate([points, points[:, mirror] * [-1, 1, 1]])


def best_weights(target: np.ndarray, anchors: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights (K,) of sum 1 for targets (H, 3) from anchors (H, K, 3), and their error."""
    k = anchors.shape[1]
    rows = np.moveaxis(anchors - target[:, None], 1, 2).reshape(-1, k)
    errors = rows.T @ rows / len(rows) + LANDMARK_ERROR_CM**2 * np.eye(k)
    weights = np.linalg.solve(errors, np.ones(k))
    weights /= weights.sum()
    return weights, float(weights @ errors @ weights)


def few_weights(target: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Return weights (70,) of sum 1, most of them 0."""
    kept = np.arange(anchors.shape[1])
    weights, error = best_weights(target, anchors)
    bound = error * WORSE**2
    while len(kept) > LEAST_ANCHORS:
        fewer = np.delete(kept, np.abs(weights).argmin())
        tried, error = best_weights(target, anchors[:, fewer])
        if error > bound and len(kept) <= MOST_ANCHORS:
            break
        kept, weights = fewer, tried
    whole = np.zeros(anchors.shape[1])
    whole[kept] = np.round(weights, 3)
    whole[kept[weights.argmax()]] += 1 - whole.sum()
    return whole


def corner(weights: np.ndarray) -> Any:
    """Return a corner as it stands in the file."""
    rows = np.flatnonzero(np.round(weights, 4))
    if len(rows) == 1:
        return int(rows[0])
    return {str(i): round(float(weights[i]), 4) for i in rows}


def mirrored(corners: list[Any]) -> list[Any]:
    """Return the corners of the other side of the face, the other way round."""
    mirror = load_scheme("facesynthetics70").mirror
    return [
        int(mirror[c]) if isinstance(c, int) else {str(mirror[int(i)]): w for i, w in c.items()}
        for c in reversed(corners)
    ]


def seventy(row: dict[str, Any], own: dict[str, Any], points: np.ndarray, middle: bool) -> Any:
    """Return one region for the 70."""
    mirror = load_scheme("facesynthetics70").mirror
    dense, anchors = points[:, :N_DENSE], points[:, N_DENSE:]
    outline = own.get("outline", [None])[0]
    if outline is None:
        outline = []
        for each in row["corners"]:
            parts = each if isinstance(each, dict) else {each: 1.0}
            target = sum(w * dense[:, int(i)] for i, w in parts.items())
            weights = few_weights(target, anchors)
            if middle and abs(target[:HEADS, 0].mean()) < 0.05:  # it is its own mirror image
                weights = few_weights(target, (anchors + anchors[:, mirror]) / 2)
                weights = (weights + weights[mirror]) / 2
            outline.append(corner(weights))
    holes = own.get("holes", [])
    return {"corners": outline} | ({"holes": holes} if holes else {})


def regions(points: np.ndarray) -> dict[str, Any]:
    """Return all regions for the 70."""
    dense = json.loads((DATA / "mediapipe478.json").read_text(encoding="utf-8"))["regions"]
    found: dict[str, Any] = {}
    for name, row in dense.items():
        if name.startswith("left_"):
            other = found[name.replace("left_", "right_")]
            found[name] = {"corners": mirrored(other["corners"])}
            if "holes" in other:
                found[name]["holes"] = [mirrored(hole) for hole in other["holes"]]
        else:
            middle = not name.startswith("right_")
            found[name] = seventy(row, OWN.get(name, {}), points, middle)
            if middle and "outline" not in OWN.get(name, {}):
                found[name]["corners"] = symmetric(found[name]["corners"], row["corners"])
    return found


def symmetric(corners: list[Any], dense: list[Any]) -> list[Any]:
    """Return corners of which those on the left are the mirror images of those on the right."""
    mirror = load_scheme("mediapipe478").mirror
    parts = [c if isinstance(c, dict) else {c: 1.0} for c in dense]
    keys = [frozenset((int(i), w) for i, w in p.items()) for p in parts]
    others = [frozenset((int(mirror[i]), w) for i, w in key) for key in keys]
    result = list(corners)
    for i, other in enumerate(others):
        x = sum(w * mean_head().points_cm[j, 0] for j, w in keys[i])
        if x < 0 and other != keys[i]:
            result[keys.index(other)] = mirrored([corners[i]])[0]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--head", type=Path)
    head = load_head(parser.parse_args().head)
    table = {"scheme": "facesynthetics70", "regions": regions(heads_cm(head))}
    lines = [f'    "{n}": {json.dumps(row)}' for n, row in table["regions"].items()]
    text = '{\n  "scheme": "facesynthetics70",\n  "regions": {\n' + ",\n".join(lines) + "\n  }\n}\n"
    replace_text(DATA / "facesynthetics70.json", text)
    mean = head.rows.points(head.mean).astype(float)
    mean -= mean[:N_DENSE].mean(axis=0)

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            np.savez_compressed(file, points_cm=mean[N_DENSE:].astype(np.float32))

    replace_file(DATA / "mean_face70.npz", write)


if __name__ == "__main__":
    main()
