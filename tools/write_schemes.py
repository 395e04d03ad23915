"""Write the landmark schemes that no network of tfan answers, and the table of same points.

    python tools/write_schemes.py [--head HEAD.npz]

Facts of each layout are public; where each was read stands in its "source". What the tables of two
schemes share is named once, in anatomy.json: a scheme's point is the anatomical point of that name
("same"), a weighted sum of its points is it ("sums"), or comes near it ("near"). How near the 478
come to the 68 is fitted on heads that the head model draws, and the error left is written beside.
"""

from __future__ import annotations

import argparse
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import nnls

from tfan.io.files import replace_text
from tfan.landmarks import load_scheme, table_path
from tfan.synth.draw_shape import draw_shape
from tfan.synth.face import bare_head
from tfan.synth.head import Head, load_head

DATA = Path(__file__).parents[1] / "src" / "tfan" / "landmarks" / "data"
HEADS, SEED = 200, 23
CANDIDATES, MOST = 9, 3  # nearest points that are tried, and how many of them a sum may have
WORTH_CM = 0.02  # a further point must lower the mean error by so much

Row = dict[str, Any]


def span(first: int, last: int) -> list[int]:
    """Return the indices first..last, both included."""
    return list(range(first, last + 1))


IBUG_PARTS = {
    "jaw": span(0, 16),
    "right_brow": span(17, 21),
    "left_brow": span(22, 26),
    "nose_bridge": span(27, 30),
    "nose_base": span(31, 35),
    "right_eye": span(36, 41),
    "left_eye": span(42, 47),
    "outer_lips": span(48, 59),
    "inner_lips": span(60, 67),
}
EYES = ["right_eye", "left_eye"]
LIPS = ["outer_lips", "inner_lips"]
# i of a mirrored image is j of the image, for the inner points of iBUG's 68
IBUG_INNER = [
    *zip(span(17, 21), span(22, 26)[::-1], strict=True), (31, 35), (32, 34), (36, 45), (37, 44),
    (38, 43), (39, 42), (40, 47), (41, 46),
]  # fmt: skip
JAW_17 = [(i, 16 - i) for i in range(8)]
WFLW_SWAPS = [
    *((i, 32 - i) for i in range(16)), *((33 + i, 46 - i) for i in range(5)),
    *((38 + i, 50 - i) for i in range(4)), (55, 59), (56, 58),
    *((60 + i, 72 - i) for i in range(5)), *((65 + i, 75 - i) for i in range(3)),
    (76, 82), (77, 81), (78, 80), (83, 87), (84, 86), (88, 92), (89, 91), (93, 95), (96, 97),
]  # fmt: skip

SCHEMES: list[Row] = [
    {
        "name": "tfw5", "n": 5, "five": span(0, 4), "closed": [], "undrawn": [],
        "source": "IS2AI/TFW, README: right eye, left eye, nose tip, right and left mouth corner",
        "parts": {
            "right_eye": [0], "left_eye": [1], "nose": [2], "right_mouth": [3], "left_mouth": [4],
        },
        "swaps": [(0, 1), (3, 4)],
    },
    {
        "name": "sftl54", "n": 54, "five": [], "closed": EYES, "undrawn": ["midline_lips"],
        "source": "IS2AI/thermal-facial-landmarks-detection, build_dlib_landmarks_xml.py: parts "
        "and mirror; which of 49 and 51 to 53 is which point of the lips' midline is not said",
        "parts": {
            **{part: rows for part, rows in IBUG_PARTS.items() if part not in LIPS},
            "lips": [48, 49, 50], "midline_lips": [51, 52, 53],
        },
        "swaps": [*JAW_17, *IBUG_INNER, (48, 50)],
    },
    {
        "name": "ibug68", "n": 68, "five": [], "closed": [*EYES, *LIPS], "undrawn": [],
        "source": "ibug.doc.ic.ac.uk/resources/300-W: the 68 points mark-up; jaw = visible outline",
        "parts": IBUG_PARTS,
        "swaps": [
            *JAW_17, *IBUG_INNER, (48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64),
            (61, 63), (65, 67),
        ],
    },
    {
        "name": "charlotte72", "n": 72, "five": [], "closed": [], "undrawn": [],
        "source": "TeCSAR-UNCC/UNCC-ThermalFace, README: 72 points of a frontal face; their order "
        "is not said, so they have numbers and no parts",
        "parts": {}, "swaps": None,
    },
    {
        "name": "charlotte43", "n": 43, "five": [], "closed": [], "undrawn": [],
        "source": "TeCSAR-UNCC/UNCC-ThermalFace, README and issue 1: 43 points of a profile, "
        "always in the first columns; neither their order nor the side is said",
        "parts": {}, "swaps": None,
    },
    {
        "name": "wflw98", "n": 98, "five": [96, 97, 54, 76, 82],
        "closed": ["right_brow", "left_brow", *EYES, *LIPS], "undrawn": [],
        "source": "wywu.github.io/projects/LAB/WFLW.html: the 98 points; mirror as in HRNet",
        "parts": {
            "jaw": span(0, 32), "right_brow": span(33, 41), "left_brow": [*span(42, 50)],
            "nose_bridge": span(51, 54), "nose_base": span(55, 59), "right_eye": span(60, 67),
            "left_eye": span(68, 75), "outer_lips": span(76, 87), "inner_lips": span(88, 95),
            "right_pupil": [96], "left_pupil": [97],
        },
        "swaps": WFLW_SWAPS,
    },
]  # fmt: skip

# the names of anatomical points: what iBUG's 68 call them, the jaw by how it is meant
NAMES = [f"{part}_{index}" for part, rows in IBUG_PARTS.items() for index in rows if part != "jaw"]
OUTLINE = [f"outline_{i}" if i != 8 else "chin" for i in range(17)]  # what is seen
JAW_3D = [f"jaw_{i}" if i != 8 else "chin" for i in range(17)]  # hidden behind a turned face, too
RIGHT_LIDS, LEFT_LIDS = span(36, 41), span(42, 47)
# of iBUG's 17 to 67: the point of the 478 at the same place, the right side and the midline
DENSE_SAME = {
    27: 168, 30: 4, 31: 240, 33: 2, 36: 33, 37: 160, 38: 158, 39: 133, 40: 153, 41: 144, 48: 61,
    50: 37, 51: 0, 57: 17, 60: 78, 61: 81, 62: 13,
}  # fmt: skip
WFLW_SAME = {36: 60, 39: 64, 42: 68, 45: 72, 48: 76, 54: 82, 60: 88, 64: 92}
WFLW_NEAR = {
    **{17 + i: 33 + i for i in range(5)}, **{22 + i: 42 + i for i in range(5)},
    **{27 + i: 51 + i for i in range(4)}, **{31 + i: 55 + i for i in range(5)},
    37: 61, 38: 63, 40: 65, 41: 67, 43: 69, 44: 71, 46: 73, 47: 75,
    **{48 + i: 76 + i for i in range(12)}, **{60 + i: 88 + i for i in range(8)},
}  # fmt: skip


def name_of(index: int) -> str:
    """Return the anatomical name of one of iBUG's inner points."""
    return NAMES[index - 17]


def mean_of(indices: list[int]) -> Row:
    """Return the weights of the mean of points."""
    return {str(index): 1 / len(indices) for index in indices}


def people_nose(tip: int, base: int) -> Row:
    """Return where people put the tip of the nose: a third of the way down to its base."""
    return {str(tip): 2 / 3, str(base): 1 / 3}


def inner(indices: list[int]) -> Row:
    """Return name -> index for those of iBUG's inner points."""
    return {name_of(index): index for index in indices}


def five_sums(eyes: tuple[Row, Row], nose: Row, mouth: tuple[int, int]) -> Row:
    """Return the five points as sums."""
    right, left = eyes
    corners = {"right_mouth": {str(mouth[0]): 1.0}, "left_mouth": {str(mouth[1]): 1.0}}
    return {"right_eye": right, "left_eye": left, "nose": nose, **corners}


def anatomy() -> Row:
    """Return the rows of every scheme but the 478."""
    lids = (mean_of(RIGHT_LIDS), mean_of(LEFT_LIDS))
    pupils = {"right_pupil": lids[0], "left_pupil": lids[1]}
    nose = people_nose(30, 33)
    return {
        "tfw5": {
            "same": {part: i for i, part in enumerate(SCHEMES[0]["parts"])}, "sums": {},
            "near": {
                "right_pupil": {"0": 1.0}, "left_pupil": {"1": 1.0}, name_of(30): {"2": 1.0},
                name_of(48): {"3": 1.0}, name_of(54): {"4": 1.0},
            },
        },
        "sftl54": {
            "same": {
                **{name: i for i, name in enumerate(OUTLINE)}, **inner(span(17, 47)),
                name_of(48): 48, name_of(54): 50,
            },
            "sums": five_sums(lids, nose, (48, 50)),
            "near": {**{name: {str(i): 1.0} for i, name in enumerate(JAW_3D) if i != 8}, **pupils},
        },
        "ibug68": {
            "same": {**{name: i for i, name in enumerate(OUTLINE)}, **inner(span(17, 67))},
            "sums": five_sums(lids, nose, (48, 54)),
            "near": {**{name: {str(i): 1.0} for i, name in enumerate(JAW_3D) if i != 8}, **pupils},
        },
        "facesynthetics70": {
            "same": {
                **{name: i for i, name in enumerate(JAW_3D)}, **inner(span(17, 67)),
                "right_pupil": 68, "left_pupil": 69,
            },
            "sums": five_sums(({"68": 1.0}, {"69": 1.0}), nose, (48, 54)),
            "near": {name: {str(i): 1.0} for i, name in enumerate(OUTLINE) if i != 8},
        },
        "wflw98": {
            "same": {
                "chin": 16, **{name_of(i): j for i, j in WFLW_SAME.items()},
                "right_pupil": 96, "left_pupil": 97,
            },
            "sums": five_sums(({"96": 1.0}, {"97": 1.0}), people_nose(54, 57), (76, 82)),
            "near": {
                **{f"{kind}_{i}": {str(2 * i): 1.0} for kind in ("outline", "jaw")
                   for i in range(17) if i != 8},
                **{name_of(i): {str(j): 1.0} for i, j in WFLW_NEAR.items() if i not in WFLW_SAME},
            },
        },
    }  # fmt: skip


def heads_cm(head: Head) -> np.ndarray:
    """Return (HEADS, 546, 3) the 478 and the 68 of as many people."""
    rng = np.random.default_rng(SEED)
    return np.array([
        head.rows.points(bare_head(head, draw_shape(rng)), brow=0.5)[: 478 + 68]
        for _ in range(HEADS)
    ], float)  # fmt: skip


def best_sum(target: np.ndarray, points: np.ndarray) -> tuple[dict[int, float], float]:
    """Return index -> weight of the sum of points (H, 478, 3) nearest to target (H, 3), in cm."""
    nearest = np.linalg.norm(points - target[:, None], axis=2).mean(0).argsort()[:CANDIDATES]
    best: tuple[dict[int, float], float] = ({}, np.inf)
    for size in range(1, MOST + 1):
        for chosen in combinations(nearest, size):
            rows = points[:, chosen].transpose(0, 2, 1).reshape(-1, size)
            whole = 1e3 * np.ones((1, size))  # the weights' sum is 1
            weights, _ = nnls(np.vstack([rows, whole]), np.append(target.ravel(), 1e3))
            weights = np.round(weights / weights.sum(), 3)
            weights[0] += 1 - weights.sum()
            there = (points[:, chosen] * weights[None, :, None]).sum(1)
            error = float(np.linalg.norm(there - target, axis=1).mean())
            if error < best[1] - WORTH_CM:
                picked = zip(chosen, weights, strict=True)
                best = ({int(i): round(float(w), 3) for i, w in picked if w}, error)
    return best


def dense_rows(head: Head) -> Row:
    """Return the rows of the 478, its near ones fitted on the right side and mirrored."""
    points = heads_cm(head)
    dense, sparse = points[:, :478], points[:, 478:]
    mirror, mirror_68 = load_scheme("mediapipe478").mirror, load_scheme("facesynthetics70").mirror
    same: dict[str, int] = {}
    for index, own in DENSE_SAME.items():
        same[name_of(index)] = own
        same[name_of(int(mirror_68[index]))] = int(mirror[own])
    near: Row = {}
    left_cm: dict[str, float] = {}
    names = [*JAW_3D, *NAMES]
    for index, name in enumerate(names):
        other = int(mirror_68[index])
        if name in same or names[other] in near:
            continue
        weights, left_cm[name] = best_sum(sparse[:, index], dense)
        if other == index:
            weights = symmetric(weights, mirror)
        near[name] = {str(i): w for i, w in weights.items()}
        near[names[other]] = {str(mirror[i]): w for i, w in weights.items()}
        left_cm[names[other]] = left_cm[name]
    for i, (seen, hidden) in enumerate(zip(OUTLINE, JAW_3D, strict=True)):
        if i != 8:
            near[seen] = near[hidden]
    same_cm = {
        name: round(
            float(np.linalg.norm(dense[:, same[name]] - sparse[:, 17 + i], axis=1).mean()), 3
        )
        for i, name in enumerate(NAMES)
        if name in same
    }
    same |= {"right_pupil": 468, "left_pupil": 473}
    sums = five_sums(({"468": 1.0}, {"473": 1.0}), {"1": 0.5, "4": 0.5}, (61, 291))
    rounded = {name: round(error, 3) for name, error in left_cm.items()}
    return {
        "same": same, "sums": sums, "near": near, "same_cm": same_cm, "near_cm": rounded,
        "named": {"chin": {"152": 1.0}},  # the lowest of the outline, as people annotate it
    }  # fmt: skip


def symmetric(weights: dict[int, float], mirror: np.ndarray) -> dict[int, float]:
    """Return the weights of a point on the midline, the same for both sides."""
    both: dict[int, float] = {}
    for index, weight in weights.items():
        for side in (index, int(mirror[index])):
            both[side] = both.get(side, 0.0) + weight / 2
    return both


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--head", type=Path, help="where tfan synth looks, if not said")
    asked = parser.parse_args()
    for row in SCHEMES:
        replace_text(DATA / f"{row['name']}.json", text_of(row))
    rows = {**anatomy(), "mediapipe478": dense_rows(load_head(asked.head))}
    replace_text(DATA / "anatomy.json", text_of(rows))
    print(f"tables of {len(SCHEMES)} schemes and anatomy.json; {table_path().name} as it was")


def text_of(value: Row) -> str:
    """Return JSON with one line a short entry."""
    lines = []
    for key, entry in value.items():
        inside = json.dumps(entry)
        if isinstance(entry, dict) and len(inside) > 80:
            inside = "{\n" + ",\n".join(
                f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in entry.items()
            ) + "\n  }"  # fmt: skip
        lines.append(f"  {json.dumps(key)}: {inside}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
