"""A file is there as a whole or as it was before."""

from __future__ import annotations

import pytest

from tfan.errors import InputError
from tfan.io.files import replace_file, replace_text


def test_a_text_comes_with_its_folder_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "new" / "page.md"
    replace_text(path, "ä °C\n")
    replace_text(path, "again\n")
    assert path.read_text(encoding="utf-8") == "again\n"
    assert [one.name for one in path.parent.iterdir()] == ["page.md"]


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("whole")

    def half(beside):
        beside.write_text("ha")
        raise OSError(28, "No space left on device")

    with pytest.raises(
        InputError, match=r"page.md: expected a place to write a page, got No space left"
    ):
        replace_file(path, half, kind="page")
    assert path.read_text() == "whole"
    assert [one.name for one in tmp_path.iterdir()] == ["page.md"]


def test_a_file_in_the_way_of_a_folder_is_a_sentence(tmp_path):
    (tmp_path / "way").write_text("")
    with pytest.raises(InputError, match=r"expected a place to write a file, got \w+"):
        replace_text(tmp_path / "way" / "page.md", "text")
