"""Study which faces are missed and which boxes hold none, on held-out synthetic scenes.

Writes study.md and study.json into a folder and changes nothing else:
    python tools/measure_detector.py SCENES_VAL --bank HEADS_VAL --out docs/models/detector
        [--landmarks FILE] [--detector FILE] [--score BIAS DETECTOR LANDMARKS] [--min-score P]
        [--min-presence P] [--without-faces FOLDER ...] [--sheet FOLDER] [--count 400]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from detector_sheet import write_sheets
from detector_tables import calibration, false_by, lost_by_size, markdown, recall_by
from proposals import (
    FACE,
    MATCH_IOU,
    TOUCH_IOU,
    Scene,
    add_pipeline_options,
    asked_pipeline,
    propose,
    read_scenes,
)
from scene_facts import Facts, Heads, face_facts, scene_kind, what_stands_at

from tfan.geometry.boxes import overlaps
from tfan.io import expand, read_image
from tfan.io.files import replace_text
from tfan.pipeline import Pipeline
from tfan.thermal.plane import prepare
from tfan.train.reports import write_json

FROM_PX = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """What was observed, growing scene by scene.

    Attributes:
        faces: facts of each true face, with "found", "lost", "scene" and "box".
        boxes: (score, right) of each proposal.
        false: facts of each false face: "kind", "what", "score", "scene" and "box".
        kinds: scenes of each kind.
    """

    faces: list[Facts] = field(default_factory=list)
    boxes: list[tuple[float, bool]] = field(default_factory=list)
    false: list[Facts] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


def observe(seen: Seen, scene: Scene, pipeline: Pipeline, heads: Heads | None) -> None:
    """Add one scene."""
    kind = scene_kind(scene.record)
    seen.kinds[kind] += 1
    proposals = propose(pipeline, scene, smallest_px=0.0)
    seen.boxes.extend((one.score, one.right) for one in proposals)
    scores = {one.label: one.score for one in proposals if one.right}
    detected = pipeline.detector(prepare(scene.image)).boxes_px
    for row, facts in enumerate(face_facts(scene, heads)):
        if scene.kinds[row] != FACE:
            continue
        found = scores.get(row, 0.0) >= pipeline.min_score
        lost = "" if found else _lost(scene.boxes_px[row], detected, proposed=row in scores)
        where = {"scene": scene.index, "box": scene.boxes_px[row], "score": scores.get(row, 0.0)}
        seen.faces.append({**facts, "found": found, "lost": lost, **where})
    for one in proposals:
        if not one.right and one.score >= pipeline.min_score:
            what = what_stands_at(scene, one.box_px)
            where = {"scene": scene.index, "box": one.box_px, "score": one.score}
            seen.false.append({"kind": kind, "what": what, **where})


def _lost(box: np.ndarray, detected: np.ndarray, *, proposed: bool) -> str:
    if proposed:
        return "score too low"
    best = overlaps(box[None], detected).max(initial=0.0)
    if best < TOUCH_IOU:
        return "no box"
    return "box too far off" if best < MATCH_IOU else "dropped by the landmark network"


def study_of(seen: Seen, *, min_score: float) -> dict[str, Any]:
    """Return every figure of the study, ready for JSON."""
    faces, scores = seen.faces, np.array([score for score, _ in seen.boxes], float)
    right, scenes = np.array([good for _, good in seen.boxes], float), seen.kinds.total()
    hits, large = sum(f["found"] for f in faces), [f for f in faces if f["size"] >= FROM_PX]
    on = Counter(one["what"] for one in seen.false)
    return {
        "scenes": scenes,
        "faces": len(faces),
        "min_score": min_score,
        "recall": hits / max(1, len(faces)),
        "recall_from_12px": sum(f["found"] for f in large) / max(1, len(large)),
        "precision": hits / max(1, hits + len(seen.false)),
        "false_per_scene": len(seen.false) / max(1, scenes),
        "recall_by": recall_by(faces),
        "lost_by_size": lost_by_size(faces),
        "false_by_scene": false_by(seen.kinds, Counter(one["kind"] for one in seen.false)),
        "false_on": [{"what": what, "false": number} for what, number in on.most_common()],
        "calibration": calibration(scores, right),
    }


def without_faces(folder: Path, pipeline: Pipeline) -> dict[str, Any]:
    """Return how many faces are found in real pictures without any.

    Args:
        folder: of such pictures, or one with annotations.json as eval/dev, of which only the
            pictures without a face are taken.
        pipeline: what looks.
    """
    notes = folder / "annotations.json"
    if notes.is_file():
        images = json.loads(notes.read_text())["images"]
        paths = [folder / "images" / name for name, entry in images.items() if not entry["faces"]]
    else:
        paths = expand([folder])
    found = {path.name: [face.score for face in pipeline.detect(read_image(path))]
             for path in paths}  # fmt: skip
    false = {name: [round(s, 3) for s in scores] for name, scores in found.items() if scores}
    number = sum(map(len, false.values()))
    return {"folder": folder.name, "pictures": len(paths), "false": number,
            "per_picture": round(number / max(1, len(paths)), 4), "scores": false}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenes", type=Path)
    parser.add_argument("--bank", type=Path, help="heads that the scenes were made from")
    parser.add_argument("--out", type=Path, required=True, help="folder of study.md, study.json")
    add_pipeline_options(parser)
    parser.add_argument("--without-faces", type=Path, nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--sheet", type=Path, help="folder for pictures of misses and false faces")
    parser.add_argument("--count", type=int, default=400)
    asked = parser.parse_args()
    pipeline, heads = asked_pipeline(asked), Heads(asked.bank) if asked.bank else None
    seen, scenes = Seen(), list(read_scenes(asked.scenes, count=asked.count))
    for scene in scenes:
        observe(seen, scene, pipeline, heads)
    study = study_of(seen, min_score=pipeline.min_score)
    study["without_faces"] = [without_faces(folder, pipeline) for folder in asked.without_faces]
    text = markdown(study)
    replace_text(asked.out / "study.md", text)
    write_json(asked.out / "study.json", study)
    if asked.sheet:
        write_sheets(asked.sheet, scenes, missed=[f for f in seen.faces if not f["found"]],
                     false=seen.false)  # fmt: skip
    print(text)


if __name__ == "__main__":
    main()
