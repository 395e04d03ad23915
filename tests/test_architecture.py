"""The floors of tfan: imports run only downwards, tfan is light, and __all__ tells the truth."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import tfan

SOURCE = Path(__file__).parents[1] / "src" / "tfan"
LAYERS = [
    {"errors"}, {"types", "_optional"}, {"geometry", "thermal", "landmarks"},
    {"io", "models", "viz", "rois", "signals"}, {"pipeline"}, {"evaluate", "tracking"},
    {"recordings"}, {"synth"}, {"robustness", "calibration"}, {"train"}, {"thermalize"}, {"compat"},
    {"cli"},
    {"__init__"},
]  # fmt: skip
FLOOR = {name: floor for floor, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))
MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40  # without the docstring
IMPORT_SECONDS = 0.15
HEAVY = (
    "torch", "onnxruntime", "cv2", "numba", "onnx", "scipy", "rich", "typer", "pooch", "requests",
    "safetensors",
)  # fmt: skip


def room(path: Path) -> str:
    return path.with_suffix("").parts[0]


def imported(path: Path) -> list[tuple[str, int]]:
    """Return (room, line) of each import from tfan in a module."""
    found = []
    for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            names = [node.module or ""]
            if node.module == "tfan":
                names = [f"tfan.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [(n.split(".")[1], node.lineno) for n in names if n.startswith("tfan.")]
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_run_downwards(path):
    here = room(path)
    wrong = []
    for there, line in imported(path):
        there = there if there in FLOOR else "__init__"  # a public name, loaded from the roof
        if there != here and FLOOR[there] >= FLOOR[here]:
            wrong.append(f"{here} -> {there} ({path}:{line})")
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_modules_and_functions_stay_readable(path):
    text = (SOURCE / path).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            start = node.body[1 if ast.get_docstring(node) else 0 :]
            lines = (node.end_lineno - start[0].lineno + 1) if start else 0
            assert lines <= MAX_FUNCTION_LINES, f"{path}:{node.lineno} {node.name}"


def test_importing_tfan_loads_no_framework():
    code = (
        f"import sys, tfan, tfan.errors, tfan.types; print({{*{HEAVY}}} & set(sys.modules) or '')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SOURCE.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_importing_tfan_is_quick():
    code = "import time; s = time.process_time(); import tfan; print(time.process_time() - s)"
    run = [sys.executable, "-c", code]
    seconds = [
        float(subprocess.run(run, cwd=SOURCE.parent, capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(seconds) < IMPORT_SECONDS


def test_all_is_what_can_be_had():
    assert tfan.__all__ == sorted(set(tfan.__all__))
    for name in tfan.__all__:
        assert getattr(tfan, name) is not None, name
    assert set(tfan.__all__) <= set(dir(tfan))
    with pytest.raises(AttributeError, match="module 'tfan' has no attribute 'nope'"):
        tfan.nope  # noqa: B018


def test_lazy_names_are_the_annotated_ones():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    declared = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert declared == {name: f"tfan.{home}" for name, home in tfan._HOMES.items()}
    assert {*declared, "__version__"} == set(tfan.__all__)


@pytest.mark.parametrize("package", ["landmarks"])
def test_packages_keep_what_they_promise(package):
    module = import_module(f"tfan.{package}")
    for name in module.__all__:
        assert hasattr(module, name)


def test_the_package_is_typed():
    assert (SOURCE / "py.typed").exists()
