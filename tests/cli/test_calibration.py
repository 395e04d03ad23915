"""`tfan calibration` on a handful of faces: what it prints, writes and refuses."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.models import registry
from tfan.models.calibration import Calibration
from tfan.models.file_calibration import calibration_of
from tfan.synth.shards import write_shard

FACES = 9


@pytest.fixture
def faces(tmp_path):
    """A folder of warm discs with landmarks somewhere on them."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:176, :176]
    disc = (((x - 88) ** 2 + (y - 88) ** 2) < 45**2) * np.uint8(120) + np.uint8(60)
    points = (rng.uniform(-40, 40, (FACES, 548, 2)) + 88).astype(np.float32)
    person = {"glasses": None, "mask": {}, "hair": None, "beard": None}
    arrays = {
        "images": np.repeat(disc[None], FACES, axis=0),
        "points_px": points,
        "visible": (rng.random((FACES, 548)) < 0.8).astype(np.uint8),
        "box_px": np.tile(np.array([46, 40, 130, 132], np.float32), (FACES, 1)),
        "five_px": points[:, [468, 473, 1, 61, 291]],
        "pose_deg": rng.uniform(-80, 80, (FACES, 3)).astype(np.float32),
        "face_px": rng.uniform(16, 200, FACES).astype(np.float32),
        "ambient_celsius": rng.uniform(0, 40, FACES).astype(np.float32),
        "index": np.arange(FACES),
    }
    folder = tmp_path / "faces"
    folder.mkdir()
    record = json.dumps({"person": person, "before": []})
    write_shard(folder / "faces-00000.npz", arrays, [record] * FACES)
    write_shard(folder / "negatives-00000.npz", {"images": arrays["images"][:2] // 2}, [])
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["calibration", *map(str, arguments)])


def test_constants_travel_in_the_file(faces, small_networks, tmp_path):
    mine = tmp_path / "mine.onnx"
    shutil.copyfile(small_networks["model_path"], mine)
    given = [mine, "--data", faces, "--out", tmp_path / "out", "--limit", 6]
    refused = run(*given, "--write")
    assert refused.exit_code == 1
    assert "expected --fit beside it" in refused.output
    done = run(*given, "--fit", faces, "--write")
    line = next(row for row in done.stdout.splitlines() if row.startswith("calibration="))
    fitted = eval(line.removeprefix("calibration=").removesuffix(","), {"Calibration": Calibration})
    assert calibration_of(mine.read_bytes(), source="mine") == fitted
    again = run(*given)
    assert line in again.stdout.splitlines()


def test_fits_prints_and_writes(faces, small_networks, tmp_path):
    out = tmp_path / "out"
    done = run(
        small_networks["model_path"], "--data", faces, "--fit", faces, "--out", out, "--limit", 6
    )
    assert done.exit_code == 0, done.output
    line = next(row for row in done.stdout.splitlines() if row.startswith("calibration="))
    fitted = eval(line.removeprefix("calibration=").removesuffix(","), {"Calibration": Calibration})
    assert isinstance(fitted, Calibration)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert list(report) == ["before", "after"]
    assert report["after"]["faces"] == 6
    assert report["after"]["nothing"]["crops"] == 2  # found beside the faces
    assert report["after"]["sigma"]["worn or before the face"]["mask"]["points"] == 6 * 548
    assert str(tmp_path) not in (out / "report.md").read_text(encoding="utf-8")


def test_without_fit_a_network_of_ones_own_is_judged_as_it_is(faces, small_networks, tmp_path):
    done = run(small_networks["model_path"], "--data", faces, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert f"calibration={Calibration()!r}," in done.stdout


def test_says_what_is_missing_in_one_line(small_networks, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run(small_networks["model_path"], "--data", empty, "--out", tmp_path)
    assert done.exit_code == 1
    assert "expected faces-00000.npz and so on" in done.stderr
    assert "Traceback" not in done.output


def test_a_bundled_file_stays_as_released(faces, small_networks, tmp_path, monkeypatch):
    path = tmp_path / "bundled.onnx"
    shutil.copyfile(small_networks["model_path"], path)
    monkeypatch.setattr(registry, "bundled_path", lambda _: path)
    before = path.read_bytes()
    given = ["--data", faces, "--fit", faces, "--out", tmp_path / "out", "--limit", 6]
    refused = run(path, *given, "--write")
    assert path.read_bytes() == before
    assert refused.exit_code == 1
    assert "expected weights of your own" in refused.output
