"""Fitting finds constants that data were made with; judging counts right; the report is whole."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfan.calibration.fit import fit
from tfan.calibration.groups import groups
from tfan.calibration.measures import measured, measured_nothing
from tfan.calibration.observe import Observed, worn
from tfan.calibration.report import constants, printed_tables, write_report
from tfan.calibration.result import result
from tfan.models.calibration import PLAIN_CALIBRATION, Calibration
from tfan.models.landmarker import Answers, calibrated

FACES, SIDE_PX = 150, 176
FOUND = 0.06  # relative, of constants fitted to so few faces
TRUE = Calibration(factor=1.4, hidden=0.5, shape=3, pivot=0.8, slopes=(1.0, 1.0))
SHARE_ATOL = 0.02
BIN_ATOL = 0.05  # scattered true points make a larger hull: more of them count as near


def observed(true: Calibration = TRUE, faces: int = FACES, seed: int = 0) -> Observed:
    """A network that knows its errors but for the constants of `true`."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(-0.5, 0.5, (548, 2)) * [35, 45]
    # four points alone make the hull, which is the face's size
    base[:4] = [[-35, -45], [35, -45], [35, 45], [-35, 45]]
    points = (base + SIDE_PX / 2 + rng.normal(size=(faces, 1, 2)) * 3).astype(np.float32)
    doubt = np.exp(rng.normal(size=(faces, 1)) * 0.6 + rng.normal(size=(faces, 548)) * 0.3)
    said = (0.025 * doubt).astype(np.float32)
    logits = rng.normal(size=(faces, 548)) * 2.5 + 1
    likely = true.visibility(logits.astype(np.float32))
    size_px = np.sqrt(70 * 90)
    sigma = true.sigma(said, visibility=likely, outside=np.zeros(said.shape, bool))
    away = rng.gamma(true.shape, 1 / true.shape, sigma.shape) * sigma * size_px
    angle = rng.uniform(0, 2 * np.pi, sigma.shape)
    truth = points + (away * [np.cos(angle), np.sin(angle)]).transpose(1, 2, 0)
    inside = ((truth >= -0.5) & (truth < SIDE_PX - 0.5)).all(axis=-1)
    return Observed(
        said=Answers(
            points, said * size_px, logits.astype(np.float32), np.full(faces, 0.999, np.float32)
        ),
        hw=np.full((faces, 2), SIDE_PX),
        true_px=truth.astype(np.float32),
        visible=(rng.random(sigma.shape) < likely) & inside,
        pose_deg=rng.uniform(-70, 70, (faces, 3)).astype(np.float32),
        face_px=rng.uniform(16, 200, faces).astype(np.float32),
        ambient_celsius=rng.uniform(-10, 40, faces).astype(np.float32),
        worn={"glasses": rng.random(faces) < 0.3, "mask": rng.random(faces) < 0.1},
        cut=rng.random(faces) < 0.2,
    )


@pytest.fixture(scope="module")
def seen() -> Observed:
    return observed()


@pytest.fixture(scope="module")
def fitted(seen) -> Calibration:
    return fit(seen)


def test_fitting_finds_the_constants(fitted):
    assert fitted.shape == TRUE.shape
    assert fitted.factor == pytest.approx(TRUE.factor, rel=FOUND)
    assert fitted.power == pytest.approx(1, rel=FOUND)
    assert fitted.hidden == pytest.approx(TRUE.hidden, rel=2 * FOUND)
    assert fitted.slopes == pytest.approx((1, 1), rel=2 * FOUND)
    assert fitted.pivot == pytest.approx(TRUE.pivot, abs=0.2)


def test_a_fitted_network_tells_the_truth_about_other_faces(fitted):
    other = observed(seed=5)
    before = measured(other, result(other, PLAIN_CALIBRATION))
    after = measured(other, result(other, fitted))
    assert abs(before["sigma"]["all"]["all"]["largest_difference"]) > 3 * SHARE_ATOL
    for masks in after["sigma"].values():
        for row in masks.values():
            assert abs(row.get("largest_difference", 0)) < SHARE_ATOL
    for row in (*after["confidence"], *after["visibility_bins"]):
        if row["count"] > 2000:
            assert row["said"] == pytest.approx(row["true"], abs=BIN_ATOL), row


def test_precision_and_recall_balance(fitted, seen):
    side = measured(seen, result(seen, fitted))["visibility"]["all"]
    assert side["hidden_precision"] == pytest.approx(side["hidden_recall"], abs=SHARE_ATOL)


def test_where_much_is_unknown_the_pivot_stays_honest():
    """A network that cannot tell may not call points hidden that are likelier seen."""
    blind = observed(Calibration(pivot=-0.5, slopes=(0.3, 0.3)), seed=8)
    pivot = fit(blind).pivot
    true = Calibration(pivot=-0.5, slopes=(0.3, 0.3))
    assert 0.35 < float(true.visibility(np.full(1, pivot))[0]) < 0.65


def test_groups_part_the_faces(seen):
    found = groups(seen)
    for name in ("yaw, deg", "face size, sensor px", "air, °C", "frame", "points"):
        covered = sum(np.broadcast_to(mask, seen.visible.shape).astype(int)
                      for mask in found[name].values())  # fmt: skip
        assert (covered == 1).all(), name


def test_what_a_person_wears_is_read_from_the_record():
    person = {"glasses": {"tilt": 1}, "mask": None, "hair": {"kind": "hood"}, "beard": None}
    line = json.dumps({"person": person, "before": []})
    wears = {name for name, there in worn(line).items() if there}
    assert wears == {"glasses", "hat or hood"}


def test_quality_ranks_and_refusing_lowers_the_error(seen, fitted):
    ranking = measured(seen, result(seen, fitted))["quality"]
    kept = [row["nme"] for row in ranking["kept"].values()]
    assert kept == sorted(kept, reverse=True)
    assert ranking["rank_correlation"] > 0.5
    assert all(row["ideal"] <= row["nme"] + 1e-6 for row in ranking["kept"].values())


def test_the_report_is_whole(seen, fitted, tmp_path):
    records = {
        name: measured(seen, result(seen, each)) | {"about": {"weights": "x"}}
        for name, each in (("before", PLAIN_CALIBRATION), ("after", fitted))
    }
    nothing = Answers(*(getattr(seen.said, n)[:3] for n in Answers.__dataclass_fields__))
    records["after"]["nothing"] = measured_nothing(calibrated(nothing, fitted, hw=(176, 176)))
    write_report(tmp_path, records, {"before": PLAIN_CALIBRATION, "after": fitted})
    assert {p.name for p in tmp_path.iterdir()} == {
        "report.md", "report.json", "reliability.png", "quality.png",
    }  # fmt: skip
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    for table in printed_tables(records["after"]):
        assert f"### {table.title}" in page
    assert json.loads((tmp_path / "report.json").read_text())["after"]["faces"] == FACES


def test_the_printed_constants_are_python(fitted):
    text = constants(fitted).removeprefix("calibration=").removesuffix(",")
    assert eval(text, {"Calibration": Calibration}) == fitted
