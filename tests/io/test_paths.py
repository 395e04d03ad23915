"""Names to files: each once, in the order given, folders as people count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfan.cli.detect import _PICTURE as FACES
from tfan.cli.read import THUMBNAIL
from tfan.errors import InputError
from tfan.io import expand, open_source, read_image, write_png
from tfan.io.formats import MATRIX_SUFFIXES, RECORDING_SUFFIXES, STILL_SUFFIXES
from tfan.recordings import FORMATS
from tfan.recordings.finish import PLOT
from tfan.recordings.overlay import PICTURE, VIDEO
from tfan.recordings.people_signals import write_signals
from tfan.recordings.run import JOURNAL, REPORT

WRITTEN = [
    *(f"rec{output.suffix}" for outputs in FORMATS.values() for output in outputs),
    PLOT.format("rec"), VIDEO.format("rec"), PICTURE.format("rec", 0),
    PICTURE.format("rec", 1234567), "rec.signals.csv", FACES.format("rec"),
    THUMBNAIL.format("rec.png"),
]  # fmt: skip
READABLE = [
    name
    for name in WRITTEN
    if Path(name).suffix in {*STILL_SUFFIXES, *MATRIX_SUFFIXES, *RECORDING_SUFFIXES}
    and name != "rec.npz"  # nothing in its name tells it from a recording
]


@pytest.fixture
def folder(tmp_path):
    for name in ("b10.png", "b2.PNG", "a.tiff", "notes.txt", "deep/c.npy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(paths):
    return [path.name for path in paths]


def test_folder_gives_its_images_as_people_count(folder):
    assert names(expand([folder])) == ["a.tiff", "b2.PNG", "b10.png"]


def test_pattern_gives_the_images_it_matches(folder):
    assert names(expand([f"{folder}/b*"])) == ["b2.PNG", "b10.png"]
    assert names(expand([f"{folder}/**/*.npy"])) == ["c.npy"]


def test_relative_pattern(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert [str(path) for path in expand(["b?.PNG"])] == ["b2.PNG"]


def test_order_given_stays_and_each_file_comes_once(folder):
    files = expand([folder / "b10.png", folder, folder / "a.tiff"])
    assert names(files) == ["b10.png", "a.tiff", "b2.PNG"]


def test_named_file_stands_for_itself_whatever_its_suffix(folder):
    assert names(expand([folder / "notes.txt"])) == ["notes.txt"]


def test_file_whose_name_looks_like_a_pattern_is_that_file(folder):
    (folder / "x[1].png").touch()
    (folder / "x1.png").touch()  # what the pattern would match
    assert names(expand([folder / "x[1].png"])) == ["x[1].png"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("b**0.png", ["b10.png"]), ("b**", ["b2.PNG", "b10.png"]), ("***/c.npy", ["c.npy"])],
)
def test_stars_inside_a_name_are_one_star(folder, pattern, found):
    assert names(expand([f"{folder}/{pattern}"])) == found


@pytest.mark.parametrize("own", [FACES.format("b2"), THUMBNAIL.format("b2.PNG")])
def test_what_is_left_out_can_still_be_named(folder, own):
    (folder / own).touch()
    assert names(expand([folder])) == ["a.tiff", "b2.PNG", "b10.png"]
    assert names(expand([f"{folder}/b2*"])) == ["b2.PNG"]
    assert names(expand([folder / own])) == [own]


@pytest.mark.parametrize("read", [read_image, open_source])
def test_where_only_own_files_lie_the_sentence_says_that_they_are_left_out(tmp_path, read):
    for name in (PLOT.format("rec"), PICTURE.format("rec", 3)):
        write_png(tmp_path / name, np.zeros((20, 24, 3), np.uint8))
    for name in (tmp_path, tmp_path / "*.frame_*.png"):
        (one,) = expand([name])
        with pytest.raises(InputError, match=r"got .*\. Files that tfan wrote are left out\.$"):
            read(one)
    with pytest.raises(InputError, match=r"got (nothing there|neither)\.$"):
        read(tmp_path / "none_*.png")


@pytest.mark.parametrize("method", ["is_dir", "exists", "iterdir"])
def test_what_must_not_be_looked_at_stays(folder, monkeypatch, method):
    def forbidden(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, method, forbidden)
    name = folder if method == "iterdir" else folder / "b*"
    assert expand([name]) == [name]


def test_a_name_longer_than_names_can_be_stays(folder):
    name = folder / ("x" * 5000 + "*")
    assert expand([name]) == [name]


@pytest.mark.parametrize("name", ["absent.png", "no*.png", "empty"])
def test_name_that_stands_for_nothing_stays(folder, name):
    (folder / "empty").mkdir()
    assert names(expand([folder / name])) == [name]


@pytest.mark.parametrize("sign", [PLOT, REPORT, JOURNAL])
def test_what_tfan_wrote_into_a_folder_is_not_read_again(tmp_path, sign):
    (tmp_path / sign.format("rec")).touch()
    for name in (*READABLE, "a.png", "b.png", "a.csv"):
        (tmp_path / name).touch()
    assert names(expand([tmp_path])) == ["a.png", "b.png"]
    assert names(expand([f"{tmp_path}/*.png"])) == ["a.png", "b.png"]
    assert names(expand([tmp_path], suffixes=MATRIX_SUFFIXES)) == ["a.csv"]
    assert expand([tmp_path], suffixes=RECORDING_SUFFIXES) == [tmp_path / "a.csv"]
    for name in READABLE:
        assert names(expand([tmp_path / name])) == [name]


def test_names_like_those_of_tfan_are_only_taken_for_them_beside_its_report(tmp_path):
    ours = ["rec.frame_000003.png", "rec.frame_000004.png"]
    for name in (*ours, "other.plot.png"):
        (tmp_path / name).touch()
    assert names(expand([tmp_path])) == ours


def test_signals_have_the_name_that_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("tfan.recordings.people_signals.replace_file", lambda *_, **__: None)
    assert write_signals(tmp_path, "rec", None, ()).name in READABLE


@pytest.mark.parametrize("write", [True, False])
def test_a_folder_is_the_same_source_after_its_results_lie_in_it(tmp_path, write):
    for number in range(3):
        if write:
            write_png(tmp_path / f"{number}.png", np.full((20, 24), 30_000 + number, np.uint16))
        else:
            np.savetxt(tmp_path / f"{number}.csv", np.full((20, 24), 30.5), delimiter=",")
    for name in READABLE:
        if name.endswith(".png"):
            write_png(tmp_path / name, np.zeros((200, 240, 3), np.uint8))
        else:
            (tmp_path / name).write_text("frame,time_s\n0,0.0\n")
    with open_source(tmp_path) as source:
        assert [frame.camera["file"][0] for frame in source] == ["0", "1", "2"]


def test_a_folder_of_results_is_no_source(tmp_path):
    write_png(tmp_path / PLOT.format("rec"), np.zeros((200, 240, 3), np.uint8))
    with pytest.raises(InputError, match=r"got neither\. Files that tfan wrote are left out\."):
        open_source(tmp_path)
