"""Checkpoints of the published face detector: layouts that load, files that are refused."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tfan.errors import WeightsError

torch = pytest.importorskip("torch", reason="published checkpoints are read by torch")

from tfan.models.published.face_detector_file import (  # noqa: E402
    load_detector_network,
    read_detector_checkpoint,
)


@pytest.fixture(scope="session")
def published(published_files, formula):
    return published_files[formula.DETECTOR]


@pytest.fixture
def content(published):
    return torch.load(published, weights_only=True)


def test_the_published_layout(published, formula):
    got = read_detector_checkpoint(published)
    assert got.model_cfg == formula.detector_config()
    expected = formula.formula_state(formula.DETECTOR)
    assert list(got.state) == list(expected)
    np.testing.assert_array_equal(got.state["model.7.conv.weight"], expected["model.7.conv.weight"])
    load_detector_network(published)


@pytest.mark.parametrize("before", ["module.", "module.module.", "model.", "module.model."])
def test_prefixes_are_taken_off(formula, tmp_path, before):
    path = formula.write_checkpoint(formula.DETECTOR, tmp_path / "w.pt", prefix=before)
    assert "model.0.stem_1.conv.weight" in load_detector_network(path).state_dict()


def test_numbers_without_prefix_and_half_precision(content, tmp_path):
    bare = {k.removeprefix("model."): v.half() for k, v in content["state_dict"].items()}
    torch.save(bare, tmp_path / "w.pth")
    assert read_detector_checkpoint(tmp_path / "w.pth").model_cfg is None
    assert load_detector_network(tmp_path / "w.pth").model[7].conv.weight.dtype == torch.float32


def test_safetensors(formula, tmp_path):
    path = formula.write_checkpoint(formula.DETECTOR, tmp_path / "w.safetensors")
    load_detector_network(path)
    assert len(read_detector_checkpoint(path).state) == len(formula.formula_state(formula.DETECTOR))


class Trap:
    """Makes a folder where a reader runs what the file holds."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_code_in_a_file_is_not_run(content, tmp_path):
    torch.save(content | {"names": Trap(str(tmp_path / "sprung"))}, tmp_path / "w.pt")
    with pytest.raises(WeightsError, match=r"w\.pt holds \w+\.mkdir, which runs code when"):
        read_detector_checkpoint(tmp_path / "w.pt")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
@pytest.mark.parametrize(
    "damage", [b"", b"<!doctype html><html>Quota exceeded</html>", b"PK\x03\x04", None]
)
def test_damaged_files_are_refused_in_one_sentence(published, tmp_path, damage, ending):
    if ending == ".safetensors":
        pytest.importorskip("safetensors")
    path = tmp_path / f"w{ending}"
    path.write_bytes(published.read_bytes()[:-5000] if damage is None else damage)
    with pytest.raises(WeightsError, match=rf"w\{ending} ") as info:
        load_detector_network(path)
    assert "\n" not in str(info.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"no\.pt: cannot be read as weights: No such file"):
        read_detector_checkpoint(tmp_path / "no.pt")


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ([1, 2], "expected a state dict, got list"),
        ({}, "expected a state dict, got an empty one"),
        ({"state_dict": 3}, "expected a state dict, got int"),
        ({"state_dict": {"model.0": 3}}, "entry 'model.0' is a int"),
        ({"epoch": 3, "model": {}}, "entry 'epoch' is a int"),
    ],
)
def test_other_contents_are_refused(tmp_path, made, sentence):
    torch.save(made, tmp_path / "w.pt")
    with pytest.raises(WeightsError, match=sentence):
        read_detector_checkpoint(tmp_path / "w.pt")


def test_a_landmark_file_is_no_detector(published_files):
    with pytest.raises(WeightsError, match=r"70\.pt holds .*: expected 'model\.0\.stem_1"):
        load_detector_network(published_files["landmarker_70"])
