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


DEEP, HUGE, LONG = "[" * 100_000, "1" + "0" * 400, "a" * 400
KEYPOINTS = "[20,24,2,44,24,2,32,34,2,24,46,2,40,46,2]"


def coco(annotation: str = "", *, name: str = "a.png", licences: str = "[]") -> str:
    return (
        f'{{"images": [{{"id": 1, "file_name": "{name}"}}], "categories": [{{"id": 1}}], '
        f'"licenses": {licences}, "annotations": [{{"id": 7, "image_id": 1, {annotation} '
        f'"keypoints": {KEYPOINTS}}}]}}'
    )


def own(box: str, confidence: str = '"sure"') -> str:
    return f'{{"images": {{"a.png": {{"faces": [{{"box": {box}, "confidence": {confidence}}}]}}}}}}'


UGLY = {
    "deep": ("coco", "a.json", DEEP, "no whole JSON"),
    "a box of 400 digits": ("coco", "a.json", coco(f'"bbox": [{HUGE},1,2,3],'), "are not x, y, v"),
    "a long name": ("coco", "a.json", coco(name=LONG), "no image 'aaa"),
    "a list as category": ("coco", "a.json", coco('"category_id": [1],'), "problems   0"),
    "a number as licences": ("coco", "a.json", coco(licences="1"), "problems   0"),
    "an absolute name": ("coco", "a.json", coco(name="OUTSIDE"), "problems   0"),
    "LJSON of 400 digits": (
        "aachen", "a.ljson", f'{{"landmarks": {{"points": [[{HUGE}, 1]]}}}}', "no landmarks",
    ),
    "labelme of 400 digits": (
        "sf-tl54", "gray/train/json/a.json",
        f'{{"shapes": [{{"label": "x", "points": [[{HUGE}, 1]]}}]}}', "points of 'x'",
    ),
    "own, deep": ("tfan", "annotations.json", DEEP, "expected JSON"),
    "own, a long name": (
        "tfan", "annotations.json", f'{{"images": {{"{LONG}": {{}}}}}}', "no such file",
    ),
    "own, 400 digits": ("tfan", "annotations.json", own(f"[0, 0, {HUGE}, 1]"), "4 numbers"),
    "own, a list as word": ("tfan", "annotations.json", own("[0, 0, 9, 9]", "[]"), "'sure' or"),
}  # fmt: skip


@pytest.mark.parametrize("case", UGLY)
def test_ugly_files_are_told(tmp_path, case):
    name, file, text, says = UGLY[case]
    folder = tmp_path / "set"
    image = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
    for home in (tmp_path, folder, folder / "images", folder / "gray" / "train" / "images"):
        home.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(home / "a.png"), image)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    text = text.replace("OUTSIDE", str(tmp_path / "a.png"))
    (folder / file).write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["data", "check", name, str(folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert says in result.output


@pytest.mark.parametrize("other", ["nowhere", "a_file"])
def test_thermal_images_apart_need_the_other_folder_too(tmp_path, other):
    (tmp_path / "000000_thermal.png").write_bytes(b"")
    (tmp_path / "a_file").write_bytes(b"")
    words = ["tfake", tmp_path / other, "--option", f"thermal={tmp_path}"]
    assert "expected files such as 000000" in run("check", *words, code=1).stderr


def test_of_very_many_problems_the_first_thousand_are_told_apart(tmp_path):
    for number in range(1003):
        (tmp_path / f"{number}.pts").write_text("{}")
    result = run("check", "pts", tmp_path, code=1)
    assert "problems   1003, 1003 of them skipped entries" in result.stdout
    assert "of the first 1000:\n    1000 x no image of this name" in result.stdout
