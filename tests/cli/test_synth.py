from __future__ import annotations

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app

RUN = CliRunner()


@pytest.fixture
def head(shared):
    return str(shared / "data" / "ict_face_model.npz")


def test_generate_and_preview_faces(head, tmp_path):
    out, sheet = tmp_path / "faces", tmp_path / "sheets" / "faces.png"
    ran = RUN.invoke(
        app,
        ["synth", "generate", "faces", str(out), "--count", "2", "--workers", "1", "--head", head],
    )
    assert ran.exit_code == 0, ran.output
    assert "1 shards" in ran.stdout
    assert np.load(out / "faces-00000.npz")["images"].shape == (2, 176, 176)
    ran = RUN.invoke(
        app, ["synth", "preview", str(sheet), "--count", "2", "--points", "--head", head]
    )
    assert ran.exit_code == 0, ran.output
    picture = cv2.imread(str(sheet))
    assert picture.shape == (176, 352, 3)
    green = (picture[..., 1] > 200) & (picture[..., 2] < 120)
    assert green.sum() > 200  # the points that were asked for


def test_a_missing_head_is_one_sentence(tmp_path):
    path = str(tmp_path / "none.npz")
    ran = RUN.invoke(
        app, ["synth", "generate", "faces", str(tmp_path), "--count", "1", "--head", path]
    )
    assert ran.exit_code == 1
    assert "ICT-FaceKit" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_scenes_without_a_bank_are_one_sentence(tmp_path):
    sheet = str(tmp_path / "sheet.png")
    ran = RUN.invoke(app, ["synth", "preview", sheet, "--product", "scenes"])
    assert ran.exit_code == 1
    assert "--bank" in ran.stderr


@pytest.mark.parametrize(
    ("name", "said"), [("sheet", "picture: expected"), ("file/sheet.png", "a place to write a")]
)
def test_a_preview_that_cannot_be_written_says_so(name, said, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    sample = {"images": np.zeros((8, 8), np.uint8)}
    monkeypatch.setattr("tfan.synth.products.maker_of", lambda _recipe: lambda _i: (sample, ""))
    ran = RUN.invoke(app, ["synth", "preview", str(tmp_path / name), "--count", "1"])
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: ")
    assert said in ran.stderr


@pytest.mark.parametrize("command", ["generate faces OUT --seed -1", "preview OUT.png --seed -1"])
def test_a_negative_seed_is_a_wrong_call(command, tmp_path):
    words = [word.replace("OUT", str(tmp_path / "out")) for word in command.split()]
    ran = RUN.invoke(app, ["synth", *words])
    assert ran.exit_code == 2
    assert "--seed" in ran.stderr


def test_help_of_preview_does_not_promise_a_bank():
    said = {name: " ".join(RUN.invoke(app, ["synth", name, "--help"]).stdout.split())
            for name in ("generate", "preview")}  # fmt: skip
    assert "made if absent" in said["generate"]
    assert "made if absent" not in said["preview"]
    assert "scenes and negatives need one" in said["preview"]


def test_pack_needs_a_clone(tmp_path):
    ran = RUN.invoke(app, ["synth", "pack", str(tmp_path), str(tmp_path / "head.npz")])
    assert ran.exit_code == 1
    assert "ICT-FaceKit" in ran.stderr
