"""A run that was stopped and gone on with gives what one run gives."""

from __future__ import annotations

import csv
from functools import partial

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.recordings import Asked, record
from tfan.rois import choose_regions, load_regions

HW = (120, 160)
SKIN, HOT = 34.0, 95.0  # degC
KELVIN = 30_715  # 34 degC in hundredths of a kelvin


@pytest.fixture
def few(fake):
    """A maker of followers of 70 landmarks: their tables are short."""
    return partial(fake, n_landmarks=70)


@pytest.fixture
def asked(tmp_path):
    regions = choose_regions(["nose_tip", "forehead"], load_regions("facesynthetics70"))

    def make(folder="out", *, measured=True):
        return Asked(
            output=tmp_path / folder,
            regions=regions if measured else (),
            reading={"fps": 10.0},
            resume=True,
        )

    return make


def stopped_and_resumed(source, asked, few, stop_at):
    with pytest.raises(KeyboardInterrupt):
        record(str(source), "clip", asked, few(stop_at=stop_at))
    return record(str(source), "clip", asked, few())


def points_of(asked):
    with (asked.output / "clip.points.csv").open(encoding="utf-8", newline="") as file:
        return [(row["frame"], row["landmark"], row["celsius"]) for row in csv.DictReader(file)]


@pytest.fixture
def clip(tmp_path):
    """200 frames of degrees; from the 80th on something hot, alone no temperatures of people."""
    frames = np.full((200, *HW), SKIN, np.float32)
    frames[:, :10] = 21.0
    frames[80:150, :, 100:] = HOT
    np.save(tmp_path / "clip.npy", frames)
    return tmp_path / "clip.npy"


@pytest.mark.parametrize("measured", [True, False])
def test_the_beginning_decides_the_unit_in_both_runs(clip, asked, few, measured):
    whole, halves = asked("whole", measured=measured), asked("halves", measured=measured)
    record(str(clip), "clip", whole, few())
    with pytest.raises(KeyboardInterrupt):
        record(str(clip), "clip", halves, few(stop_at=140))
    record(str(clip), "clip", halves, few())
    assert points_of(halves) == points_of(whole)


@pytest.fixture
def mixed(tmp_path):
    """Makes a folder of 120 pictures, temperatures and colours in turn."""

    def make(colour_first):
        folder = tmp_path / "mixed"
        folder.mkdir()
        for number in range(120):
            values = np.full(HW, KELVIN, np.uint16)
            if (number % 2 == 0) == colour_first:
                values = np.full((*HW, 3), (10, 90, 200), np.uint8)
            cv2.imwrite(str(folder / f"{number:03d}.png"), values)
        return folder

    return make


@pytest.mark.parametrize("colour_first", [True, False])
@pytest.mark.parametrize("stop_at", [90, 91])
def test_pictures_of_two_kinds_are_gone_on_with_anywhere(mixed, asked, few, colour_first, stop_at):
    folder = mixed(colour_first)
    record(str(folder), "clip", asked("whole"), few())
    summary, trouble = stopped_and_resumed(folder, asked(), few, stop_at)
    assert (summary.n_read, trouble) == (120, "")
    assert points_of(asked()) == points_of(asked("whole"))
    has = [(each.output / "clip.regions.csv").exists() for each in (asked(), asked("whole"))]
    assert has == [not colour_first] * 2


def test_another_unit_than_before_is_not_gone_on_with(clip, asked, few, monkeypatch):
    """As of a journal that was begun by a version which took the numbers for something else."""
    from tfan.recordings import run

    def in_kelvin(*args):
        heading = real(*args)
        object.__setattr__(heading, "unit", "kelvin")
        return heading

    real = run._heading
    with monkeypatch.context() as before:
        before.setattr(run, "_heading", in_kelvin)
        with pytest.raises(KeyboardInterrupt):
            record(str(clip), "clip", asked(measured=False), few(stop_at=20))
    with pytest.raises(InputError, match="expected unit kelvin, as in the run that was interrupt"):
        record(str(clip), "clip", asked(measured=False), few())


def test_frames_that_the_run_before_left_out_are_told(tmp_path, asked, few):
    frames = np.full((200, *HW), SKIN, np.float32)
    frames[[3, 8, 170]] = np.nan
    np.save(tmp_path / "clip.npy", frames)
    source = tmp_path / "clip.npy"
    summary, trouble = stopped_and_resumed(source, asked(), few, 150)
    assert summary.n_read == 197
    assert "2 frames before number 90 were left out by the run before" in trouble
    assert "1 frames are nothing but NaN" in trouble
    assert record(str(source), "clip", asked(), few(stop_at=0)) == (summary, trouble)


@pytest.mark.parametrize("stop_at", [20, 150])
def test_where_no_frame_was_left_out_none_is_told(clip, asked, few, stop_at):
    assert stopped_and_resumed(clip, asked(), few, stop_at)[1] == ""


def test_frames_that_were_left_out_are_told_where_only_the_files_were_missing(
    tmp_path, asked, few, monkeypatch
):
    """Stopped after the last frame: nothing new is followed."""
    frames = np.full((100, *HW), SKIN, np.float32)
    frames[3] = np.nan
    np.save(tmp_path / "clip.npy", frames)

    def full(*args):
        raise InputError("out", expected="a place to write to", got="a full disk")

    with monkeypatch.context() as before:
        before.setattr("tfan.recordings.run.finish", full)
        with pytest.raises(InputError, match="a full disk"):
            record(str(tmp_path / "clip.npy"), "clip", asked(), few())
    summary, trouble = record(str(tmp_path / "clip.npy"), "clip", asked(), few())
    assert summary.n_read == 99
    assert "1 frames before number 40 were left out by the run before" in trouble
