"""`tfan info`: versions, providers, and whether the weights are the ones that were released."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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
    assert facts["packages"]["base"]["onnxruntime"] == metadata.version("onnxruntime")
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
    monkeypatch.setitem(info.PACKAGES, "train", ("no-such-package",))
    assert json.loads(run("--json"))["packages"]["train"] == {"no-such-package": None}
    assert "no-such-package -" in run()


def test_what_really_runs_is_told():
    facts = json.loads(run("--json"))
    assert facts["runs"]["cpu"] == {"device": "cpu", "backend": "onnxruntime"}
    if not facts["cuda_devices"]:
        assert facts["runs"]["auto"] == facts["runs"]["cpu"]
        assert re.search(r"^CUDA +no device$", run(), re.MULTILINE)
    assert re.search(r"^runs +device='cpu' on cpu by onnxruntime; device='auto' on ", run(), re.M)


def test_cuda_devices_are_told_by_name(monkeypatch):
    monkeypatch.setattr(info, "cuda_device_names", lambda: ("NVIDIA H100", "NVIDIA T4"))
    assert json.loads(run("--json"))["cuda_devices"] == ["NVIDIA H100", "NVIDIA T4"]
    assert re.search(r"^CUDA +cuda:0 NVIDIA H100, cuda:1 NVIDIA T4$", run(), re.MULTILINE)


def test_a_network_that_cannot_be_had_is_told_and_not_fatal(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_DATA", tmp_path)
    assert json.loads(run("--json"))["runs"] == {"cpu": None, "auto": None}
    assert "device='auto' not to be had" in run()


def test_torch_is_not_imported_where_it_would_not_run():
    code = "import sys; from tfan.cli.info import gather; gather(); print('torch' in sys.modules)"
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    call = [sys.executable, "-c", code]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
