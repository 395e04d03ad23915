from __future__ import annotations

import pytest

from tfan.errors import InputError
from tfan.io.files import claim_writable


def test_a_folder_is_made_and_left_empty(tmp_path):
    claim_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="expected a place to write"):
        claim_writable(tmp_path / "file" / "out")
