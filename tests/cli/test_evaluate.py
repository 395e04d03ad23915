"""`tfan evaluate`: tables on stdout, files in --out, one line for what went wrong."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app

BOX = [20, 10, 40, 50]


class Loaded:
    """A loader that finds nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked = []

    def __call__(self, **asked):
        self.asked.append(asked)
        return lambda image: []


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "set" / "images").mkdir(parents=True)
    grey = np.tile(np.arange(80, dtype=np.uint8), (60, 1))
    cv2.imwrite(str(tmp_path / "set" / "images" / "a.png"), grey)
    face = {"box": BOX, "nose": [30, 30], "confidence": "sure"}
    content = {"images": {"a.png": {"width": 80, "height": 60, "faces": [face]}}}
    (tmp_path / "set" / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path / "set"


def run(*args, load=None):
    return CliRunner().invoke(app, ["evaluate", *map(str, args)], obj=load or Loaded())


def test_both_conventions_by_default(folder):
    load = Loaded()
    result = run(folder, load=load)
    assert result.exit_code == 0, result.output
    assert [asked["n_landmarks"] for asked in load.asked] == [478, 70]
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["mediapipe478", "1", "0.0000", "0.0000", "0.0000", "-", "-", "-", "-", "1.0000"] in rows
    assert any(row[:1] == ["facesynthetics70"] for row in rows)


def test_one_convention_and_own_weights(folder, tmp_path):
    own = tmp_path / "own.onnx"
    own.write_bytes(b"weights")
    load = Loaded()
    out = tmp_path / "out"
    result = run(folder, "--n-landmarks", 70, "--landmarks", own, "--min-score", 0.5, "--out", out,
                 load=load)  # fmt: skip
    assert result.exit_code == 0, result.output
    [asked] = load.asked
    assert (asked["model_path"], asked["detector_path"], asked["min_score"]) == (own, None, 0.5)
    about = json.loads((out / "report.json").read_text(encoding="utf-8"))["about"]
    assert about["landmarks"].startswith("own.onnx ")
    assert about["detector"].endswith("(bundled)")
    assert about["folder"] == "set"
    assert str(tmp_path) not in (out / "report.json").read_text(encoding="utf-8")


def test_out_holds_the_report_and_stderr_says_so(folder, tmp_path):
    result = run(folder, "--out", tmp_path / "out")
    assert "report.md" in result.stderr
    assert "report.md" not in result.stdout
    assert "not found" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_against_prints_what_changed(folder, tmp_path):
    run(folder, "--out", tmp_path / "out")
    result = run(folder, "--against", tmp_path / "out" / "report.json")
    assert result.exit_code == 0, result.output
    assert "Against the earlier report, mediapipe478" in result.stdout


def test_an_unreadable_image_is_one_line_and_the_exit_code_1(folder, tmp_path):
    (folder / "images" / "a.png").write_bytes(b"no image")
    result = run(folder, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "a.png: expected an image" in result.stderr
    assert "1 image has no result" in result.stderr
    assert "Traceback" not in result.output
    assert (tmp_path / "out" / "report.md").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nowhere"], "Error: nowhere/annotations.json: expected a file of annotations"),
        (["{folder}", "--against", "no.json"], "Error: no.json: expected an earlier report.json"),
    ],
)
def test_what_is_not_there_is_one_line_before_any_work(folder, args, says):
    load = Loaded()
    result = run(*[arg.format(folder=folder) for arg in args], load=load)
    assert result.exit_code == 1
    assert says in result.stderr.replace("\\", "/")
    assert load.asked == []


def test_weights_that_are_none_are_one_line(folder, tmp_path):
    own = tmp_path / "own.onnx"
    own.write_bytes(b"")
    result = CliRunner().invoke(app, ["evaluate", str(folder), "--landmarks", str(own)])
    assert result.exit_code == 1
    assert "own.onnx is empty" in result.stderr


def test_the_networks_are_those_that_were_named(folder, small_networks):
    args = ["--landmarks", small_networks["model_path"], "--detector",
            small_networks["detector_path"]]  # fmt: skip
    result = CliRunner().invoke(app, ["evaluate", str(folder), *args])
    assert result.exit_code == 0, result.output
    assert "mediapipe478" in result.stdout
