"""How well people are followed: on synthetic clips with truth, and on the four real ones.

    python tools/measure_tracking.py --out docs/models/tracking

Writes tracking.json, and its tables as README.md, into the folder.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tracking_clips import FRAME_HW, RATE_HZ, Clip, Shown, Studio, clips

from tfan.geometry.boxes import bounds, overlaps
from tfan.pipeline import Pipeline, load_pipeline
from tfan.synth.head import load_head
from tfan.tracking import TrackedFace, Tracker, follow
from tfan.tracking.assign import assign

REAL = Path(__file__).parents[2] / "shared" / "eval" / "radiometric"
REAL_HZ = 9.0
SEEN, HIDDEN = 0.7, 0.3  # share of the points from which a face should be found; below, need not
LEAST_OVERLAP = 0.4
MEANS = ("measured", "follow", "live")  # as measured; the same smoothed both ways; One-Euro


@dataclass
class Score:
    """What came of one clip by one means."""

    due: int = 0
    found: int = 0
    held: int = 0
    false: int = 0
    switches: int = 0
    ids: set[int] = field(default_factory=set)
    errors: list[float] = field(default_factory=list)
    tracks: dict[int, list[tuple[float, Any, Any]]] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)

    def add(self, shown: Shown, faces: list[TrackedFace]) -> None:
        true = [bounds(each.points_px) for each in shown.truth]
        mine = [bounds(face.face.points_px) for face in faces]
        costs = np.ones((len(true), len(mine)))
        if true and mine:
            costs = 1 - overlaps(np.array(true), np.array(mine))
        pairs = [pair for pair in assign(costs) if costs[pair] <= 1 - LEAST_OVERLAP]
        matched = {row: faces[column] for row, column in pairs}
        self.false += len(faces) - len(pairs)
        self.ids |= {face.track_id for face in faces}
        for row, truth in enumerate(shown.truth):
            due = truth.seen >= SEEN
            self.due += due
            face = matched.get(row)
            if face is None:
                continue
            self.found += due and not (face.held and not shown.frozen)
            self.held += due and face.held
            self.switches += self.last.get(truth.person, face.track_id) != face.track_id
            self.last[truth.person] = face.track_id
            if due and not face.held:
                size = np.sqrt(np.prod(np.ptp(truth.points_px, axis=0)))
                apart = np.linalg.norm(face.face.points_px - truth.points_px, axis=1).mean()
                self.errors.append(float(apart / size))
                row_of = (shown.time_s, face.face.points_px, truth.points_px)
                self.tracks.setdefault(truth.person, []).append(row_of)

    def row(self, clip: Clip) -> dict[str, Any]:
        row: dict[str, Any] = {
            "clip": clip.name, "due": self.due, "found": self.found, "held": self.held,
            "false": self.false, "ids": len(self.ids), "people": len(clip.actors),
            "switches": self.switches,
            "error_percent": 100 * float(np.mean(self.errors)) if self.errors else None,
        }  # fmt: skip
        for track in self.tracks.values():
            if len(track) > 3 * RATE_HZ:
                row.update(motion(track))
        return row


def motion(track: list[tuple[float, Any, Any]]) -> dict[str, float]:
    """Return jitter (px: deviation of the error from its own 0.5 s mean) and lag (ms)."""
    times = np.array([t for t, _, _ in track])
    mine, true = (np.stack([row[i] for row in track]) for i in (1, 2))
    error = mine - true
    near = np.abs(times[:, None] - times) <= 0.25
    smooth = np.einsum("st,tnk->snk", near / near.sum(axis=1, keepdims=True), error)
    jitter = np.sqrt(((error - smooth) ** 2).sum(axis=2).mean())
    found = {"jitter_px": float(jitter)}
    speed = np.diff(true.mean(axis=1), axis=0) / np.diff(times)[:, None]
    if speed.std(axis=0).max() > 15:  # at an even speed, no lag shows
        found["lag_ms"] = lag_ms(times, mine.mean(axis=1), true.mean(axis=1))
    return found


def lag_ms(times: Any, mine: Any, true: Any) -> float:
    """Return by how much later the middle of the points moves than in truth (least squares)."""
    shifts = np.arange(-0.1, 0.2, 0.002)
    cost = []
    for shift in shifts:
        inside = (times - shift > times[0]) & (times - shift < times[-1])
        apart = [
            mine[inside, axis] - np.interp(times[inside] - shift, times, true[:, axis])
            for axis in (0, 1)
        ]
        cost.append(np.mean([np.var(each) for each in apart]))
    return float(shifts[int(np.argmin(cost))] * 1e3)


def run(clip: Clip, shown: list[Shown], pipeline: Pipeline, **options: Any) -> list[dict[str, Any]]:
    """Return a row for each of `MEANS`."""
    scores = {means: Score() for means in MEANS}
    events: Counter[str] = Counter()
    detected = 0
    frames = ((each.celsius, each.time_s) for each in shown)
    for each, done in zip(shown, follow(frames, Tracker(pipeline, **options)), strict=True):
        scores["follow"].add(each, done.faces)
        scores["measured"].add(each, [as_measured(face) for face in done.faces])
        events[done.note.event] += 1
        detected += done.note.detected
    tracker = Tracker(pipeline, "live", **options)
    for each in shown:
        scores["live"].add(each, tracker.update(each.celsius, each.time_s))
    about = {"frames": len(shown), "detector_ran": detected, "events": dict(events)}
    return [{"means": means, **score.row(clip), **about} for means, score in scores.items()]


def as_measured(face: TrackedFace) -> TrackedFace:
    return replace(face, face=replace(face.face, points_px=face.measured_px))


def real(pipeline: Pipeline, **options: Any) -> list[dict[str, Any]]:
    rows = []
    for path in sorted(REAL.glob("feverscreen_*.tif")):
        _, frames = cv2.imreadmulti(str(path), flags=cv2.IMREAD_UNCHANGED)
        tracker, ids, gaps = Tracker(pipeline, **options), Counter(), Counter()
        last: dict[int, int] = {}
        detected = 0
        for number, frame in enumerate(frames):
            for face in tracker.update(frame, number / REAL_HZ):
                if face.held:
                    continue
                ids[face.track_id] += 1
                gaps[face.track_id] += number - last.get(face.track_id, number - 1) > 1
                last[face.track_id] = number
            detected += tracker.note.detected
        rows.append({
            "clip": path.name, "frames": len(frames), "detector_ran": detected,
            "ids": {str(k): {"measured": ids[k], "gaps": gaps[k]} for k in sorted(ids)},
        })  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", help="clips whose name holds this")
    parser.add_argument("--detect-every", type=int)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    pipeline, studio = load_pipeline(threads=1), Studio(load_head())
    rows: list[dict[str, Any]] = []
    for clip in clips():
        if asked.only and asked.only not in clip.name:
            continue
        shown = list(studio.show(clip))
        for row in run(clip, shown, pipeline, detect_every=asked.detect_every):
            rows.append(row)
            print(line(row), flush=True)
    found = {"frame_hw": FRAME_HW, "rate_hz": RATE_HZ, "clips": rows}
    if not asked.only and REAL.is_dir():
        found["real"] = real(pipeline, detect_every=asked.detect_every)
        for each in found["real"]:
            print(each)
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(found, indent=1)
        (asked.out / "tracking.json").write_text(text + "\n", encoding="utf-8")
        (asked.out / "README.md").write_text(f"# Tables\n\n{tables(found)}", encoding="utf-8")


def tables(found: dict[str, Any]) -> str:
    """Return the tables as Markdown."""

    def cell(row: dict[str, Any], name: str, digits: int) -> str:
        return "" if row.get(name) is None else f"{row[name]:.{digits}f}"

    lines = [
        "| clip | points | found | held | false | ids | switches | error % | jitter px | lag ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in found["clips"]:
        counts = f"{row['found']}/{row['due']} | {row['held']} | {row['false']}"
        ids = f"{row['ids']}/{row['people']} | {row['switches']}"
        told = " | ".join(
            cell(row, name, digits)
            for name, digits in (("error_percent", 2), ("jitter_px", 3), ("lag_ms", 0))
        )
        lines.append(f"| {row['clip']} | {row['means']} | {counts} | {ids} | {told} |")
    lines += ["", "| real clip | frames | detector ran | id: measured frames, gaps |"]
    lines.append("| --- | --- | --- | --- |")
    for row in found.get("real", ()):
        ids = "; ".join(f"{k}: {v['measured']}, {v['gaps']}" for k, v in row["ids"].items())
        lines.append(f"| {row['clip']} | {row['frames']} | {row['detector_ran']} | {ids} |")
    return "\n".join(lines) + "\n"


def line(row: dict[str, Any]) -> str:
    def number(name: str, digits: int) -> str:
        value = row.get(name)
        return "-" if value is None else f"{value:.{digits}f}"

    cells = [
        f"{row['clip']:<30}{row['means']:<7}", f"{row['found']}/{row['due']}".rjust(9),
        f"held {row['held']:<3} false {row['false']:<3} ids {row['ids']}/{row['people']}",
        f"switches {row['switches']:<3} error {number('error_percent', 2)} %",
        f"jitter {number('jitter_px', 3)} px lag {number('lag_ms', 0)} ms",
        f"detector {row['detector_ran']}/{row['frames']}",
    ]  # fmt: skip
    return "  ".join(cells)


if __name__ == "__main__":
    main()
