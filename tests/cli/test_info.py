"""`tfan info`: versions, providers, and whether the weights are the ones that were released."""

from __future__ import annotations

import json
from importlib import metadata

import pytest
from typer.testing import CliRunner

from tfan.cli import info
from tfan.cli.main import app
from tfan.models import registry


def run(*options: str):
    result = CliRunner().invoke(app, ["info", *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_tells_versions_and_every_row_of_weights():
    facts = json.loads(run("--json"))
    assert facts["tfan"] == metadata.version("thermal-face-alignment")
    assert facts["packages"]["onnxruntime"] == metadata.version("onnxruntime")
    assert "CPUExecutionProvider" in facts["providers"]
    assert facts["weights"].keys() == registry.WEIGHTS.keys()
    for name, row in registry.WEIGHTS.items():
        told = facts["weights"][name]
        assert (told["sha256"], told["licence"]) == (row.sha256, row.licence)


def test_people_read_the_same():
    told = run()
    assert metadata.version("thermal-face-alignment") in told
    for name, row in registry.WEIGHTS.items():
        assert f"{name}: {row.file}" in told
        assert row.licence in told


@pytest.mark.parametrize(("content", "state"), [(None, "missing"), (b"other", "changed")])
def test_missing_and_changed_weights_are_told(tmp_path, monkeypatch, content, state):
    monkeypatch.setattr(registry, "_DATA", tmp_path)
    for row in registry.WEIGHTS.values():
        if content is not None:
            (tmp_path / row.file).write_bytes(content)
    states = {row["state"] for row in json.loads(run("--json"))["weights"].values()}
    assert states == {state}


def test_package_that_is_not_there_is_told_and_not_fatal(monkeypatch):
    monkeypatch.setattr(info, "_TRAIN_PACKAGES", ("no-such-package",))
    assert json.loads(run("--json"))["train_packages"] == {"no-such-package": None}
    assert "no-such-package -" in run()
