"""What the pages and examples show works as it stands, with the bundled weights."""

from __future__ import annotations

import re
import runpy
import sys
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

import tfan
from tfan.io import read_image

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/how-to/numpy-arrays.md", "docs/how-to/sliding-window.md")


@pytest.fixture
def demo_frame():
    with as_file(files("tfan") / "data" / "demo_frame.tiff") as path:
        yield path


@pytest.mark.parametrize("page", PAGES)
def test_python_on_the_pages_runs_from_top_to_bottom(page, demo_frame, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = read_image(demo_frame)
    np.save("frame.npy", image)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
    assert blocks
    names = {"image": image}
    if "tfan.ThermalLandmarks(" not in "".join(blocks):
        names["landmarker"] = tfan.ThermalLandmarks()
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    assert "landmarker" in names


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("draw_faces.py", r"1 faces drawn in .*out\.png"),
        ("nose_and_forehead.py", r"nose \d+\.\d °C, forehead \d+\.\d °C"),
        ("two_conventions.py", r'"scheme": "facesynthetics70", "n": 70[\s\S]*"n": 478'),
    ],
)
def test_example_runs(name, says, demo_frame, tmp_path, monkeypatch, capsys):
    out = [str(tmp_path / "out.png")] if name == "draw_faces.py" else []
    monkeypatch.setattr(sys, "argv", [name, str(demo_frame), *out])
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    assert re.search(says, capsys.readouterr().out)


def test_every_example_is_run():
    names = {path.name for path in (ROOT / "examples").glob("*.py")}
    assert names == {"draw_faces.py", "nose_and_forehead.py", "two_conventions.py"}
