"""docs/reference/schemes.md says what the tables of the program say, and its examples run."""

from __future__ import annotations

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "schemes.md"


@pytest.fixture
def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_page_is_current(text):
    from scheme_tables import filled

    assert filled(text) == text, "schemes changed: run python tools/scheme_tables.py"


def test_a_changed_table_would_be_noticed(text, monkeypatch):
    import scheme_tables

    monkeypatch.setattr(scheme_tables, "ORDERED", ["tfw5", "ibug68"])
    assert scheme_tables.filled(text) != text


def test_the_distances_on_the_page_are_those_of_the_table(text):
    from tfan.landmarks.convert import _table

    dense = _table()["mediapipe478"]
    same, near = dense["same_cm"].values(), dense["near_cm"]
    assert f"{len(same)} points are" in text
    assert f"within {max(same):.2f} cm" in text
    jaw = [cm for name, cm in near.items() if name.startswith("jaw")]
    rest = [cm for name, cm in near.items() if not name.startswith(("jaw", "chin"))]
    assert f"lies {min(rest):.2f} to {max(rest):.2f} cm" in text
    assert f"the jaw {min(jaw):.2f} to {max(jaw):.2f} cm" in text


def test_the_examples_run(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with as_file(files("tfan") / "data" / "demo_frame.tiff") as frame:
        shutil.copy(frame, "frame.tiff")
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["some"].shape == (4, 52, 2)
    assert np.isfinite(names["five"]).all()
    assert capsys.readouterr().out.strip().splitlines() == ["(68, 2)"]


def test_the_drawing_is_there(text):
    (picture,) = re.findall(r"\]\((\.\./pictures/[^)]+)\)", text)
    assert (PAGE.parent / picture).stat().st_size > 100_000
