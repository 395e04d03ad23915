"""`tfan read` tells what is in a file, and goes on after one that cannot be read."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.io import read_image


@pytest.fixture
def clip(tmp_path):
    counts = (30_000 + np.arange(12 * 480).reshape(12, 20, 24) % 900).astype(np.uint16)
    tifffile.imwrite(tmp_path / "clip.tif", counts, metadata={"fps": 10})
    return tmp_path / "clip.tif"


def run(*words: object):
    return CliRunner().invoke(app, ["read", *map(str, words)])


def test_for_people(clip):
    done = run(clip)
    assert done.exit_code == 0
    for line in ("size       24 x 20, uint16", "frames     12, 1.10 s to the last",
                 "unit       centikelvin", "fit centikelvin", "range      26.85.."):  # fmt: skip
        assert line in done.stdout


def test_json(clip):
    facts = json.loads(run(clip, "--json", "--check").stdout)
    assert (facts["width"], facts["height"]) == (24, 20)
    assert facts["frames"] == facts["readable"] == facts["looked_at"] == 12
    assert facts["seconds"] == pytest.approx(1.1)
    assert (facts["min"], facts["max"]) == (26.85, 35.84)
    assert facts["damage"] == ""


def test_thumbnail(clip, tmp_path):
    done = run(clip, "--thumbnail", tmp_path / "small")
    assert done.exit_code == 0
    assert read_image(tmp_path / "small" / "clip.tif.thumbnail.png").shape[:2] == (20, 24)


def test_a_thumbnail_beside_its_pictures_is_no_frame(tmp_path):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((20, 24), 30_000, np.uint16))
    for _ in range(2):
        facts = json.loads(run(tmp_path, "--thumbnail", tmp_path, "--json").stdout)
        assert facts["frames"] == 3
        assert facts["thumbnail"] == str(tmp_path / "0.png.thumbnail.png")


def test_a_first_frame_of_nan_costs_neither_facts_nor_picture(tmp_path):
    frames = np.full((3, 20, 24), 34, np.float32)
    frames[0] = np.nan
    np.save(tmp_path / "late.npy", frames)
    done = run(tmp_path / "late.npy", "--thumbnail", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "unit       degrees Celsius" in done.stdout
    assert (tmp_path / "late.npy.thumbnail.png").exists()


def test_frames_of_zeros_have_no_part_in_the_range(tmp_path):
    frames = np.full((5, 20, 24), 30_000, np.uint16)
    frames[[0, 3]] = 0
    np.save(tmp_path / "clip.npy", frames)
    facts = json.loads(run(tmp_path / "clip.npy", "--json").stdout)
    assert (facts["min"], facts["max"], facts["blank"]) == (26.85, 26.85, 2)
    assert "5 frames looked at, 2 of them nothing but zeros" in run(tmp_path / "clip.npy").stdout
    np.save(tmp_path / "dead.npy", np.zeros((3, 20, 24), np.uint16))
    done = run(tmp_path / "dead.npy", "--thumbnail", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "range      nothing but zeros" in done.stdout


def test_levels_of_a_picture_are_no_temperatures_of_its_folder(tmp_path):
    cv2.imwrite(str(tmp_path / "1.png"), np.full((20, 24), 30_000, np.uint16))
    cv2.imwrite(str(tmp_path / "2.png"), np.full((20, 24), 250, np.uint8))
    facts = json.loads(run(tmp_path, "--json").stdout)
    assert (facts["min"], facts["max"], facts["looked_at"]) == (26.85, 26.85, 2)


def test_each_error_names_its_source(tmp_path):
    np.save(tmp_path / "a.npy", np.full((20, 24), 1e300))
    done = run(tmp_path / "a.npy", "--thumbnail", tmp_path)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {tmp_path / 'a.npy'}: image: expected finite values")


def test_unit_is_passed_on(clip):
    assert "counts" in run(clip, "--unit", "counts").stdout
    done = run(clip, "--unit", "rankine")
    assert done.exit_code == 1
    assert f"{clip}: unit: expected 'auto' or" in done.stderr


def test_damage_is_one_line_and_exit_code_1(clip, tmp_path):
    data = clip.read_bytes()
    (tmp_path / "cut.tif").write_bytes(data[: len(data) // 2])
    done = run(tmp_path / "cut.tif", tmp_path / "none.tif", clip, "--check")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 2
    assert done.stderr.count("Error: ") == 2
    assert "readable" in done.stdout
    assert str(clip) in done.stdout


@pytest.mark.parametrize("torn", [(0,), (2,), (0, 3, 5)])
def test_a_torn_page_costs_its_facts_only(tmp_path, torn):
    counts = (30_000 + np.arange(6 * 480).reshape(6, 20, 24) % 900).astype(np.uint16)
    path = tmp_path / "clip.tif"
    tifffile.imwrite(path, counts, compression="zlib", photometric="minisblack", rowsperstrip=20)
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        for page in torn:
            start = file.pages[page].dataoffsets[0]
            data[start : start + 20] = bytes(20)
    path.write_bytes(data)
    done = run(path, "--json")
    assert done.exit_code == 1
    facts = json.loads(done.stdout)
    assert (facts["frames"], facts["looked_at"]) == (6, 6 - len(torn))
    says = f"got {len(torn)} that cannot be read, the first number {torn[0]}: a page that is cut"
    assert says in facts["damage"]
    assert "The others" in facts["damage"]
    assert done.stderr == f"Error: {facts['damage']}\n"


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_a_recording_without_frames(tmp_path, check):
    np.save(tmp_path / "a.npy", np.zeros((0, 120, 160), np.uint16))
    done = run(tmp_path / "a.npy", *check)
    assert done.exit_code == 1
    assert done.stderr == f"Error: {tmp_path / 'a.npy'}: expected frames, got none.\n"


def test_conditions_of_files_without_raw_counts(clip):
    done = run(clip, "--emissivity", 0.9)
    assert done.exit_code == 1
    assert "Leave out emissivity" in done.stderr


def test_every_sample_is_told(shared):
    folder = shared / "eval" / "radiometric"
    pytest.importorskip("jpeg_ls")
    files = sorted(path for path in folder.iterdir() if path.suffix != ".csv")
    done = run(*files, "--json")
    assert done.exit_code == 0, done.stderr
    facts = {
        row["source"].rpartition("__")[2]: row for row in map(json.loads, done.stdout.splitlines())
    }
    assert len(done.stdout.splitlines()) == len(files) == 17
    assert facts["images_FLIR_AX8.jpg"]["camera"]["model"] == "FLIR AX8"
    assert facts["inst_extdata_SampleCSQ.csq"]["frames"] == 8
    assert sum(row["meaning"] == "temperature" for row in facts.values()) >= 11
    assert facts["images_DJI_H20T.jpg"]["meaning"] == "pixel"


def test_a_camera_is_not_read_to_its_end(monkeypatch):
    class Device:
        left = 50

        def isOpened(self):  # noqa: N802  OpenCV's name
            return True

        def get(self, name):
            return 0.0

        def read(self):
            self.left -= 1
            return self.left >= 0, np.full((20, 24), 30_000, np.uint16)

        def release(self):
            pass

    monkeypatch.setattr(cv2, "VideoCapture", lambda number: Device())
    result = run("camera:0", "--check", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["looked_at"] == 9
