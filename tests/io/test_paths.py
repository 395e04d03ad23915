"""Names to files: each once, in the order given, folders as people count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfan.io import expand


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


def test_what_is_left_out_can_still_be_named(folder):
    (folder / "b2.faces.png").touch()
    assert names(expand([folder], leave_out="*.faces.png")) == ["a.tiff", "b2.PNG", "b10.png"]
    assert names(expand([f"{folder}/b2*"], leave_out="*.faces.png")) == ["b2.PNG"]
    named = expand([folder / "b2.faces.png"], leave_out="*.faces.png")
    assert names(named) == ["b2.faces.png"]


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
