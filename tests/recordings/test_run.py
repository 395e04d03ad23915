from __future__ import annotations

import csv
import json
import shutil

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source, read_image
from tfan.recordings import Asked, Journal, PipelineFollower, Wanted, record
from tfan.recordings.finish import check_source
from tfan.recordings.overlay import draw_overlay
from tfan.recordings.video import open_video

FRAMES = 20


@pytest.fixture
def asked(tmp_path, regions):
    def make(**wanted):
        resume = wanted.pop("resume", False)
        return Asked(
            output=tmp_path / "out",
            regions=regions,
            reading={"fps": 10.0},
            wanted=Wanted(**wanted),
            resume=resume,
        )

    return make


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_one_recording_from_source_to_files(recording, asked, fake):
    told = []
    summary, trouble = record(
        str(recording), "clip", asked(), fake(), lambda *each: told.append(each)
    )
    assert trouble == ""
    assert (summary.n_read, summary.n_seen, summary.n_gaps) == (FRAMES, 17, 1)
    assert summary.events == {"cut": 1}
    first, second = summary.people
    assert (first.track_id, first.first, first.last) == (1, 0, 19)
    assert (first.n_measured, first.n_held) == (17, 2)
    assert (first.n_gaps, first.longest_gap) == (1, 3)
    assert first.coverage == pytest.approx(17 / 20)
    assert (second.first, second.n_measured, second.coverage) == (10, 10, 1.0)
    folder = asked().output
    assert names(folder) == [
        "clip.faces.csv", "clip.frames.csv", "clip.plot.html", "clip.plot.png",
        "clip.points.csv",
        "clip.regions.csv", "clip.track.json",
    ]  # fmt: skip
    regions = rows_of(folder / "clip.regions.csv")
    assert len(regions) == 2 * (19 + 10)
    seen = [row for row in regions if row["mean_celsius"]]
    assert len(seen) == 2 * (17 + 10)
    for row in seen:  # the stack warms by 0.01 degC a frame
        assert float(row["mean_celsius"]) == pytest.approx(34 + 0.01 * int(row["frame"]), abs=2e-3)
        assert float(row["time_s"]) == pytest.approx(int(row["frame"]) / 10)
    assert [each for each in told if each[0] == "follow"][-1] == ("follow", FRAMES, FRAMES)
    report = json.loads((folder / "clip.track.json").read_text(encoding="utf-8"))
    assert report["unit"] == "degrees Celsius"
    assert report["coverage"] == pytest.approx(17 / 20)


def test_an_interrupted_run_keeps_what_it_had_and_goes_on(recording, asked, fake):
    with pytest.raises(KeyboardInterrupt):
        record(str(recording), "clip", asked(), fake(stop_at=13))
    folder = asked().output
    assert names(folder) == ["clip.tfan-part"]
    assert [row.frame for row in Journal(folder / "clip.tfan-part")] == list(range(13))
    summary, _ = record(str(recording), "clip", asked(resume=True), fake())
    assert (summary.n_read, len(summary.people)) == (FRAMES, 2)
    assert "clip.tfan-part" not in names(folder)
    gone_on = (folder / "clip.regions.csv").read_text(encoding="utf-8")
    record(str(recording), "clip", asked(), fake())
    assert (folder / "clip.regions.csv").read_text(encoding="utf-8") == gone_on


def test_a_complete_recording_is_not_done_again(recording, asked, fake):
    first, _ = record(str(recording), "clip", asked(), fake())
    again, _ = record(str(recording), "clip", asked(resume=True), fake(stop_at=0))
    assert again == first


def test_resume_says_what_is_another_call(recording, asked, fake, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        record(str(recording), "clip", asked(), fake(stop_at=5))
    other = Asked(output=tmp_path / "out", reading={"fps": 10.0}, resume=True)
    with pytest.raises(InputError, match="as in the run that was interrupted"):
        record(str(recording), "clip", other, fake())
    assert "clip.tfan-part" in names(tmp_path / "out")


def test_a_report_of_another_source_is_not_taken_for_this_one(recording, asked, fake, tmp_path):
    record(str(recording), "clip", asked(), fake())
    other = tmp_path / "other" / "clip.npy"
    other.parent.mkdir()
    np.save(other, np.load(recording))
    with pytest.raises(InputError, match=r"expected a report of .*other"):
        record(str(other), "clip", asked(resume=True), fake())


def test_blank_frames_are_left_out_and_said(asked, fake, tmp_path):
    frames = np.full((4, 120, 160), 34.0, np.float32)
    frames[2] = np.nan
    np.save(tmp_path / "clip.npy", frames)
    summary, trouble = record(str(tmp_path / "clip.npy"), "clip", asked(), fake())
    assert summary.n_read == 3
    assert "1 frames are nothing but NaN" in trouble
    assert [row["frame"] for row in rows_of(asked().output / "clip.frames.csv")] == ["0", "1", "3"]


def test_a_truncated_recording_gives_what_it_holds_and_says_so(asked, fake, tmp_path, recording):
    whole = recording.read_bytes()
    path = tmp_path / "cut.npy"
    path.write_bytes(whole[: len(whole) // 2])
    summary, trouble = record(str(path), "cut", asked(), fake())
    assert 8 <= summary.n_read <= 10
    assert "cannot be read" in trouble
    assert (asked().output / "cut.plot.png").exists()


def test_nothing_usable_is_one_sentence(asked, fake, tmp_path):
    np.save(tmp_path / "clip.npy", np.full((2, 120, 160), np.nan, np.float32))
    with pytest.raises(InputError, match="expected frames, got none that can be used"):
        record(str(tmp_path / "clip.npy"), "clip", asked(), fake())


def test_pictures_and_video(recording, asked, fake):
    av = pytest.importorskip("av")
    record(str(recording), "clip", asked(overlay=True, every=8), fake())
    folder = asked().output
    pictures = [name for name in names(folder) if ".frame_" in name]
    assert pictures == [f"clip.frame_{n:06d}.png" for n in (0, 8, 16)]
    picture = read_image(folder / pictures[2])
    assert picture.shape == (720, 960 + 84, 3)
    with av.open(str(folder / "clip.overlay.mp4")) as container:
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, np.arange(FRAMES) / 10, atol=1e-3)


def test_video_without_pyav(tmp_path, monkeypatch):
    monkeypatch.setattr("tfan.recordings.video.find_spec", lambda name: None)
    with open_video(tmp_path / "some.part", 25.0) as video:
        for level in (0, 100, 200):
            video.add(np.full((33, 47, 3), level, np.uint8), 0.1)
    capture = cv2.VideoCapture(str(tmp_path / "some.part"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 3
    assert capture.get(cv2.CAP_PROP_FRAME_WIDTH) == 48
    assert [path.name for path in tmp_path.iterdir()] == ["some.part"]


def test_overlay_shows_the_person_and_the_scale(recording, fake, regions):
    from tfan.recordings.measuring import row_of

    with open_source(recording) as source:
        (followed,) = fake()([source[0]], "auto")
        row = row_of(followed, regions)
        drawn = draw_overlay(followed.frame, row, regions)
        plain = draw_overlay(followed.frame, row.__class__(0, 0.0, "none", 0.0, ()), regions)
    left, top, right, bottom = (6 * row.people[0].face.box_px).astype(int)
    changed = (drawn != plain).any(axis=2)
    assert changed[top:bottom, left:right].mean() > 0.05
    assert not changed[:, right + 60 :].any()
    bar = plain[40:-40, -70].astype(int)
    assert np.ptp(bar, axis=0).max() > 200  # from the first to the last colour


def test_a_camera_cannot_be_drawn_on_afterwards():
    with pytest.raises(InputError, match="camera"):
        check_source("camera:0", Wanted(overlay=True))
    check_source("camera:0", Wanted())
    check_source("clip.npy", Wanted(overlay=True))


@pytest.mark.slow
@pytest.mark.data
def test_a_real_clip_gives_one_person_with_skin_temperatures(shared, tmp_path, regions):
    from tfan.pipeline import load_pipeline

    clip = shared / "eval/radiometric/feverscreen_20210324-134824_centikelvin.tif"
    if not clip.is_file():
        pytest.skip(f"no {clip.name}")
    follower = PipelineFollower(load_pipeline(threads=1))
    asked = Asked(output=tmp_path, regions=regions, reading={"fps": 9.0})
    summary, trouble = record(str(clip), "clip", asked, follower)
    assert trouble == ""
    (person,) = summary.people
    assert person.n_measured > 110
    assert person.coverage > 0.95
    means = [float(row["mean_celsius"] or "nan") for row in rows_of(tmp_path / "clip.regions.csv")]
    assert np.isfinite(means).sum() > 200
    assert 28 < np.nanmin(means) < np.nanmax(means) < 38


def test_a_complete_recording_is_done_again_for_what_it_lacks(recording, asked, fake):
    record(str(recording), "clip", asked(), fake())
    record(str(recording), "clip", asked(resume=True, formats=("coco",)), fake())
    assert "clip.coco.json" in names(asked().output)
    record(str(recording), "clip", asked(resume=True, signals=("drift",)), fake())
    assert "clip.signals.csv" in names(asked().output)
    with pytest.raises(KeyboardInterrupt):  # it works: 70 landmarks were not there
        record(str(recording), "clip", asked(resume=True), fake(n_landmarks=70, stop_at=0))


def test_a_complete_recording_is_done_again_for_what_was_deleted(recording, asked, fake):
    pytest.importorskip("av")
    wanted = {"formats": ("csv", "coco", "pts"), "signals": ("drift",), "overlay": True}
    record(str(recording), "clip", asked(**wanted), fake())
    for gone in ("regions.csv", "coco.json", "pts", "signals.csv", "plot.html", "overlay.mp4"):
        path = asked().output / f"clip.{gone}"
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        record(str(recording), "clip", asked(**wanted, resume=True), fake())
        assert path.exists()
        record(str(recording), "clip", asked(**wanted, resume=True), fake(stop_at=0))  # no work


def test_what_a_recording_without_temperatures_never_had_is_not_missed(asked, fake, tmp_path):
    np.save(tmp_path / "clip.npy", np.full((3, 120, 160), 90, np.uint8))
    first, _ = record(str(tmp_path / "clip.npy"), "clip", asked(), fake())
    assert not (asked().output / "clip.regions.csv").exists()
    again = record(str(tmp_path / "clip.npy"), "clip", asked(resume=True), fake(stop_at=0))
    assert again == (first, "")


def test_temperatures_after_a_first_picture_without_any(asked, fake, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    cv2.imwrite(str(folder / "0.png"), np.full((120, 160), 90, np.uint8))
    cv2.imwrite(str(folder / "1.png"), np.full((120, 160), 30_715, np.uint16))
    summary, trouble = record(str(folder), "mixed", asked(), fake())
    assert (summary.n_seen, trouble) == (2, "")
    assert "mixed.regions.csv" not in names(asked().output)


def test_frames_of_another_size_are_left_out_and_said(asked, fake, tmp_path):
    pytest.importorskip("av")
    folder = tmp_path / "mixed"
    folder.mkdir()
    for number, hw in enumerate([(120, 160), (60, 80), (120, 160)]):
        cv2.imwrite(str(folder / f"{number}.png"), np.full(hw, 30_715, np.uint16))
    summary, trouble = record(str(folder), "mixed", asked(overlay=True), fake())
    assert summary.n_read == 2
    assert "1 frames are left out, as they are not 160 x 120 pixels like the first" in trouble
    assert [row["frame"] for row in rows_of(asked().output / "mixed.frames.csv")] == ["0", "2"]


class Device:
    """A camera that is unplugged by Ctrl-C after some frames."""

    def __init__(self, number):
        self.n = 0

    def isOpened(self):  # noqa: N802  OpenCV's name
        return True

    def get(self, name):
        return 0.0

    def read(self):
        self.n += 1
        if self.n > 8:
            raise KeyboardInterrupt
        return True, np.full((120, 160), 30_715, np.uint16)

    def release(self):
        self.n = -1


def test_ctrl_c_ends_a_camera_and_its_files_are_written(asked, fake, monkeypatch):
    made = []
    monkeypatch.setattr(cv2, "VideoCapture", lambda n: made.append(Device(n)) or made[-1])
    summary, trouble = record("camera:0", "camera_0", asked(), fake())
    assert (summary.n_read, trouble) == (8, "")
    frames = rows_of(asked().output / "camera_0.frames.csv")
    times = [float(row["time_s"]) for row in frames]
    assert times[0] == 0
    assert times == sorted(set(times))
    assert len(rows_of(asked().output / "camera_0.regions.csv")) == 2 * 7
    assert made[0].n == -1
    with pytest.raises(InputError, match="--resume with camera:0"):
        check_source("camera:0", Wanted(), resume=True)


def test_results_never_replace_their_own_recording(tmp_path, regions, fake):
    source = tmp_path / "clip.npz"
    np.savez(source, frames=np.full((4, 120, 160), 34, np.float32))
    before = source.read_bytes()
    wanted = Wanted(formats=("csv", "npz"))
    asked = Asked(output=tmp_path, regions=regions, reading={"fps": 10.0}, wanted=wanted)
    with pytest.raises(
        InputError, match=r"clip.npz: expected a place .* got a recording to be read"
    ):
        record(str(source), "clip", asked, fake())
    assert source.read_bytes() == before
    assert names(tmp_path) == ["clip.npz"]
    record(str(source), "other", asked, fake())
    assert source.read_bytes() == before
