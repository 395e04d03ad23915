"""The `tfan` command: its list, its version, and that one command does not load the others."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata

import pytest
from typer.testing import CliRunner

from tfan.cli import run
from tfan.cli.main import COMMANDS, app

VERSION = metadata.version("thermal-face-alignment")
RUN = "from tfan.cli.main import app; app({args!r}, standalone_mode=False)"
LOADED = "import sys; print(sorted(sys.modules), file=sys.stderr)"


def loaded_by(*args: str) -> set[str]:
    """Return the top-level packages in memory after a command."""
    code = f"{RUN.format(args=list(args))}; {LOADED}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in re.findall(r"'([\w.]+)'", done.stderr)}


def test_version_is_the_one_of_the_package():
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"tfan {VERSION}\n")


def test_version_and_help_load_nothing_heavy():
    heavy = {"torch", "numba", "cv2", "onnxruntime", "numpy", "scipy"}
    assert loaded_by("--version") & heavy == set()
    assert loaded_by("--help") & heavy == set()


def test_detect_does_not_load_what_only_training_needs():
    assert loaded_by("detect", "--help") & {"torch", "numba", "scipy", "onnx"} == set()


def test_help_lists_every_command_and_what_to_type_first():
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for name, row in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(row.summary)}$", result.stdout, re.MULTILINE)
    assert "tfan detect YOUR_IMAGE" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_has_help(name):
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f" {name} [OPTIONS]" in result.stdout


def test_unknown_command_is_a_wrong_call():
    result = CliRunner().invoke(app, ["detekt"])
    assert result.exit_code == 2
    assert "detekt" in result.stderr


def test_script_is_installed_under_its_name():
    (script,) = metadata.entry_points(group="console_scripts", name="tfan")
    assert script.value == "tfan.cli:run"


def test_short_way_to_the_version_says_the_same(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tfan", "--version"])
    run()
    assert capsys.readouterr().out == f"tfan {VERSION}\n"
