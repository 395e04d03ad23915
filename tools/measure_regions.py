"""Measure regional temperatures on synthetic radiometric truth; prints the tables of the docs.

    python tools/measure_regions.py [--count 400] [--seed 903] [--scheme mediapipe478]
                                    [--head HEAD.npz]

Each sample is a person as `tfan synth generate faces --radiometric` draws them, seen by the drawn
camera in degrees (optics, sampling, noise, no display), found by the bundled networks. "place" is
the error of the regional mean against the same frame measured at the true landmarks; it is what
`margin_celsius` speaks of. "scene" is the error against the sharp scene before the camera, with its
blur, noise and drift. The constants of tfan.rois.margin were found on seed 901,
the limits of `measure` chosen on 901 and 902.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tfan.geometry.boxes import overlaps
from tfan.landmarks import NETWORK_SCHEMES, load_scheme
from tfan.pipeline import Pipeline, load_pipeline
from tfan.rois import measure, region_names
from tfan.synth.face_sample import RENDER_PX, SAMPLE_PX, draw_crop, render_crop
from tfan.synth.head import Head, load_head
from tfan.synth.sensor import sense
from tfan.types import Face

SIDES_PX = (50.0, 256.0)  # of the frames; a face takes a little less than half
SIZES_PX = ((0, 40), (40, 60), (60, 80), (80, 200), (60, 200))
FOUND_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One frame with what was found in it and what is there.

    Attributes:
        celsius: (H, W) what the camera measures.
        sharp: (256, 256) the scene.
        found: the face as found.
        true: the face with its true points and visibility.
        size_px: of the true face.
    """

    celsius: np.ndarray
    sharp: np.ndarray
    found: Face | None
    true: Face | None
    size_px: float


def shots(head: Head, pipeline: Pipeline, seed: int, count: int) -> Iterator[Shot]:
    """Yield frames of one person each; `found` is None where nobody was found."""
    rows = NETWORK_SCHEMES[pipeline.scheme]
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        params = replace(draw_crop(rng), cutout=None)
        sample = render_crop(head, params)
        side = float(np.exp(rng.uniform(*np.log(SIDES_PX))))
        camera = replace(params.sensor, samples_px=side, sharpen=None, vignette_celsius=0.0)
        celsius = sense(sample.celsius, camera)
        zoom = celsius.shape[0] / SAMPLE_PX
        points = ((sample.render.points_px[rows] + 0.5) * zoom).astype(np.float32)
        box = (sample.render.box_px + 0.5) * zoom
        inside = ((points >= 0) & (points < celsius.shape[::-1])).all(axis=1)
        visible = (sample.render.visible[rows] & inside).astype(np.float32)
        faces = pipeline.detect(celsius, "temperature")
        found = next(
            (face for face in faces if overlaps(face.box_px[None], box[None])[0, 0] > FOUND_IOU),
            None,
        )
        true = replace(found, points_px=points, visibility=visible) if found else None
        yield Shot(celsius, sample.celsius, found, true, float(np.sqrt(np.prod(box[2:] - box[:2]))))


def rows_of(shot: Shot) -> np.ndarray:
    """Return (S, 7): size, region, mean, margin, mean at the true place, in the scene, share."""
    zoom = RENDER_PX / shot.celsius.shape[0]
    sharp_face = replace(shot.true, points_px=shot.true.points_px * zoom)
    sure = {"max_margin_celsius": np.inf}
    found = measure(shot.celsius, shot.found)
    true = measure(shot.celsius, shot.true, **sure)
    scene = measure(shot.sharp, sharp_face, **sure)
    return np.array([
        (shot.size_px, i, a.mean_celsius, a.margin_celsius, b.mean_celsius, c.mean_celsius,
         b.share_visible)
        for i, (a, b, c) in enumerate(zip(found, true, scene, strict=True))
    ])  # fmt: skip


def line(name: str, rows: np.ndarray) -> str:
    """Return one line of a table of readings (R, 7)."""
    _, _, mean, margin, true, scene, _ = rows.T
    both = np.isfinite(mean) & np.isfinite(true)
    sharply = both & np.isfinite(scene)
    if not sharply.any():
        return f"| {name} | 0 |" + " - |" * 6
    place = np.abs(mean - true)[both]
    sharp = np.abs(mean - scene)[sharply]
    numbers = (
        f"{both.sum()}", f"{place.mean():.2f}", f"{np.median(place):.2f}",
        f"{np.quantile(place, 0.9):.2f}", f"{sharp.mean():.2f}",
        f"{np.median(margin[both]):.2f}", f"{(place <= margin[both]).mean():.0%}",
    )  # fmt: skip
    return f"| {name} | " + " | ".join(numbers) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=903)
    parser.add_argument("--scheme", choices=NETWORK_SCHEMES, default="mediapipe478")
    parser.add_argument("--head", type=Path)
    asked = parser.parse_args()
    pipeline = load_pipeline(n_landmarks=load_scheme(asked.scheme).n_points)
    made = list(shots(load_head(asked.head), pipeline, asked.seed, asked.count))
    rows = np.concatenate([rows_of(shot) for shot in made if shot.found])
    print(f"{sum(shot.found is None for shot in made)} of {len(made)} faces were not found")
    given, seen = np.isfinite(rows[:, 2]), np.isfinite(rows[:, 4])
    print(f"{given.mean():.0%} of the readings are numbers, {seen.mean():.0%} at the true places;")
    print(f"{(given & ~seen).mean():.1%} only as found, {(seen & ~given).mean():.1%} only there")
    head = ("readings", "place mean", "median", "90 %", "scene mean", "median margin", "within it")
    print("| faces | " + " | ".join(head) + " |\n|---" * 1 + "|---:" * len(head) + "|")
    for low, high in SIZES_PX:
        print(line(f"{low} to {high} px", rows[(rows[:, 0] >= low) & (rows[:, 0] < high)]))
    large = rows[rows[:, 0] >= 60]
    for i, name in enumerate(region_names()):
        print(line(f"{name}, from 60 px", large[large[:, 1] == i]))


if __name__ == "__main__":
    main()
