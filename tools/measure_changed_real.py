"""How well faces are found in annotated real pictures that are changed in a fixed table of ways.

    python tools/measure_changed_real.py FOLDER [--n-landmarks 478] [--looks 1] [--out DIR]

FOLDER: annotations.json and images/ (docs/how-to/evaluate.md), as ../shared/eval/dev. The changes
are picture_changes.CHANGES. For looking at, not for tuning: the same faces come back in every row.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from picture_changes import CHANGES, Change, Floats
from proposals import add_pipeline_options, asked_pipeline

from tfan.evaluate import Sample, TrueFace, read_folder
from tfan.evaluate.metrics import fail_rate, mean_error
from tfan.evaluate.named_points import FIVE, named_points
from tfan.evaluate.tables import Column, Table, markdown
from tfan.io.files import claim_writable, replace_text
from tfan.tracking.assign import FORBIDDEN, assign
from tfan.types import AnyArray, Face

Detect = Callable[[AnyArray], Sequence[Face]]

SEED = 41
NEAR = 0.45  # of the face's size, between centres: boxes of turned faces do not overlap as they did
FAIL = 0.10
SWAPPED = {"right": "left", "left": "right"}
COLUMNS = (
    Column("faces", "faces", "d"),
    Column("recall", "recall", ".3f"),
    Column("false_per_img", "false/img", ".3f"),
    Column("nme5", "nme5"),
    Column("nme5_median", "median"),
    Column("above", f"above {FAIL:.2f}", ".3f"),
)
MEANS = tuple(column.key for column in COLUMNS[1:])
WORDS = f"""\
faces: annotated ones whose centre is still in the picture; recall: share of them that have a box
whose centre lies within {NEAR} of the face's size, sqrt(box), of theirs; false/img: other boxes, a
picture whose every face is annotated; nme5: mean distance of the annotated ones among five points
over the face's size, of the faces found; above {FAIL:.2f}: share of these. Palettes are put on grey
pictures alone. The last row is the mean of the rows above."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in one changed picture.

    Attributes:
        faces: annotated faces that count.
        found: how many of them have a box.
        false: boxes without a face; None where the picture is annotated in part.
        errors: of the found faces that have an annotated point, over the face's size.
    """

    faces: int
    found: int
    false: int | None
    errors: tuple[float, ...]


def plain(image: AnyArray) -> AnyArray:
    """Return (H, W) of a picture without colours, (H, W, 3) of another; alpha is left away."""
    if image.ndim == 2:
        return image
    colours = image[..., :3]
    grey = (np.ptp(colours, axis=2) == 0).all()
    return np.ascontiguousarray(colours[..., 0] if grey else colours)


def moved(points_px: AnyArray, matrix: Floats) -> Floats:
    """Return points (..., 2) where a change has taken them."""
    there: Floats = np.asarray(points_px, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return there


def centres_px(boxes_px: Iterable[AnyArray]) -> Floats:
    """Return the (B, 2) centres of boxes (4,)."""
    corners = np.array(list(boxes_px), np.float64).reshape(-1, 2, 2)
    return np.asarray(corners.mean(axis=1))


def matched(true_px: Floats, sizes_px: Floats, found_px: Floats) -> dict[int, int]:
    """Return true face -> its box: most pairs, and of those the nearest, each box used once.

    Args:
        true_px: (T, 2) centres of the faces.
        sizes_px: (T,) of them.
        found_px: (D, 2) centres of the boxes.
    """
    far = np.linalg.norm(true_px[:, None] - found_px[None], axis=2) / sizes_px[:, None]
    return dict(assign(np.where(far <= NEAR, far, FORBIDDEN)))


def judged(sample: Sample, answers: Sequence[Face], matrix: Floats, hw: tuple[int, int]) -> Judged:
    """Return what is right among the answers in a changed picture of height and width hw."""
    centres = moved(centres_px(face.box_px for face in sample.faces), matrix)
    zoom = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    sizes = np.array([face.size_px * zoom for face in sample.faces])
    pairs = matched(centres, sizes, centres_px(face.box_px for face in answers))
    inside = np.all((centres >= 0) & (centres < np.array(hw[::-1])), axis=1)
    found = [row for row in pairs if inside[row]]
    errors = [
        mean_error(
            named_points(answers[pairs[row]], FIVE),
            true_points(sample.faces[row], matrix),
            size_px=float(sizes[row]),
        )
        for row in found
    ]
    false = None if sample.partial else len(answers) - len(pairs)
    known = tuple(error for error in errors if np.isfinite(error))
    return Judged(int(inside.sum()), len(found), false, known)


def true_points(face: TrueFace, matrix: Floats) -> Floats:
    """Return the (5, 2) annotated points in the changed picture; mirrors swap left and right."""
    mirrored = np.linalg.det(matrix[:, :2]) < 0
    names = tuple(_other_side(name) for name in FIVE) if mirrored else FIVE
    return moved(face.points(names), matrix)


def _other_side(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{SWAPPED[side]}_{rest}" if side in SWAPPED else name


def measure(
    detect: Detect, pictures: Sequence[tuple[Sample, AnyArray]], change: Change
) -> dict[str, Any]:
    """Return one row of the table: what is found once every picture is so changed."""
    seen = []
    for number, (sample, image) in enumerate(pictures):
        if change.grey_only and image.ndim == 3:
            continue
        new, matrix = change.apply(image, np.random.default_rng([SEED, number]))
        seen.append(judged(sample, detect(new), matrix, (new.shape[0], new.shape[1])))
    return {"change": change.name, **summary(seen)}


def summary(seen: Sequence[Judged]) -> dict[str, Any]:
    """Return the numbers of COLUMNS; None for what nothing is known of."""
    faces, found = sum(each.faces for each in seen), sum(each.found for each in seen)
    false = [each.false for each in seen if each.false is not None]
    errors = [error for each in seen for error in each.errors]
    return {
        "pictures": len(seen),
        "faces": faces,
        "recall": found / faces if faces else None,
        "false_per_img": float(np.mean(false)) if false else None,
        "nme5": float(np.mean(errors)) if errors else None,
        "nme5_median": float(np.median(errors)) if errors else None,
        "above": fail_rate(np.array(errors), above=FAIL) if errors else None,
    }


def mean_row(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean over the changes of everything but the number of faces."""
    known = {key: [row[key] for row in rows if row[key] is not None] for key in MEANS}
    means = {key: float(np.mean(values)) for key, values in known.items() if values}
    return {"change": "mean", **means}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows and their mean in Markdown."""
    heading = ("change", *(column.heading for column in COLUMNS))
    cells = [
        (row["change"], *(column.cell(row) for column in COLUMNS))
        for row in (*rows, mean_row(rows))
    ]
    return markdown(Table("", heading, tuple(cells)))


def write_results(asked: Namespace, rows: Sequence[dict[str, Any]]) -> None:
    """Write changed.md and changed.json into the asked folder."""
    looks = {1: "one look", 2: "two looks"}.get(asked.looks, "a second look where it is worth it")
    title = f"# Changed pictures of {asked.folder.name}: {asked.n_landmarks} points, {looks}"
    replace_text(asked.out / "changed.md", f"{title}\n\n{table(rows)}\n{WORDS}\n")
    record = {
        "folder": asked.folder.name,
        "n_landmarks": asked.n_landmarks,
        "looks": asked.looks,
        "changes": list(rows),
        "mean": mean_row(rows),
    }
    text = json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False)
    replace_text(asked.out / "changed.json", f"{text}\n")


def parsed(argv: Sequence[str] | None) -> Namespace:
    """Return what is asked for."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n-landmarks", type=int, default=478, choices=(70, 478))
    parser.add_argument(
        "--looks", type=lambda word: int(word) if word.isdigit() else word, default="auto",
        choices=("auto", 1, 2), help="how often each face is looked at; 1 holds for the detector",
    )  # fmt: skip
    names = [change.name for change in CHANGES]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="CHANGE")
    parser.add_argument("--out", type=Path, help="folder of changed.md and changed.json")
    add_pipeline_options(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    asked = parsed(argv)
    if asked.out:
        claim_writable(asked.out)
    pictures = [(sample, plain(sample.read())) for sample in read_folder(asked.folder)]
    pipeline = asked_pipeline(asked, n_landmarks=asked.n_landmarks, looks=asked.looks)
    rows = []
    for change in (change for change in CHANGES if change.name in asked.only):
        print(change.name, file=sys.stderr, flush=True)  # some ten seconds each
        rows.append(measure(pipeline.detect, pictures, change))
    if asked.out:
        write_results(asked, rows)
    print(table(rows))


if __name__ == "__main__":
    main()
