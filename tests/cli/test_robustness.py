from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.models.registry import bundled_path, find

RUN = CliRunner()


@pytest.fixture
def head(shared):
    return ["--head", str(shared / "data" / "ict_face_model.npz")]


def test_a_run_and_its_comparison(head, tmp_path):
    words = ["robustness", "--faces", "2", "--axis", "hat", *head]
    ran = RUN.invoke(app, [*words, "--out", str(tmp_path / "first"), "--sheets"])
    assert ran.exit_code == 0, ran.output
    assert "README.md" in ran.stdout
    assert (tmp_path / "first" / "hat.png").is_file()
    assert (tmp_path / "first" / "sheets" / "hat.jpg").is_file()
    stored = json.loads((tmp_path / "first" / "results.json").read_text())
    assert list(stored["axes"]) == ["hat"]
    files = stored["provenance"]["files"]
    assert files["detector"] == ["detector.onnx", find("detector").sha256]
    assert str(tmp_path) not in (tmp_path / "first" / "README.md").read_text()

    own = [str(bundled_path(find("landmarks"))), "--detector", str(bundled_path(find("detector")))]
    again = ["--out", str(tmp_path / "again"), "--against", str(tmp_path / "first")]
    ran = RUN.invoke(app, [*words, *own, *again])
    assert ran.exit_code == 0, ran.output
    assert "with the earlier run" in ran.stdout
    told = json.loads((tmp_path / "again" / "results.json").read_text())["provenance"]
    assert told["files"] == files
    assert "tfan robustness landmarks.onnx --detector detector.onnx" in told["command"]
    nme = [
        json.loads((tmp_path / run / "results.json").read_text())["axes"]["hat"]["steps"][0]
        for run in ("first", "again")
    ]
    assert nme[0]["nme_70"] == nme[1]["nme_70"]  # the same networks on the same pictures


def test_wrong_words_are_one_sentence(tmp_path):
    words = ["robustness", "--out", str(tmp_path / "out")]
    for wrong, says in (
        (["--axis", "width"], "axis: expected one of size"),
        (["--against", str(tmp_path / "none")], "earlier run: expected a folder with"),
        (["--head", str(tmp_path / "none.npz")], "ICT-FaceKit"),
        ([str(tmp_path / "none.onnx")], "none.onnx"),
    ):
        ran = RUN.invoke(app, [*words, *wrong])
        assert ran.exit_code == 1
        assert says in ran.stderr
        assert "Traceback" not in ran.output
    assert not (tmp_path / "out").exists()
