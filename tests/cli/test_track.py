"""`tfan track`: which files it writes, what it says, and with which exit code it ends."""

from __future__ import annotations

import csv
import json
import os
import re
from importlib.resources import as_file, files

import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.cli.track import jobs_of
from tfan.errors import InputError
from tfan.io import read_image
from tfan.landmarks.schemes import scheme_for
from tfan.rois.mean_face import flat, mean_face
from tfan.tracking import Followed, FrameNote, TrackedFace
from tfan.types import Face

SKIN_CELSIUS = 34.0


def face(n: int) -> Face:
    scheme = scheme_for(n)
    points = flat(mean_face(scheme.name))
    points = (points / np.ptp(points[:, 1]) * 60 + [60, 50]).astype(np.float32)
    every = np.ones(n, np.float32)
    return Face(
        box_px=np.concatenate([points.min(axis=0), points.max(axis=0)]),
        score=0.9,
        points_px=points,
        sigma_px=every,
        confidence=every,
        visibility=every,
        scheme=scheme.name,
        five_px=points[scheme.five],
        quality=0.9,
        pose_deg=np.zeros(3, np.float32),
    )


class Fake:
    """One person in every frame, nobody in black ones; a bug for 90 rows, Ctrl-C for 91."""

    def __init__(self, *, n_landmarks, device="cpu", threads=None) -> None:
        self.n, self.scheme = n_landmarks, scheme_for(n_landmarks).name

    def __call__(self, frames, mode):
        for number, frame in enumerate(frames):
            if frame.hw[0] == 90:
                raise ZeroDivisionError("a bug")
            if frame.hw[0] == 91:
                raise KeyboardInterrupt
            time_s = number / 30 if frame.time_s is None else frame.time_s
            found = [face(self.n)] if np.max(frame.values) > 0 else []
            yield Followed(
                frame,
                [TrackedFace(f, 1, time_s, number, False, f.points_px) for f in found],
                FrameNote(number, time_s, "none", 0.0, True),
            )


def write_clip(path, n=4, height=100, celsius=SKIN_CELSIUS):
    np.save(path, np.full((n, height, 120), celsius, np.float32) + np.eye(height, 120, dtype="f4"))
    return path


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.npy")


def run(*args, fake=Fake):
    return CliRunner().invoke(app, ["track", *map(str, args)], obj=fake)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_plot_and_summary(clip, tmp_path):
    out = tmp_path / "out"
    result = run(clip, "--output", out, "--regions", "forehead,nose_tip", "--fps", 5)
    assert result.exit_code == 0, result.output
    regions = rows_of(out / "clip.regions.csv")
    assert [row["region"] for row in regions[:2]] == ["forehead", "nose_tip"]
    assert len(regions) == 8
    assert regions[-1]["time_s"] == "0.600000"
    for row in regions:
        assert SKIN_CELSIUS <= float(row["mean_celsius"]) < SKIN_CELSIUS + 1
    assert read_image(out / "clip.plot.png").ndim == 3
    header, row = result.stdout.splitlines()
    assert header.split()[:4] == ["recording", "frames", "seen", "gaps"]
    assert row.split()[-10:] == ["4", "100%", "0", "1", "0", "3", "4", "100%", "0", "0"]
    assert result.stderr == ""  # no bar where nobody looks


@pytest.mark.parametrize(("count", "n"), [("478", 478), ("70", 70)])
def test_landmarks_and_formats(clip, tmp_path, count, n):
    out = tmp_path / "out"
    result = run(clip, "--output", out, "--n-landmarks", count, "--format", "npz,coco,pts,openface")
    assert result.exit_code == 0, result.output
    with np.load(out / "clip.npz") as table:
        assert table["points_px"].shape == (4, n, 2)
        assert len(table["region_names"]) == 17
    assert len(list((out / "clip.pts").iterdir())) == 4
    assert not (out / "clip.points.csv").exists()


def test_signals_bring_the_regions_that_they_need(clip, tmp_path):
    out = tmp_path / "out"
    args = ["--regions", "none", "--signals", "breathing", "--fps", 10]
    assert run(clip, "--output", out, *args).exit_code == 0
    names = {row["region"] for row in rows_of(out / "clip.regions.csv")}
    assert names == {"right_nostril", "left_nostril"}
    (row,) = rows_of(out / "clip.signals.csv")
    assert (row["signal"], row["value"]) == ("breathing", "")
    assert "fewer than 8 values" in row["note"]


def test_regions_of_ones_own(clip, tmp_path):
    own = tmp_path / "own.json"
    table = {"scheme": "facesynthetics70", "regions": {"mouth": [48, 51, 54, 57]}}
    own.write_text(json.dumps(table), encoding="utf-8")
    out = tmp_path / "out"
    wrong = run(clip, "--output", out, "--regions", own)
    assert wrong.exit_code == 2
    assert "--n-landmarks 70" in re.sub(r"[\s│]+", " ", wrong.stderr)
    assert run(clip, "--output", out, "--regions", own, "--n-landmarks", 70).exit_code == 0
    assert {row["region"] for row in rows_of(out / "clip.regions.csv")} == {"mouth"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"scheme": "ibug68", "regions": {"a": [1, 2, 3]}}, "scheme: expected 'mediapipe478'"),
        ({"regions": {"a": [[10, 0.5], 2, 3]}}, "region 'a': expected landmarks 0 to 477"),
        ({"regions": {"a": {"corners": [1, 2, 3], "holes": None}}}, "a list of holes"),
        ({"regions": {"a": [{"1": float("nan")}, 2, 3]}}, "finite numbers as weights"),
    ],
)
def test_wrong_regions_of_ones_own_are_a_sentence(clip, tmp_path, table, says):
    own = tmp_path / "own.json"
    own.write_text(json.dumps(table), encoding="utf-8")
    result = run(clip, "--output", tmp_path / "out", "--regions", own)
    assert result.exit_code == 2
    assert says in re.sub(r"[\s│]+", " ", result.stderr)


def test_regions_that_were_edited_are_not_mixed_with_those_before(tmp_path):
    clip, own = write_clip(tmp_path / "clip.npy"), tmp_path / "own.json"
    args = [clip, "--output", tmp_path / "out", "--regions", own, "--resume"]
    table = tmp_path / "out" / "clip.regions.csv"
    means = []
    for corners in ([10, 338, 297, 332], [1, 44, 19, 274]):
        own.write_text(json.dumps({"regions": {"spot": corners}}), encoding="utf-8")
        assert run(*args).exit_code == 0
        means.append(table.read_text(encoding="utf-8"))
    assert means[0] != means[1]


def test_one_source_that_fails_does_not_cost_the_others(clip, tmp_path):
    out = tmp_path / "out"
    bug = write_clip(tmp_path / "bug.npy", height=90)
    result = run(tmp_path / "nothing.npy", bug, clip, "--output", out)
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert "nothing.npy" in first
    assert "please report it (ZeroDivisionError: a bug)" in second
    assert [line.split()[1] for line in result.stdout.splitlines()[1:]] == ["failed", "failed", "4"]
    assert (out / "clip.points.csv").exists()


def test_an_error_names_its_recording(clip, tmp_path):
    result = run(clip, "--emissivity", "5", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert f"Error: {clip}: emissivity: expected more than 0" in result.stderr


def test_frames_that_cannot_be_read_give_the_rest_and_exit_code_1(clip, tmp_path):
    clip.write_bytes(clip.read_bytes()[:-40_000])
    result = run(clip, "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert "Traceback" not in result.output
    assert len(rows_of(tmp_path / "out" / "clip.frames.csv")) == 3


def test_interrupted_and_resumed(tmp_path):
    clip = write_clip(tmp_path / "clip.npy", height=91)
    args = [clip, "--output", tmp_path / "out"]
    stopped = run(*args)
    assert stopped.exit_code == 1
    assert "--resume goes on" in stopped.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["clip.tfan-part"]

    class Goes(Fake):
        def __call__(self, frames, mode):
            return super().__call__(
                (f.__class__(f.values[:80], *[getattr(f, n) for n in
                 ("reading", "index", "time_s", "source", "camera")]) for f in frames), mode
            )  # fmt: skip

    assert run(*args, "--resume", fake=Goes).exit_code == 0
    assert len(rows_of(tmp_path / "out" / "clip.frames.csv")) == 4


def test_a_black_recording_shows_nobody(tmp_path):
    path = tmp_path / "black.npy"
    np.save(path, np.zeros((3, 100, 120), np.uint8))
    result = run(path, "--output", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split()[-4:] == ["3", "0%", "0", "nobody"]
    assert not (tmp_path / "out" / "black.regions.csv").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--format", "xlsx"],
        ["--signals", "pulse"],
        ["--regions", "elbow"],
        ["--regions", "nothing.json"],
        ["--unit", "stone"],
        ["--every", "0"],
        ["--jobs", "0"],
        ["--n-landmarks", "5"],
    ],
)
def test_a_wrong_call_ends_with_2_before_the_work(clip, tmp_path, wrong):
    result = run(clip, "--output", tmp_path / "out", *wrong)
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_without_an_output_the_call_is_wrong(clip):
    assert run(clip).exit_code == 2


def test_overlay_of_a_camera_is_a_wrong_call(tmp_path):
    result = run("camera:0", "--output", tmp_path, "--overlay")
    assert result.exit_code == 2
    assert "camera" in result.stderr


def test_names_of_files(tmp_path):
    (tmp_path / "frames.d").mkdir()
    sources = ["a/clip.tif", "b/clip.npy", str(tmp_path / "frames.d"), "camera:0", "x/*.png"]
    assert [job.stem for job in jobs_of(sources)] == [
        "clip", "clip-2", "frames.d", "camera_0", "recording",
    ]  # fmt: skip


def test_a_result_in_the_place_of_another_source_is_a_wrong_call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "rec.npy")
    np.savez(tmp_path / "rec.npz", frames=np.load(tmp_path / "rec.npy"))
    before = (tmp_path / "rec.npz").read_bytes()
    for sources in (["rec.npy", "rec.npz"], ["rec.npz", "rec.npy"]):
        result = run(*sources, "--format", "npz", "--output", ".")
        assert result.exit_code == 2
        assert "got a recording to be read" in re.sub(r"[\s│]+", " ", result.stderr)
        assert (tmp_path / "rec.npz").read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["rec.npy", "rec.npz"]


@pytest.mark.slow
def test_side_by_side_gives_the_same_as_one_after_the_other(tmp_path):
    with as_file(files("tfan") / "data" / "demo_frame.tiff") as path:
        counts = read_image(path)
    for name, shift in (("one", 0), ("two", 7)):
        stack = np.stack([np.roll(counts, shift + n, axis=1) for n in range(3)])
        np.save(tmp_path / f"{name}.npy", stack)
    sources = [tmp_path / "one.npy", tmp_path / "two.npy", tmp_path / "none.npy"]
    args = [*sources, "--fps", 10, "--n-landmarks", 70]
    results = [run(*args, "--output", tmp_path / f"out{n}", "--jobs", n, fake=None) for n in (1, 2)]
    assert [result.exit_code for result in results] == [1, 1]
    assert results[0].stdout == results[1].stdout
    assert results[0].stdout.count("failed") == 1
    for name in ("one.regions.csv", "two.points.csv"):
        alone, beside = (tmp_path / f"out{n}" / name for n in (1, 2))
        assert alone.read_text(encoding="utf-8") == beside.read_text(encoding="utf-8")
        assert len(rows_of(alone)) >= 3


def no_cuda(**asked):
    raise InputError("device", expected="'cpu'", got=repr(asked["device"]))


class Dies(Fake):
    def __call__(self, frames, mode):
        os._exit(9)  # as the system does with what takes too much memory


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_device_that_is_not_there_is_a_wrong_call(clip, tmp_path, jobs):
    other = write_clip(tmp_path / "other.npy")
    args = [clip, other, "--output", tmp_path / "out", "--device", "cuda", "--jobs", jobs]
    result = run(*args, fake=no_cuda)
    assert result.exit_code == 2
    assert "device: expected 'cpu', got 'cuda'" in re.sub(r"[\s│]+", " ", result.stderr)


@pytest.mark.slow
def test_a_process_that_dies_is_one_sentence_for_each_recording(clip, tmp_path):
    other = write_clip(tmp_path / "other.npy")
    result = run(clip, other, "--output", tmp_path / "out", "--jobs", 2, fake=Dies)
    assert result.exit_code == 1
    assert result.stderr.count("the process that worked on it was stopped") == 2
    assert result.stdout.count("failed") == 2
