"""What the pages and examples show works as it stands, with the bundled weights."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import sys
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
import typer

import tfan
from tfan.cli.main import app
from tfan.io import read_image
from tfan.rois import read_regions

ROOT = Path(__file__).parents[1]
WRONG_CALL = typer.BadParameter.__base__  # click's UsageError, wherever typer has it from
PAGES = (
    "README.md", "docs/how-to/numpy-arrays.md", "docs/how-to/sliding-window.md",
    "docs/how-to/read-recordings.md", "docs/how-to/track-recordings.md", "docs/how-to/devices.md",
    "docs/reference/regions.md",
)  # fmt: skip


@pytest.fixture
def demo_frame():
    with as_file(files("tfan") / "data" / "demo_frame.tiff") as path:
        yield path


def run_page(page: str, demo_frame: Path, folder: Path) -> dict[str, object]:
    """Run the python of a page in a folder that has what pages take for granted."""
    image = read_image(demo_frame)
    np.save(folder / "frame.npy", image)
    np.save(folder / "clip.npy", np.stack([image, np.roll(image, 2, axis=1)]))
    shutil.copy(demo_frame, folder / "frame.tiff")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
    assert blocks
    names: dict[str, object] = {"image": image}
    if "landmarker" in "".join(blocks) and "tfan.ThermalLandmarks(" not in "".join(blocks):
        names["landmarker"] = tfan.ThermalLandmarks()
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    return names


@pytest.mark.parametrize("page", PAGES)
def test_python_on_the_pages_runs_from_top_to_bottom(page, demo_frame, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run_page(page, demo_frame, tmp_path)
    assert set(names) > {"image", "__builtins__"}  # it made something


def test_the_page_on_recordings_leaves_tables_and_knows_who_is_there(
    demo_frame, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    names = run_page("docs/how-to/track-recordings.md", demo_frame, tmp_path)
    assert names["trouble"] == ""
    assert [person.track_id for person in names["summary"].people] == [1]
    assert "clip.regions.csv" in {path.name for path in (tmp_path / "results").iterdir()}


def test_the_page_on_regions_tells_temperatures(demo_frame, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run_page("docs/reference/regions.md", demo_frame, tmp_path)
    told = re.findall(r"^(nose_tip|forehead) (\d+\.\d\d) \+- ", capsys.readouterr().out, re.M)
    assert [name for name, _ in told] == ["nose_tip", "forehead"]
    assert all(28 < float(celsius) < 38 for _, celsius in told)


def test_the_page_on_regions_of_ones_own_is_read(tmp_path):
    page = (ROOT / "docs/reference/regions.md").read_text(encoding="utf-8")
    (tmp_path / "own.json").write_text(re.findall(r"```json\n(.*?)```", page, re.S)[0])
    assert [region.name for region in read_regions(tmp_path / "own.json")] == [
        "bridge", "eye_without_pupil",
    ]  # fmt: skip


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


def calls(page: Path) -> list[str]:
    """Return the `tfan ...` lines of a page's indented and fenced shell blocks."""
    text = re.sub(r"\\\n\s*", "", page.read_text(encoding="utf-8"))
    fenced = re.findall(r"```(?:sh|bash|console|shell)?\n(.*?)```", text, re.S)
    lines = [*re.findall(r"^ {4}(.*)$", text, re.M), *"".join(fenced).splitlines()]
    found = [re.match(r"\s*(?:\$ )?(?:\S*/)?tfan ((?:--)?\w.*)", line) for line in lines]
    return [match[1] for match in found if match]


SHOWN = sorted({call for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
                for call in calls(page)})  # fmt: skip


@pytest.mark.parametrize("call", SHOWN)
def test_commands_on_the_pages_are_understood(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(call, comments=True)
    words = words[: next((i for i, word in enumerate(words) if word in (">", "|", "&&")), None)]
    for word in words:  # what the call reads is there
        if "/" in word or "." in word:
            Path(word).parent.mkdir(parents=True, exist_ok=True)
            Path(word).touch()
    parse(words)


def parse(words: list[str]) -> None:
    """Parse a call of `tfan` as the program does, and run nothing."""
    command, name = typer.main.get_group(app), "tfan"
    while hasattr(command, "resolve_command"):
        group = command.make_context(name, list(words))
        name, command, words = command.resolve_command(group, words)
    command.make_context(name, words)


@pytest.mark.parametrize("call", ["detekt a.png", "detect a.png --nonsense", "synth draw"])
def test_what_the_program_does_not_know_is_not_understood(call):
    with pytest.raises(WRONG_CALL):
        parse(call.split())


def test_pages_show_commands_of_every_kind():
    shown = {call.split()[0] for call in SHOWN}
    assert shown >= {"detect", "synth", "train"}


def test_every_example_is_run():
    names = {path.name for path in (ROOT / "examples").glob("*.py")}
    assert names == {"draw_faces.py", "nose_and_forehead.py", "two_conventions.py"}
