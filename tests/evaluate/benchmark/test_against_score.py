"""`tfan benchmark tfan` gives the numbers of shared/eval/score.py, to all digits it prints."""

from __future__ import annotations

import json
import runpy
import sys

import pytest
from typer.testing import CliRunner

from tfan.cli.main import app

DIGITS = 4  # that score.py prints
SAME = {  # benchmark: score.py
    "images": "images", "faces": "faces", "recall": "recall", "nme": "nme5",
    "nme_median": "nme5_median", "fail10": "fail10", "ap40": "ap40",
    "false_per_img": "false_per_img",
}  # fmt: skip
pytestmark = pytest.mark.data


def test_on_real_images(shared, tmp_path, monkeypatch, capsys):
    folder, score = shared / "eval" / "dev", shared / "eval" / "score.py"
    monkeypatch.setattr(sys, "argv", [str(score), str(folder)])
    runpy.run_path(str(score), run_name="__main__")
    printed = json.loads(capsys.readouterr().out)
    call = ["benchmark", "tfan", str(folder), "--out", str(tmp_path)]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    summary = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["summary"]
    got = {theirs: round(summary[ours], DIGITS) for ours, theirs in SAME.items()}
    assert got == {name: printed[name] for name in SAME.values()}
    assert printed["faces"] == 56
