"""Draw docs/pictures/schemes.png: the landmark schemes on the mean head, with point numbers.

python tools/draw_schemes.py [--head HEAD.npz]

The 478 and the 70 lie where the head model has them, and so do the points that other schemes
share with them; the rest of the 98 is put between its neighbours. The four points of the 54 whose
place is not published are not drawn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from head_picture import View

from tfan.io import write_png
from tfan.landmarks import convert, load_scheme
from tfan.synth.head import load_head

OUT = Path(__file__).parents[1] / "docs" / "pictures" / "schemes.png"
VIEW = View(560, 33.0, (0.0, -0.6), darkest=40, spread=130)
BROW_CM = 0.55
LINE, DOT, INK = (255, 190, 60), (255, 255, 255), (120, 255, 160)
DRAWN = ("tfw5", "sftl54", "ibug68", "facesynthetics70", "wflw98", "mediapipe478")
DENSE_NUMBERS = 100  # of more points than that the numbers would hide the face


def points_of(scheme: str, dense: np.ndarray, sparse: np.ndarray) -> np.ndarray:
    """Return (N, 2) places of a scheme's points; NaN for those that nobody described."""
    made = {
        "tfw5": lambda: convert(sparse, "facesynthetics70", "tfw5"),
        "sftl54": lambda: np.concatenate(
            [sparse[:49], np.full((1, 2), np.nan), sparse[54:55], np.full((3, 2), np.nan)]
        ),
        "ibug68": lambda: sparse[:68],
        "facesynthetics70": lambda: sparse,
        "wflw98": lambda: wider(sparse),
        "mediapipe478": lambda: dense,
    }
    return made[scheme]()


def wider(sparse: np.ndarray) -> np.ndarray:
    """Return (98, 2) points of WFLW from the 70: shared ones, and middles between neighbours."""
    out = np.zeros((98, 2))
    out[0:33:2] = sparse[:17]
    out[1:32:2] = (sparse[:16] + sparse[1:17]) / 2
    for first, brow in ((33, sparse[17:22]), (42, sparse[22:27])):
        out[first : first + 5] = brow  # the 98 go round a brow: five above, then four below
        below = (brow[:-1] + brow[1:])[::-1] / 2
        out[first + 5 : first + 9] = below + np.array([0, BROW_CM * VIEW.px_per_cm])
    out[51:60] = sparse[27:36]
    for first, eye in ((60, sparse[36:42]), (68, sparse[42:48])):
        above, under = (eye[1] + eye[2]) / 2, (eye[4] + eye[5]) / 2
        out[first : first + 8] = [eye[0], eye[1], above, eye[2], eye[3], eye[4], under, eye[5]]
    out[76:96] = sparse[48:68]
    out[96:] = sparse[68:]
    return out


def drawn_on(picture: np.ndarray, scheme: str, points: np.ndarray) -> np.ndarray:
    """Return a copy of a picture with a scheme's lines, points and numbers."""
    out = picture.copy()
    known = load_scheme(scheme)
    for one, other in known.edges:
        if np.isfinite(points[[one, other]]).all():
            ends = [tuple(map(int, points[i].round())) for i in (one, other)]
            cv2.line(out, *ends, LINE, 1, cv2.LINE_AA)
    for index, point in enumerate(points):
        if not np.isfinite(point).all():
            continue
        x, y = map(int, point.round())
        cv2.circle(out, (x, y), 2, DOT, -1, cv2.LINE_AA)
        if len(points) <= DENSE_NUMBERS:
            cv2.putText(out, str(index), (x + 4, y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.36, INK, 1,
                        cv2.LINE_AA)  # fmt: skip
    cv2.putText(out, scheme, (14, 34), cv2.FONT_HERSHEY_SIMPLEX, 0.9, INK, 2, cv2.LINE_AA)
    return out


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--head", type=Path)
    head = load_head(parser.parse_args().head)
    points = VIEW.flat_px(head.rows.points(head.mean))
    dense, sparse = points[:478], points[478:]
    plain = VIEW.picture(head)
    faces = [drawn_on(plain, scheme, points_of(scheme, dense, sparse)) for scheme in DRAWN]
    rows = [np.hstack(faces[:3]), np.hstack(faces[3:])]
    write_png(OUT, np.vstack(rows))


if __name__ == "__main__":
    main()
