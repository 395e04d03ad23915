from __future__ import annotations

import hashlib
import json
from dataclasses import fields

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tfan.cli.train import app
from tfan.errors import InputError, WeightsError
from tfan.models.calibration import Calibration
from tfan.models.file_calibration import calibration_of
from tfan.models.registry import WEIGHTS, Weights
from tfan.train import export as module
from tfan.train.checkpoints import read_checkpoint
from tfan.train.evaluation import evaluate
from tfan.train.export import Exported, averaged_net, export, fold, registry_row
from tfan.train.run import run

from .conftest import tiny_config

pytest.importorskip("onnx", reason="exporting needs onnx, which the extra 'train' brings")

FOLDED = 1e-4  # float32 after another order of multiplications


@pytest.fixture(params=["landmarks", "detector"])
def checkpoint(request, data, tmp_path):
    config = tiny_config(request.param, budget="images = 32")
    run(config, data=data, held_out=None, out=tmp_path / "out", docs=tmp_path / "docs")
    return read_checkpoint(tmp_path / "out" / "checkpoint.pt")


def test_folding_batch_norm_changes_nothing(checkpoint):
    net = averaged_net(checkpoint)
    with torch.no_grad():
        pair = [model(torch.randn(2, 1, 128, 128, generator=torch.Generator().manual_seed(0)))
                for model in (net, fold(net))]  # fmt: skip
    first, second = (answer[0] if isinstance(answer, tuple) else answer for answer in pair)
    torch.testing.assert_close(first, second, atol=FOLDED, rtol=FOLDED)
    kinds = {type(part).__name__ for part in fold(net).modules()}
    assert "BatchNorm2d" not in kinds


def test_the_file_answers_as_the_checkpoint_and_half_of_it_is_smaller(checkpoint, tmp_path):
    full = export(checkpoint, tmp_path / "full.onnx", half=False)
    half = export(checkpoint, tmp_path / "half.onnx")
    assert max(full.differences.values()) < FOLDED
    assert half.size_bytes < full.size_bytes
    assert full.sha256 == hashlib.sha256(full.path.read_bytes()).hexdigest()
    assert full.sha256 in registry_row(full, checkpoint)


def test_a_calibration_travels_in_the_file(checkpoint, tmp_path):
    known = Calibration(factor=1.25)
    written = export(checkpoint, tmp_path / "x.onnx", calibration=known)
    data = written.path.read_bytes()
    assert calibration_of(data, source="x") == known
    assert written.sha256 == hashlib.sha256(data).hexdigest()


def test_the_registrys_row_has_the_fields_of_the_registry(checkpoint, tmp_path):
    written = Exported(tmp_path / "x.onnx", sha256="0" * 64, size_bytes=1234, differences={})
    text = registry_row(written, checkpoint)
    (row,) = eval("{" + text + "}", {"Weights": Weights}).values()
    bundled = WEIGHTS["landmarks" if checkpoint.config.task == "landmarks" else "detector"]
    shown = {field.name for field in fields(Weights) if f"    {field.name}=" in text}
    limit = "threshold" if row.task == "detect" else "min_presence"
    common = {"task", "file", "sha256", "licence", "input_hw", "trained", "scores"}
    assert shown == {*common, limit}
    assert (row.task, row.input_hw) == (bundled.task, bundled.input_hw)
    assert getattr(row, limit) == getattr(bundled, limit)


def test_a_file_that_answers_otherwise_is_refused(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "compare", lambda *_, **__: {"points": float("nan")})
    (tmp_path / "x.onnx").write_bytes(b"good weights")
    with pytest.raises(WeightsError, match=r"x\.onnx differs from its checkpoint by nan in points"):
        export(checkpoint, tmp_path / "x.onnx")
    assert (tmp_path / "x.onnx").read_bytes() == b"good weights"
    assert not list(tmp_path.glob(".x.onnx*"))


def test_a_file_scores_as_its_checkpoint(checkpoint, data, tmp_path):
    written = export(checkpoint, tmp_path / "x.onnx", half=False)
    table = evaluate(written.path, data=data / "val", out=tmp_path / "scores")
    scores = json.loads((tmp_path / "scores" / "scores.json").read_text())
    assert (tmp_path / "scores" / "scores.md").read_text() == table
    assert scores.get("crops", scores.get("scenes")) in (32, 16)


def test_a_file_that_is_no_network_of_ours_is_one_sentence(tmp_path, data):
    with pytest.raises(InputError, match="expected an ONNX file, got no file"):
        evaluate(tmp_path / "none.onnx", data=data, out=tmp_path)


def test_one_problem_of_a_file_is_said_once(tmp_path, data):
    (tmp_path / "noise.onnx").write_bytes(b"\x00\x01" * 100)
    with pytest.raises(InputError) as caught:
        evaluate(tmp_path / "noise.onnx", data=data, out=tmp_path)
    assert str(caught.value).count("noise.onnx") == 1
    (tmp_path / "page.onnx").write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(WeightsError, match="is a web page"):
        evaluate(tmp_path / "page.onnx", data=data, out=tmp_path)


def test_exporting_a_missing_checkpoint_gives_advice_that_fits(tmp_path):
    call = ["export", str(tmp_path / "none.pt"), "--out", str(tmp_path / "x.onnx")]
    result = CliRunner().invoke(app, call)
    assert isinstance(result.exception, InputError)
    assert "--resume" not in str(result.exception)
    assert "tfan train landmarks" in str(result.exception)


def test_the_commands_train_export_and_score(data, tmp_path):
    config = tmp_path / "tiny.toml"
    config.write_text(
        'task = "landmarks"\nname = "tiny"\n[schedule]\nimages = 32\nbatch = 16\n'
        "[network]\nchannels = [8, 8, 8, 8]\ninner = [4, 4, 4, 4]\nblocks = [0, 0, 0, 1]\n"
        "head = 16\n"
    )
    out, file = tmp_path / "out", tmp_path / "x.onnx"
    calls = [
        ["landmarks", "--config", config, "--data", data, "--out", out],
        ["export", out / "checkpoint.pt", "--out", file],
        ["evaluate-synthetic", file, "--data", data / "val", "--out", tmp_path / "e"],
    ]
    results = [CliRunner().invoke(app, [str(word) for word in call]) for call in calls]
    assert [result.exit_code for result in results] == [0, 0, 0], results
    assert (out / "tiny" / "scores.json").is_file()  # without --docs nothing is written elsewhere
    assert '"tiny": Weights(' in results[1].stdout
    assert "| facesynthetics70 |" in results[2].stdout


def test_a_configuration_of_the_other_task_is_refused(data, tmp_path):
    config = tmp_path / "tiny.toml"
    config.write_text('task = "detector"\nname = "x"\n[schedule]\nimages = 1\n')
    call = ["landmarks", "--config", str(config), "--data", str(data), "--out", str(tmp_path)]
    result = CliRunner().invoke(app, call)
    assert isinstance(result.exception, InputError)
    assert "got 'detector'" in str(result.exception)


def test_halves_hold_every_number_to_three_digits():
    numbers = np.float32([0.1234, -3.21, 1e-4])
    assert np.abs(numbers.astype(np.float16) / numbers - 1).max() < 1e-3
