"""Adaptation networks as files: what they refuse, what they carry, the one that ships."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tfan.errors import InputError, WeightsError
from tfan.landmarks import convert, load_scheme, table_path
from tfan.models import adapter as module
from tfan.models.adapter import Adapter, adapt, bundled_adapter, converted, load_adapter, way
from tfan.models.registry import ADAPTERS, bundled_path, find
from tfan.types import Face

SEVENTY, SIXTY_EIGHT = "facesynthetics70", "ibug68"
RIGHT_10 = np.float32([10, 0])
NEAR_PX = 2e-3  # float32 arithmetic on coordinates of some hundred pixels


class Shifting:
    """A network whose answer is the first 68 points, 10 to the right."""

    device, backend = "cpu", "none"

    def __call__(self, batch):
        self.seen = batch
        return (batch[:, :68] + RIGHT_10,)


def fake() -> Adapter:
    return Adapter(Shifting(), SEVENTY, SIXTY_EIGHT, "fake.onnx")


def some_points(n: int = 70, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 200, (n, 2)).astype(np.float32)


def face(scheme: str = SEVENTY) -> Face:
    n = load_scheme(scheme).n_points
    rng = np.random.default_rng(4)
    sigma, confidence, visibility = rng.uniform(0.1, 0.9, (3, n)).astype(np.float32)
    return Face(
        np.float32([0, 0, 200, 200]), 0.9, some_points(n), sigma, confidence, visibility, scheme,
        some_points(5), 0.8, np.float32([1, 2, 3]),
    )  # fmt: skip


def test_leading_axes_stay_and_the_network_sees_one_batch():
    network = fake()
    points = np.stack([some_points(seed=i) for i in range(6)]).reshape(2, 3, 70, 2)
    answer = network(points)
    assert answer.shape == (2, 3, 68, 2)
    assert network.runtime.seen.shape == (6, 70, 2)
    np.testing.assert_allclose(answer[1, 2], points[1, 2, :68] + RIGHT_10, rtol=1e-6)
    assert network(points[0, 0].tolist()).shape == (68, 2)


def test_other_points_are_refused():
    with pytest.raises(InputError, match=r"facesynthetics70: expected \(\.\.\., 70, 2\), got \(68"):
        fake()(some_points(68))
    points = some_points()
    points[3] = np.nan
    with pytest.raises(InputError, match=r"expected finite numbers, got NaN"):
        fake()(points)


def test_a_converted_face_keeps_what_is_known_of_it():
    one = face()
    other = converted(one, SIXTY_EIGHT, adapter=fake())
    assert (other.scheme, other.score, other.quality) == (SIXTY_EIGHT, one.score, one.quality)
    np.testing.assert_allclose(other.points_px, one.points_px[:68] + RIGHT_10, rtol=1e-6)
    for name in ("sigma_px", "confidence", "visibility"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name)[:68], rtol=1e-6)
    assert other.box_px is one.box_px


def test_a_face_of_five_points_is_made_exactly():
    one = face("mediapipe478")
    five = converted(one, "tfw5")
    np.testing.assert_allclose(
        five.points_px, convert(one.points_px, "mediapipe478", "tfw5"), rtol=1e-6
    )
    assert five.sigma_px[2] == pytest.approx(one.sigma_px[[1, 4]].mean(), rel=1e-6)


def test_an_adapter_of_other_schemes_is_refused():
    with pytest.raises(
        InputError, match=r"adapter: expected mediapipe478 to ibug68, got fake\.onnx"
    ):
        converted(face("mediapipe478"), SIXTY_EIGHT, adapter=fake())


def test_where_there_is_no_way_the_sentence_says_so():
    with pytest.raises(InputError, match=r"converting facesynthetics70 to mediapipe478"):
        adapt(some_points(), SEVENTY, "mediapipe478")
    with pytest.raises(InputError, match=r"adapter: .* got ibug68 to wflw98\. Train one"):
        bundled_adapter(SIXTY_EIGHT, "wflw98")


def test_ways_have_names():
    asked = {
        ("mediapipe478", "tfw5"): "exact", (SEVENTY, SIXTY_EIGHT): "adapter",
        ("mediapipe478", SIXTY_EIGHT): "adapter", ("mediapipe478", SEVENTY): "near",
        (SIXTY_EIGHT, SEVENTY): "near", ("wflw98", SIXTY_EIGHT): "near",
        ("tfw5", SIXTY_EIGHT): "none",
    }  # fmt: skip
    assert {pair: way(*pair) for pair in asked} == asked


def test_the_landmark_network_is_no_adapter():
    with pytest.raises(WeightsError, match=r"landmarks\.onnx is no adaptation network of tfan"):
        load_adapter(bundled_path(find("landmarks")))


def test_a_file_that_does_not_say_its_schemes_is_refused(monkeypatch):
    monkeypatch.setattr(module, "read_metadata", lambda _: {"tfan.source": "dlib"})
    with pytest.raises(WeightsError, match=r"does not say from which .* got 'dlib' and ''"):
        load_adapter(bundled_path(ADAPTERS[SEVENTY, SIXTY_EIGHT]))


@pytest.mark.parametrize("pair", ADAPTERS, ids="-".join)
def test_bundled_adapters_are_known_small_and_say_where_they_come_from(pair):
    row, network = ADAPTERS[pair], bundled_adapter(*pair)
    assert (network.source, network.target) == pair
    assert row.input_hw == (load_scheme(pair[0]).n_points, 2)
    assert (row.task, row.licence) == ("adapt", "Apache-2.0")
    assert bundled_path(row).stat().st_size < 300_000
    assert "docs/models/adapt" in row.trained
    assert row.scores["synthetic_jaw_profile"] < row.scores["synthetic_jaw_profile_before"] / 3


def test_the_bundled_adapter_keeps_what_both_schemes_have():
    points = some_points()
    away = np.abs(adapt(points, SEVENTY, SIXTY_EIGHT) - points[:68]).max(1)
    assert away[17:].max() < NEAR_PX
    assert away[8] < NEAR_PX  # the chin
    assert away[:8].min() > NEAR_PX


def test_the_bundled_adapter_moves_and_mirrors_with_the_face():
    points = some_points()
    answer = adapt(points, SEVENTY, SIXTY_EIGHT)
    np.testing.assert_allclose(
        adapt(2 * points + 50, SEVENTY, SIXTY_EIGHT), 2 * answer + 50, atol=2 * NEAR_PX
    )
    one, other = (load_scheme(name).mirror for name in (SEVENTY, SIXTY_EIGHT))
    flip = np.float32([-1, 1])
    mirrored = adapt(points[one] * flip, SEVENTY, SIXTY_EIGHT)
    np.testing.assert_allclose(mirrored, answer[other] * flip, atol=NEAR_PX)


def test_the_dense_points_get_there_through_the_70():
    dense = some_points(478)
    near = convert(dense, "mediapipe478", SEVENTY, near=True)
    np.testing.assert_allclose(
        adapt(dense, "mediapipe478", SIXTY_EIGHT), adapt(near, SEVENTY, SIXTY_EIGHT), atol=NEAR_PX
    )


def turned_head(shared, yaw_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the 70 points (70, 2) of the mean head, in cm, and how near the camera they are."""
    with np.load(shared / "data" / "ict_face_model.npz") as head, np.load(table_path()) as table:
        rows = [(table[f"{kind}tri"], table[f"{kind}bary"]) for kind in ("lm68_", "")]
        iris = [int(table["iris_right"]), int(table["iris_left"])]
        sparse, dense = ((head["mean"][tri] * bary[..., None]).sum(1) for tri, bary in rows)
    cos, sin = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
    points = np.concatenate([sparse, dense[iris]]) @ np.array(
        [[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]]
    )
    return (points[:, :2] * [1, -1]).astype(np.float32), points[:, 2]


@pytest.mark.parametrize("yaw_deg", [-55, 55])
def test_the_bundled_adapter_finds_the_visible_jaw_of_a_turned_head(shared, yaw_deg):
    flat, depth = turned_head(shared, yaw_deg)
    moved = adapt(flat, SEVENTY, SIXTY_EIGHT)[:17, 0] - flat[:17, 0]
    sides = {"right": slice(0, 8), "left": slice(9, 17)}
    far, near = sorted(sides.values(), key=lambda side: depth[side].mean())
    outwards = np.sign(flat[far, 0].mean() - flat[near, 0].mean())
    size = np.sqrt(np.prod(np.ptp(flat, axis=0)))
    assert (moved[far] * outwards).mean() > 0.05 * size
    assert np.abs(moved[near]).max() < 0.02 * size


def test_the_page_says_what_the_trainings_wrote():
    docs = Path(__file__).parents[2] / "docs" / "models" / "adapt"
    page = (docs / "README.md").read_text(encoding="utf-8")
    row = ADAPTERS[SEVENTY, SIXTY_EIGHT]
    trained = json.loads((docs / f"{SEVENTY}-{SIXTY_EIGHT}" / "scores.json").read_text())
    other = json.loads((docs / f"mediapipe478-{SEVENTY}" / "scores.json").read_text())["scores"]
    found = json.loads((docs / "found.json").read_text())["scores"]
    assert trained["sha256"] == row.sha256
    assert f"{trained['pairs']:,} faces of the seeds" in page
    own = trained["scores"]
    assert row.scores["synthetic_nme"] == own["all"]["after"]
    assert row.scores["synthetic_jaw_profile"] == own["jaw, profile"]["after"]
    shown = [own["all"], own["profile"], own["jaw"], own["jaw, profile"]]
    shown += [other["all"], other["jaw, profile"]]
    shown += [found[s][part] for s in (SEVENTY, "mediapipe478") for part in ("all", "jaw, profile")]
    rows = re.findall(r"\| (\d+\.\d\d) % \| (\d+\.\d\d) % \|", page)
    assert [tuple(f"{100 * one[k]:.2f}" for k in ("before", "after")) for one in shown] == rows
