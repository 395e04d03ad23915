"""`tfan benchmark`: tables on stdout, files in --out, one line for what went wrong."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app

OWN = """
from types import SimpleNamespace
import numpy as np

def find(image, meaning):
    points = np.zeros((5, 2))
    points[2] = [33, 34]
    return [SimpleNamespace(box_px=np.array([20, 10, 40, 50]), score=0.9, scheme="tfw5",
                            points_px=points)]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two images with a face each, one of them in the split "test"; the nose is 5 px away."""
    (tmp_path / "set" / "images").mkdir(parents=True)
    face = {"box": [20, 10, 40, 50], "nose": [30, 30], "confidence": "sure"}
    images = {}
    for name in ("a.png", "b.png"):
        grey = np.tile(np.arange(80, dtype=np.uint8), (60, 1))
        cv2.imwrite(str(tmp_path / "set" / "images" / name), grey)
        images[name] = {"width": 80, "height": 60, "faces": [face]}
    text = json.dumps({"images": images})
    (tmp_path / "set" / "annotations.json").write_text(text, encoding="utf-8")
    manifest = "file,split\na.png,train\nb.png,test\n"
    (tmp_path / "set" / "manifest.csv").write_text(manifest, encoding="utf-8")
    (tmp_path / "own_find_of_test.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "set"


def run(*args):
    return CliRunner().invoke(app, ["benchmark", *map(str, args)])


def measured(folder, *args):
    out = folder.parent / "out"
    result = run("tfan", folder, "--model", "own_find_of_test:find", "--out", out, *args)
    assert result.exit_code == 0, result.output
    return result, json.loads((out / "results.json").read_text(encoding="utf-8"))


def test_a_function_on_an_own_set(folder):
    result, stored = measured(folder)
    assert stored["summary"]["nme"] == pytest.approx(5 / 800**0.5, abs=1e-6)
    assert stored["summary"]["recall"] == 1
    assert "own_find_of_test:find" in result.stdout
    assert "report.md" in result.stderr
    assert "report.md" not in result.stdout
    about = stored["about"]
    assert about["dataset"]["name"] == "tfan"
    assert about["machine"]["processor"]
    assert about["model"]["function"] == "own_find_of_test:find"
    for name in ("results.json", "report.md", "faces.csv"):
        assert str(folder.parent) not in (folder.parent / "out" / name).read_text(encoding="utf-8")


def test_options_choose_how_it_is_counted(folder):
    _, stored = measured(
        folder, "--split", "test", "--normaliser", "box-sides", "--min-iou", 0.6, "--points", "five"
    )
    assert stored["summary"]["faces"] == 1
    protocol = stored["protocol"]
    assert (protocol["normaliser"], protocol["min_iou"], protocol["points"]) == (
        "box-sides", 0.6, "five",
    )  # fmt: skip
    assert stored["summary"]["nme"] == pytest.approx(np.hypot(3 / 20, 4 / 40), abs=1e-6)
    assert stored["about"]["dataset"]["split"] == "test"


def test_options_that_choose_the_data_are_told_without_their_paths(folder, tmp_path):
    """Two palettes, or two lists of kept frames, are two sets of data."""
    own = folder.parent / "thermal_set"
    own.mkdir()
    for part, shape, kind in (("", (64, 64, 3), np.uint8), ("_thermal", (64, 64), np.uint16)):
        image = np.random.default_rng(0).integers(0, 255, shape).astype(kind)
        assert cv2.imwrite(str(own / f"000000{part}.png"), image)
    ring = [f"{32 + 20 * np.cos(i)} {32 + 20 * np.sin(i)}" for i in range(70)]
    (own / "000000_ldmks.txt").write_text("\n".join(ring), encoding="utf-8")
    out = folder.parent / "out"
    result = run(
        "tfake", own, "--model", "own_find_of_test:find", "--out", out, "--option", "image=rgb",
        "--option", f"thermal={own}",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    dataset = json.loads((out / "results.json").read_text(encoding="utf-8"))["about"]["dataset"]
    assert (dataset["image"], dataset["thermal"]) == ("rgb", "thermal_set")
    assert "image rgb" in (out / "report.md").read_text(encoding="utf-8")


def test_a_limit_and_a_least_score(folder):
    _, stored = measured(folder, "--limit", 1, "--min-score", 0.95)
    assert stored["summary"]["faces"] == 1
    assert stored["summary"]["recall"] == 0
    assert stored["summary"]["ap40"] == 1  # answers below the least score count there alone


def test_weights_of_ones_own(folder, small_networks):
    out = folder.parent / "out"
    result = run(
        "tfan", folder, "--model", small_networks["model_path"], "--detector",
        small_networks["detector_path"], "--out", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    stored = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert stored["about"]["model"]["name"] == "marks.onnx"


def test_an_image_that_cannot_be_used_is_one_line_and_the_exit_code_1(folder):
    (folder / "images" / "a.png").write_bytes(b"no image")
    out = folder.parent / "out"
    result = run("tfan", folder, "--model", "own_find_of_test:find", "--out", out)
    assert result.exit_code == 1
    assert "a.png cannot be read" in result.stderr
    for name in ("results.json", "report.md"):
        text = (out / name).read_text(encoding="utf-8")
        assert "a file that starts with" in text
        assert str(folder.parent) not in text, "a path tells of its owner"
    assert "Traceback" not in result.output


def test_a_model_that_raises_is_one_line_and_the_other_images_are_measured(folder):
    """A traceback lost what was measured before it, and did not name the image."""
    text = f"{OWN.replace('find', 'good')}\ndef find(image, meaning):\n"
    text += "    return good(image, meaning) if image[0, 0] else image[10**6]\n"
    (folder.parent / "raises_of_test.py").write_text(text, encoding="utf-8")
    grey = np.tile(np.arange(1, 81, dtype=np.uint8), (60, 1))
    cv2.imwrite(str(folder / "images" / "b.png"), grey)
    out = folder.parent / "out"
    result = run("tfan", folder, "--model", "raises_of_test:find", "--out", out)
    assert result.exit_code == 1
    says = "Error: a.png was refused by the model: raises_of_test:find: expected faces, got Index"
    assert result.stderr.count("was refused") == 1
    assert says in result.stderr
    assert "raises_of_test.py, line 12)." in result.stderr
    assert "Traceback" not in result.output
    stored = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert (stored["summary"]["images"], stored["summary"]["recall"]) == (2, 0.5)
    assert [failed["image"] for failed in stored["refused"]] == ["a.png"]
    assert "IndexError" in (out / "report.md").read_text(encoding="utf-8")


def test_entries_left_out_as_damaged_are_told(folder):
    (folder / "images" / "a.png").unlink()
    result = run("tfan", folder, "--model", "own_find_of_test:find")
    assert result.exit_code == 0
    assert "Left out as damaged: 1 (tfan data check tfan FOLDER says why)" in result.stderr


def test_where_nothing_can_be_measured_that_is_said(folder):
    result = run("tfan", folder, "--model", "own_find_of_test:find", "--normaliser", "pupils")
    assert result.exit_code == 0
    assert "No face has an error" in result.stderr
    assert "nothing to make pupils of" in result.stderr


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nope", "{folder}"], "Error: data set: expected tfake, "),
        (["tfan", "nowhere"], "nowhere"),
        (["tfan", "{folder}", "--model", "x"], "Error: model: expected bundled"),
        (["tfan", "{folder}", "--normaliser", "iod"], "Error: normaliser: expected 'box'"),
        (["tfan", "{folder}", "--option", "x"], "Error: --option: expected KEY=VALUE, got x"),
        (["tfan", "{folder}", "--option", "x=1"], "Error: option of tfan: expected no option"),
        (["tfan", "{folder}", "--adapter", "no.onnx"], "no.onnx"),
        (["tfan", "{folder}", "--model", "own_find_of_test:find", "--split", "val"],
         "Error: no sample was measured"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(folder, args, says):
    result = run(*[arg.format(folder=folder) for arg in args])
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.output
