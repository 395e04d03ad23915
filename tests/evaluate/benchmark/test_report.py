"""What a benchmark leaves: JSON, a page, a table of faces, two curves."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from tfan.evaluate.benchmark.marks import Protocol
from tfan.evaluate.benchmark.published import published_on
from tfan.evaluate.benchmark.record import benchmark_record
from tfan.evaluate.benchmark.report import report_page, write_benchmark
from tfan.evaluate.benchmark.run import run_benchmark
from tfan.io import read_image

ABOUT = {
    "tfan": "1.2.3",
    "dataset": {"name": "charlotte", "folder": "C"},
    "model": {"name": "fake", "file": "abc"},
    "machine": {"processor": "one"},
}


@pytest.fixture
def run(make):
    """Ten faces: 0 to 8 % off, of growing certainty but for one; the last is missed."""
    truth = make.truth("ibug68")
    size = truth.size_px

    def found(number):
        certainty = 0.1 if number == 0 else 1 - number / 10
        shift = (number * size / 100, 0)
        return [make.found(truth, shift=shift, quality=certainty)] if number < 9 else []

    numbers = iter(range(10))
    contender = make.contender(lambda *_: found(next(numbers)), scheme="ibug68")
    samples = (
        make.sample(truth, name=f"{i}", condition="cold" if i % 2 else "warm", licence="ours")
        for i in range(10)
    )
    return run_benchmark(samples, contender, Protocol())


@pytest.fixture
def record(run):
    return benchmark_record(run, ABOUT)


def test_the_record_by_hand(record):
    summary = record["summary"]
    assert (summary["faces"], summary["recall"]) == (10, 0.9)
    assert summary["nme"] == pytest.approx(0.04)
    assert summary["fail10"] == pytest.approx(0.1)
    assert summary["auc10"] == pytest.approx(sum(1 - k / 10 for k in range(9)) / 10)
    assert record["compared"] == {"all 68 points of ibug68": 9}
    warm, cold = (record["subsets"]["condition"][name] for name in ("warm", "cold"))
    assert warm["nme"] == pytest.approx(0.04)
    assert (cold["recall"], cold["nme"]) == (0.8, pytest.approx(0.04))
    boxes = record["box_subsets"]["condition"]
    assert (boxes["warm"]["ap50"], boxes["cold"]["ap50"]) == (1, 0.8)  # the missed one is cold
    assert record["about"]["licences"] == ["ours"]
    assert len(record["about"]["truth_sha256"]) == 64
    assert record["normalisers"]["outer-eyes"]["nme"] > 0.04


def test_curves_by_hand(record):
    curve = record["cumulative_error"]
    at = dict(zip(np.round(curve["error"], 3), curve["share"], strict=True))
    assert at[0.0] == 0.1
    assert at[0.042] == 0.5
    assert at[0.2] == 0.9  # a missed face is never within
    risk = record["risk_coverage"]
    assert risk["kept"]["100%"] == pytest.approx(0.04)
    assert risk["kept"]["50%"] == pytest.approx(0.03)  # 1 to 5 %: the best face was the least sure
    assert risk["nme_best_order"][0] == 0
    assert risk["nme"][0] == pytest.approx(0.01)  # of the surest
    assert len(risk["coverage"]) == 9


def test_curves_of_many_faces_stay_short(make):
    truth = make.truth("tfw5")
    contender = make.contender(lambda *_: [make.found(truth, shift=(1, 0))])
    samples = (make.sample(truth) for _ in range(500))
    record = benchmark_record(run_benchmark(samples, contender, Protocol()), ABOUT)
    assert len(record["risk_coverage"]["coverage"]) == 201
    assert record["risk_coverage"]["coverage"][-1] == 1


def test_the_folder(run, record, tmp_path):
    write_benchmark(tmp_path, run, record=record, published=published_on("charlotte"))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"results.json", "report.md", "faces.csv", "ced.png", "risk_coverage.png"}
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert stored["summary"] == record["summary"]
    assert stored["published"][0]["source"]
    rows = list(csv.DictReader((tmp_path / "faces.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 10
    assert float(rows[3]["box"]) == pytest.approx(0.03)
    assert (rows[9]["found"], rows[9]["box"], rows[9]["certainty"]) == ("0", "inf", "")
    assert rows[1]["condition"] == "cold"
    for name in ("ced.png", "risk_coverage.png"):
        assert np.ptp(read_image(tmp_path / name)) > 0


def test_the_page_says_how_it_was_counted_and_what_others_have(record):
    page = report_page(record, published_on("charlotte"))
    for words in (
        "# fake on charlotte", "tfan 1.2.3", "9 faces: all 68 points of ibug68",
        "|d| / sqrt(w h)", "processor one", "licence: ours", record["about"]["truth_sha256"],
        "STAR", "W/H, formula not published", "## By condition", "## Boxes by condition",
        "do not compare",
    ):  # fmt: skip
        assert words in page
    own = page.index("| fake | see above | all of this run | nme | 0.0400 | box |")
    assert own < page.index("| STAR |")


def test_failures_are_on_the_page(record):
    page = report_page(record | {"refused": [{"image": "a.png", "error": "too small"}]})
    assert "- a.png: too small" in page
    assert "count as missed" in page


def test_a_run_without_any_face_has_a_page_too(make, tmp_path):
    run = run_benchmark([make.sample()], make.contender(lambda *_: []), Protocol())
    record = benchmark_record(run, ABOUT)
    write_benchmark(tmp_path, run, record=record, published=[])
    assert "nothing: no face was found" in (tmp_path / "report.md").read_text(encoding="utf-8")
