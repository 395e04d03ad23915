"""The page on the command line is what the parser says."""

from __future__ import annotations

import runpy
from pathlib import Path

from tfan.cli.main import COMMANDS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def test_page_is_current():
    written = (FOLDER / "cli.md").read_text(encoding="utf-8")
    expected = runpy.run_path(str(FOLDER / "write_cli.py"))["page"]()
    assert written == expected, "the commands changed: run `make docs`"
    for name in COMMANDS:
        assert f"## `tfan {name}" in written
