"""`tfan data`: what it prints and writes, and its exit code."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.evaluate.datasets import DATASETS


def run(*words, code: int = 0):
    result = CliRunner().invoke(app, ["data", *map(str, words)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def pts_set(tmp_path):
    """Three images with five points each, one of them without an image."""
    folder = tmp_path / "train"
    folder.mkdir()
    body = "20 24\n44 24\n32 34\n24 46\n40 46\n"
    for name in ("a", "b", "lost"):
        (folder / f"{name}.pts").write_text(f"version: 1\nn_points: 5\n{{\n{body}}}\n")
        if name != "lost":
            image = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
            assert cv2.imwrite(str(folder / f"{name}.png"), image)
    return tmp_path


def test_all_sets_are_listed():
    text = run("list").stdout
    rows = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [row["name"] for row in rows] == list(DATASETS)
    for row in rows:
        assert row["title"] in text
        assert row["licence"] in text


def test_a_sound_set_is_told(pts_set):
    (pts_set / "train" / "lost.pts").unlink()
    result = run("check", "pts", pts_set)
    assert "samples    2, 2 images opened" in result.stdout
    assert "train: 2" in result.stdout
    assert "tfw5: 2" in result.stdout
    assert "problems   0, 0 of them skipped" in result.stdout
    assert result.stderr.strip() == ""


def test_a_damaged_set_is_told_and_written(pts_set, tmp_path):
    out = tmp_path / "report"
    result = run("check", "pts", pts_set, "--out", out, "--json", code=1)
    facts = json.loads(result.stdout)
    assert facts == json.loads((out / "report.json").read_text())
    assert (facts["samples"], facts["skipped"]) == (2, 1)
    assert "1 entries are missing or damaged, and skipped" in result.stderr
    with (out / "problems.csv").open() as file:
        assert list(csv.DictReader(file)) == [
            {"where": "train/lost.pts", "reason": "no image of this name", "skipped": "yes"}
        ]
    assert cv2.imread(str(out / "samples.png")).shape == (414, 2 * 368, 3)
    assert not (out / "kept.csv").exists()


def test_a_folder_of_another_kind_is_one_sentence(tmp_path):
    result = run("check", "tfw", tmp_path, code=1)
    assert result.stderr.startswith("Error: ")
    assert "expected train/indoor.csv and the like, got an empty folder" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_set_without_a_sound_entry_is_told(pts_set):
    for path in pts_set.rglob("*.png"):
        path.unlink()
    assert "no sound entry" in run("check", "pts", pts_set, code=1).stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--option", "palette"], "--option: expected KEY=VALUE, got 'palette'"),
        (["--option", "palette=x"], "option of pts: expected no option, got 'palette'"),
    ],
)
def test_wrong_options_are_told(pts_set, words, says):
    assert says in run("check", "pts", pts_set, *words, code=1).stderr
