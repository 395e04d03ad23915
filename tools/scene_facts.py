"""What the records of scenes say about each face (seen how far, turned how far) and each place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from proposals import Scene, sizes_px

from tfan.errors import InputError
from tfan.geometry.boxes import areas, intersections, overlaps
from tfan.synth import scene as renderer
from tfan.synth.bank import HeadBank, open_bank
from tfan.synth.distractors import paint_items
from tfan.synth.record import from_json
from tfan.synth.scene_params import SceneParams
from tfan.synth.shards import read_records

Facts = dict[str, Any]

SAME_PX = 0.05
NEAR_IOU = 0.1  # a wrong box that overlaps a thing so far was drawn round it
WITHIN = 0.5  # of a wrong box lies on a thing
BODY_HEIGHTS = 3.5  # a body reaches so many face heights below its face
LIVING = {"quadruped": "animal", "bird": "animal", "muzzle": "animal", "hand": "hand or arm",
          "arm": "hand or arm", "trunk": "body without a head", "feet": "feet"}  # fmt: skip
MACHINES = ("engine", "cabinet", "pipes", "circuit", "radiator", "car", "pylon")


class Heads:
    """The bank of heads that scenes were made from, with the records of its people."""

    def __init__(self, folder: Path) -> None:
        self.bank: HeadBank = open_bank(folder)
        paths = sorted(folder.glob("heads-*.npz"))
        self.people = [json.loads(line) for path in paths for line in read_records(path)]


def face_facts(scene: Scene, heads: Heads | None) -> list[Facts]:
    """Return what is known of each label of a scene; most of it only where heads are given."""
    height, width = scene.image.shape
    facts = [_of_box(scene, row, hw=(height, width)) for row in range(len(scene.kinds))]
    if heads is None or not scene.record:
        return facts
    try:
        params = from_json(SceneParams, json.dumps(scene.record))
    except InputError:  # made by another revision of the generator
        return facts
    placed = _placed(heads.bank, params)
    for fact, box in zip(facts, scene.boxes_px, strict=True):
        for person, (clipped, inside, seen) in zip(params.people, placed, strict=True):
            if np.abs(clipped - box).max() < SAME_PX:
                fact |= {"inside": inside, "covered": 1 - seen / max(inside, 1e-9), "seen": seen}
                fact |= _of_person(heads, person.head)
    return facts


def _of_box(scene: Scene, row: int, *, hw: tuple[int, int]) -> Facts:
    box = scene.boxes_px[row]
    left, top, right, bottom = box
    pixels = scene.image[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
    low, high = np.percentile(pixels, [5, 95])
    touches = left <= 0 or top <= 0 or right >= hw[1] - 1 or bottom >= hw[0] - 1
    facts: Facts = {
        "size": float(sizes_px(box)),
        "border": "touches the border" if touches else "away from it",
        "contrast": float(high - low),
    }
    if scene.record:
        sensor = scene.record["sensor"]
        shrunk = min(1.0, sensor["samples_px"] / max(hw))
        display = sensor["display"]
        facts |= {
            "sampled": float(sizes_px(box)) * shrunk,
            "staging": scene.record["staging"],
            "setting": scene.record["backdrop"]["setting"],
            "polarity": "black-hot" if display["inverted"] else "white-hot",
            "display": "palette" if display["palette"] else display["kind"],
        }
    return facts


def _of_person(heads: Heads, head: int) -> Facts:
    yaw, pitch, roll = (abs(float(v)) for v in heads.bank.pose_deg[head])
    person = heads.people[head]
    worn = {name: "with" if person.get(name) else "without" for name in ("glasses", "mask")}
    covered = person["hair"]["kind"] if person.get("hair") else "bald"
    return {"yaw": yaw, "pitch": pitch, "roll": roll, "head": covered, **worn}


def _placed(bank: HeadBank, params: SceneParams) -> list[tuple[np.ndarray, float, float]]:
    """Return each person's clipped box, its share inside the picture, and the share seen.

    The renderer's own steps, since it stores only which faces count.
    """
    height, width = params.size_hw
    celsius = np.zeros((height, width), np.float32)
    owner = np.zeros((height, width), np.uint8)
    puts = []
    for number, person in enumerate(params.people, start=1):
        puts.append(renderer._put(bank, person))
        renderer._paint_person(celsius, owner, bank, person, puts[-1], number=number)
    if params.before:
        touched = np.zeros_like(owner)
        paint_items(celsius, params.before, touched=touched)
        owner[touched > 0] = renderer.BEFORE_ALL
    edge = np.array([width - 1, height - 1, width - 1, height - 1], np.float32)
    out = []
    for number, put in enumerate(puts, start=1):
        clipped = np.clip(put.box_px, 0, edge)
        inside = float(areas(clipped) / areas(put.box_px))
        out.append((clipped, inside, renderer._visible(put.box_px, clipped, owner, number)))
    return out


def what_stands_at(scene: Scene, box: np.ndarray) -> str:
    """Return in words what a wrong box lies on, as far as the record tells."""
    iou = overlaps(box[None], scene.boxes_px)[0]
    if len(iou) and iou.max() >= NEAR_IOU:
        return "beside a face" if scene.kinds[int(iou.argmax())] else "beside an ignored face"
    things = _things(scene.record)
    if not things:
        return "backdrop"
    boxes = np.array([place for _, place in things])
    iou, on_it = overlaps(box[None], boxes)[0], intersections(box, boxes) / max(areas(box), 1e-9)
    if iou.max() >= NEAR_IOU:
        return things[int(iou.argmax())][0]
    around = np.flatnonzero(on_it >= WITHIN)
    if len(around):
        return things[int(around[np.argmin(areas(boxes[around]))])][0]
    return "backdrop"


def _things(record: dict[str, Any]) -> list[tuple[str, tuple[float, ...]]]:
    """Return (words, box) of the people and things in a record."""
    out = []
    for one in record.get("people", ()):
        x, y, half = one["x_px"], one["y_px"], one["height_px"] / 2
        out.append(("head of a person", (x - 0.8 * half, y - half, x + 0.8 * half, y + half)))
        below = y + BODY_HEIGHTS * 2 * half
        out.append(("body of a person", (x - 2 * half, y + half, x + 2 * half, below)))
    items = (*record["backdrop"]["items"], *record["before"]) if record else ()
    for item in items:
        x, y, half = item["x_px"], item["y_px"], item["size_px"]
        out.append((thing_words(item["kind"]), (x - half, y - half, x + half, y + half)))
    return out


def thing_words(kind: str) -> str:
    """Return the class that a kind of thing is counted in."""
    return LIVING.get(kind) or ("machine" if kind in MACHINES else kind.replace("_", " "))


def scene_kind(record: dict[str, Any]) -> str:
    """Return the kind of scene that false faces are counted by."""
    if not record:
        return "not known"
    if record["staging"] != "empty":
        return record["staging"]
    return f"empty, {record['backdrop']['setting']}"
