"""What a stranger gets: version, licences, the commands of the README, data in the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tfan.cli.info import PACKAGES

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = "thermal-face-alignment"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def data_files() -> set[str]:
    """Every file of src/tfan that is no Python, relative to src."""
    source = ROOT / "src"
    return {
        path.relative_to(source).as_posix()
        for path in (source / "tfan").rglob("*")
        if path.is_file() and path.suffix != ".py" and path.parent.name != "__pycache__"
    }


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build from what git would keep: a copy, so that no build folder is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(copy_of_sources(folder))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def copy_of_sources(folder: Path) -> Path:
    copy = folder / "sources"
    names = ["pyproject.toml", "README.md", "LICENSE", "NOTICE", "LICENSES", "src"]
    for path in [found for name in names for found in (ROOT / name, *(ROOT / name).rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts and "egg-info" not in str(path):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return copy


def test_one_version_everywhere():
    import tfan

    assert PROJECT["version"] == metadata.version(NAME) == tfan.__version__
    assert f"## {PROJECT['version']}" in text("CHANGELOG.md")
    assert re.search(rf"^version: {re.escape(PROJECT['version'])}$", text("CITATION.cff"), re.M)


def test_wheel_holds_every_data_file_and_the_mark_of_types(wheel):
    names = set(wheel.namelist())
    assert data_files() - names == set()
    assert "tfan/py.typed" in names
    assert "tfan/data/demo_frame.tiff" in names
    assert {f"tfan/train/configs/{task}.toml" for task in ("landmarks", "detector")} <= names


def test_wheel_holds_the_licences_and_nothing_but_the_package(wheel):
    names = wheel.namelist()
    held = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    licences = {path.relative_to(ROOT).as_posix() for path in (ROOT / "LICENSES").iterdir()}
    assert held == {"LICENSE", "NOTICE"} | licences
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tfan"}


def test_licence_is_apache_in_full():
    licence = text("LICENSE")
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert metadata.metadata(NAME)["License-Expression"] == "Apache-2.0"


@pytest.mark.parametrize("word", ["make demo", "make test", "tfan detect"])
def test_readme_names_the_commands(word):
    assert word in text("README.md")


def test_readme_words_are_targets_and_ci_uses_them():
    targets = set(re.findall(r"^(\w+):", text("Makefile"), re.M))
    asked = set(re.findall(r"\bmake (\w+)", text("README.md") + text("CONTRIBUTING.md")))
    assert asked <= targets
    assert set(re.findall(r"^make (\w+)$", text(".ci/run"), re.M)) == {"check", "test"}
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_base_install_has_no_training_packages():
    base = {re.match(r"[\w-]+", entry)[0] for entry in PROJECT["dependencies"]}
    assert base == {
        "numpy",
        "opencv-python-headless",
        "onnxruntime",
        "typer",
        "rich",
        "pooch",
        "tifffile",
    }


def test_info_names_what_the_install_brings():
    wanted = {"base": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    names = {
        extra: tuple(re.match(r"[\w-]+", entry)[0] for entry in entries)
        for extra, entries in wanted.items()
        if extra not in ("test", "dev")
    }
    assert names == PACKAGES


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_pages_install_extras_in_one_way_and_only_those_there_are():
    """Extras are told as '.[...]' of the checkout: the bare name is another package on PyPI."""
    lines = {
        (page.name, line)
        for page in pages()
        for line in re.findall(
            r"pip install ([^`#\n]*\[[^`#\n]*)", page.read_text(encoding="utf-8")
        )
    }
    told = {line.strip() for page, line in lines if page != "install.md"}
    told -= {"'onnxruntime-gpu[cuda,cudnn]'"}
    assert told >= {"-e '.[train]'", "-e '.[io]'", "-e '.[torch]'"}
    asked = [re.fullmatch(r"-e '\.\[([\w,]+)\]'", line) for line in told]
    assert None not in asked, told
    assert {extra for match in asked for extra in match[1].split(",")} <= {
        *PROJECT["optional-dependencies"]
    }


def test_the_page_on_installing_lists_what_the_extras_bring():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text("docs/how-to/install.md"), re.M)
    assert {extra: brings.split(", ") for extra, brings in rows} == {
        extra: [re.match(r"[\w-]+", entry)[0] for entry in entries]
        for extra, entries in PROJECT["optional-dependencies"].items()
    }


def markdown_links():
    for page in pages():
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                yield pytest.param(page.parent / target, id=f"{page.name}->{target}")


@pytest.mark.parametrize("target", list(markdown_links()))
def test_links_between_pages_lead_somewhere(target):
    assert target.exists()
