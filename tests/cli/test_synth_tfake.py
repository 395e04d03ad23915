from __future__ import annotations

import cv2
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.synth.tfake.files import ENDINGS

RUN = CliRunner()


@pytest.fixture
def head(shared, monkeypatch):
    monkeypatch.setenv("TFAN_HEAD", str(shared / "data" / "ict_face_model.npz"))


@pytest.mark.usefixtures("head")
def test_a_set_is_made_verified_measured_and_checked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = "synth generate --count 2 --condition cold --layout tfake --side 64 --workers 1"
    ran = RUN.invoke(app, words.split())
    assert ran.exit_code == 0, ran.output
    assert "2 pairs in tfake-cold" in ran.stdout
    assert (tmp_path / "tfake-cold" / f"000001{ENDINGS[1]}").is_file()
    ran = RUN.invoke(app, ["synth", "verify", "tfake-cold"])
    assert ran.exit_code == 0, ran.output
    assert "2 pairs, all files there" in ran.stdout
    assert "the images of 2 looked into" in ran.stdout
    for words, n in ((["--images", "1"], 1), (["--images", "1", "--all-images"], 2)):
        ran = RUN.invoke(app, ["synth", "verify", "tfake-cold", *words])
        assert f"the images of {n} looked into" in ran.stdout
    thermal = tmp_path / "tfake-cold" / "000001_thermal.png"
    kept = thermal.read_bytes()
    thermal.write_bytes(kept[:99])
    ran = RUN.invoke(app, ["synth", "verify", "tfake-cold"])
    assert ran.exit_code == 1
    assert ran.stdout == "000001_thermal.png cannot be opened as an image\n"
    thermal.write_bytes(kept)
    ran = RUN.invoke(app, ["synth", "means", "tfake-cold", "--out", "means.md"])
    assert ran.exit_code == 0, ran.output
    assert (tmp_path / "means.md").read_text() == ran.stdout
    assert "| skin | 33.0 |" in ran.stdout
    ran = RUN.invoke(app, ["data", "check", "tfake", "tfake-cold"])
    assert ran.exit_code == 0, ran.output
    (tmp_path / "tfake-cold" / "000000_ldmks.txt").write_text("0 0\n")
    ran = RUN.invoke(app, ["synth", "verify", "tfake-cold"])
    assert ran.exit_code == 1
    assert "the labels of pairs 0..1 are not as written" in ran.stdout
    assert ran.stderr.startswith("Error: set in tfake-cold: expected a whole set")


@pytest.mark.usefixtures("head")
def test_a_preview_shows_three_images_a_pair(tmp_path):
    sheet = tmp_path / "sheet.png"
    words = ["--layout", "tfake", "--count", "2", "--side", "64", "--points"]
    ran = RUN.invoke(app, ["synth", "preview", str(sheet), *words])
    assert ran.exit_code == 0, ran.output
    assert cv2.imread(str(sheet)).shape == (128, 192, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("generate scenes OUT --layout tfake", "layout tfake is for faces"),
        ("generate faces", "a folder for the shards is needed"),
        ("generate --layout tfake --condition hot", "--condition"),
        ("generate --layout tfake --side 1024", "--side"),
    ],
)
def test_wrong_calls_are_told_before_the_work(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = RUN.invoke(app, ["synth", *words.split()])
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_set_is_one_sentence(tmp_path):
    for command in ("verify", "means"):
        ran = RUN.invoke(app, ["synth", command, str(tmp_path)])
        assert ran.exit_code == 1
        assert ran.stderr.startswith("Error: ")
        assert "Traceback" not in ran.output
